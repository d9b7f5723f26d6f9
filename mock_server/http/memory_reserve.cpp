#include "mock_server/http/memory_reserve.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>

namespace flow::mock {

namespace {

std::atomic<std::size_t> size = 0; ///< 0: nothing is to be set aside
std::atomic<void *> block = nullptr;
thread_local bool may_be_given = false;

/// One of each size that malloc keeps for the thread that freed it: whatever others take, a destructor of
/// this thread then has what a small tree of JSON needs. They last as long as the process does, with its few
/// threads: to register a destructor would take memory.
class Pieces {
public:
  /// As many as are to be had.
  void fill() noexcept {
#ifndef __SANITIZE_ADDRESS__ // which would call them leaked
    if (!is_full_) {
      is_full_ = true;
      for (std::size_t i = 0; i < pieces_.size(); ++i) {
        if (pieces_[i] == nullptr) {
          pieces_[i] =
              std::malloc((i + 1) * kStep); // NOLINT(cppcoreguidelines-no-malloc): new calls free_all
          is_full_ = is_full_ && pieces_[i] != nullptr;
        }
      }
    }
#endif
  }

  /// False where there are none.
  bool free_all() noexcept {
    bool has_freed = false;
    for (void *&piece : pieces_) {
      has_freed = has_freed || piece != nullptr;
      std::free(std::exchange(piece, nullptr)); // NOLINT(cppcoreguidelines-no-malloc)
    }
    is_full_ = false;
    return has_freed;
  }

private:
  static constexpr std::size_t kStep = 16;

  std::array<void *, 64> pieces_{};
  bool is_full_ = false;
};

thread_local Pieces pieces;

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
  if (memory != nullptr) {
    give(memory);
  } else if (!may_be_given || !pieces.free_all()) {
    throw std::bad_alloc();
  }
}

} // namespace

MemoryReserve::Claim::Claim() {
  if (size > 0) {
    pieces.fill();
  }
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

void MemoryReserve::require() {
  if (is_spent()) {
    throw std::bad_alloc();
  }
}

} // namespace flow::mock
