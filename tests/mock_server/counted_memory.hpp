#pragma once

#include <cstdint>

namespace flow::mock::test {

/// How often this thread has asked for memory with new, in programs that counted_memory.cpp is part of.
std::uint64_t allocations();

} // namespace flow::mock::test
