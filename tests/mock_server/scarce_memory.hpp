#pragma once

#include <cstdint>

/// Memory that is counted, and can run out, in programs that scarce_memory.cpp is part of.
namespace flow::mock::test {

/// Whether it is: AddressSanitizer has a heap of its own.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kMemoryIsScarce = false;
#else
inline constexpr bool kMemoryIsScarce = true;
#endif

inline constexpr std::int64_t kMiB = 1024 * 1024;

/// Bytes that all threads have of new, and have not given back.
std::int64_t bytes_in_use();

/// From now on this thread is refused its `nth` new (or aligned_alloc), from 1 on, and each one after it; 0:
/// none.
void refuse_memory_from(std::uint64_t nth);

/// Likewise, the `nth` alone.
void refuse_memory_once(std::uint64_t nth);

/// How many more it is given before that.
std::uint64_t news_until_refusal();

/// Whether it has come to that since.
bool was_refused();

} // namespace flow::mock::test
