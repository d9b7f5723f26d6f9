#include "mock_server/http/memory_reserve.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <thread>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>

namespace flow::mock {

namespace {

std::atomic<std::size_t> size = 0; ///< 0: nothing is to be set aside
std::atomic<void *> block = nullptr;
thread_local bool may_be_given = false;

/// A mapping that begins with its own length.
void *set_aside() {
  // What was freed may be in pieces. A quarter is still enough for a large body, of which one is read at a
  // time.
  for (std::size_t bytes = size; bytes >= size / 4; bytes /= 2) {
    // Not malloc's: what is given back to it may stay with one of its arenas.
    void *const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) { // NOLINT(performance-no-int-to-ptr): the system's macro
      *static_cast<std::size_t *>(memory) = bytes;
      return memory;
    }
  }
  return nullptr;
}

void give(void *memory) {
  ::munmap(memory, *static_cast<std::size_t *>(memory));
}

/// What `new` calls before it tries again.
void find_memory() {
  void *const memory = may_be_given ? block.exchange(nullptr) : nullptr;
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  give(memory);
}

} // namespace

MemoryReserve::Claim::Claim() {
  may_be_given = true;
}

MemoryReserve::Claim::~Claim() {
  may_be_given = false;
}

MemoryReserve::MemoryReserve(std::size_t bytes) {
#ifdef __GLIBC__
  // Each arena keeps tens of megabytes of addresses to itself, and there would be eight for each processor.
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any other thread begins
  ::mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
#endif
  size = bytes;
  block = set_aside();
  std::set_new_handler(find_memory);
}

MemoryReserve::~MemoryReserve() {
  std::set_new_handler(nullptr);
  if (void *const memory = block.exchange(nullptr)) {
    give(memory);
  }
  size = 0;
}

bool MemoryReserve::is_spent() {
  if (block != nullptr || size == 0) {
    return false;
  }
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
  void *memory = set_aside();
  if (memory == nullptr) {
    return true;
  }
  void *none = nullptr;
  if (!block.compare_exchange_strong(none, memory)) {
    give(memory); // another thread was first
  }
  return false;
}

} // namespace flow::mock
