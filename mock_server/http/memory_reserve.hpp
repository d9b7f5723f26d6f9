#pragma once

#include <cstddef>

namespace flow::mock {

/// Memory set aside for when there is no more, so that what is under way can be ended: a tree of JSON needs
/// memory to be taken down, too, and a destructor cannot fail. Until it has been set aside again, nothing new
/// should be begun but what gives memory back.
class MemoryReserve {
public:
  /// Sets aside so many bytes for the whole process; none where they are not to be had. One at a time.
  explicit MemoryReserve(std::size_t bytes);
  ~MemoryReserve();
  MemoryReserve(const MemoryReserve &) = delete;
  MemoryReserve &operator=(const MemoryReserve &) = delete;

  /// While one lives, the calling thread may be given the reserve; any other gets std::bad_alloc.
  class Claim {
  public:
    Claim();
    ~Claim();
    Claim(const Claim &) = delete;
    Claim &operator=(const Claim &) = delete;
  };

  /// Whether it had to be given, and not even a quarter of it is to be had again yet. Never, where none was
  /// set aside.
  static bool is_spent();

  /// To be called before something is kept for long: throws std::bad_alloc where it is spent, as else what
  /// was set aside for ending things would be taken by what stays.
  static void require();
};

} // namespace flow::mock
