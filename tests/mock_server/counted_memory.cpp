#include "tests/mock_server/counted_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local std::uint64_t count = 0;

} // namespace

std::uint64_t flow::mock::test::allocations() {
  return count;
}

// AddressSanitizer keeps its own count of who gave and who takes, and there is no counting beside it.
#ifndef __SANITIZE_ADDRESS__

// In a file of its own: where the compiler sees both, it takes new and free for mismatched.
void *operator new(std::size_t size) {
  ++count;
  void *memory = std::malloc(size); // NOLINT(cppcoreguidelines-no-malloc): what new is made of
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
void operator delete(void *memory) noexcept {
  std::free(memory); // NOLINT(cppcoreguidelines-no-malloc)
}
void operator delete(void *memory, std::size_t /*size*/) noexcept {
  std::free(memory); // NOLINT(cppcoreguidelines-no-malloc)
}

#endif
