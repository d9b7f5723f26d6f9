#include "tests/mock_server/scarce_memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::int64_t> in_use = 0;
thread_local std::uint64_t until_refusal = 0; ///< news; 0: none is refused
thread_local bool goes_on = false;            ///< with refusing
thread_local bool refused = false;

} // namespace

namespace flow::mock::test {

std::int64_t bytes_in_use() {
  return in_use;
}

void refuse_memory_from(std::uint64_t nth) {
  refused = refused && nth == 0;
  goes_on = true;
  until_refusal = nth;
}

void refuse_memory_once(std::uint64_t nth) {
  refused = refused && nth == 0;
  goes_on = false;
  until_refusal = nth;
}

std::uint64_t news_until_refusal() {
  return until_refusal;
}

bool was_refused() {
  return refused;
}

} // namespace flow::mock::test

#ifndef __SANITIZE_ADDRESS__

namespace {

bool is_to_be_refused() {
  if (until_refusal == 0 || --until_refusal > 0) {
    return false;
  }
  refused = true;
  until_refusal = goes_on ? 1 : 0; // the next one is the first again
  return true;
}

} // namespace

void *operator new(std::size_t size) {
  if (is_to_be_refused()) {
    throw std::bad_alloc();
  }
  void *memory = std::malloc(size); // NOLINT(cppcoreguidelines-no-malloc): what new is made of
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  in_use.fetch_add(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  return memory;
}
void operator delete(void *memory) noexcept {
  in_use.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  std::free(memory); // NOLINT(cppcoreguidelines-no-malloc)
}
void operator delete(void *memory, std::size_t /*size*/) noexcept {
  operator delete(memory);
}
/// What Asio asks instead.
extern "C" void *aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return is_to_be_refused() ? nullptr : memalign(alignment, size);
}

#endif
