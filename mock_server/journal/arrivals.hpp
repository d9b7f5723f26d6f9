#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>

namespace flow::mock {

/// Tells those who wait for requests that one has been recorded. Safe to use from several threads; where
/// nobody waits, a request waits for nobody.
class Arrivals {
public:
  /// Somebody who waits, until it ends.
  class Watch {
  public:
    /// Of one sandbox, or where both names are empty of all that comes. `wake` does not wait, and may be
    /// called once more while this ends. `arrivals` has to outlive it.
    Watch(Arrivals &arrivals, std::string_view organisation, std::string_view sandbox,
          std::function<void()> wake);
    ~Watch();
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

  private:
    Arrivals &arrivals_;
    struct Entry {
      std::string organisation;
      std::string sandbox;
      std::function<void()> wake;
    };
    friend class Arrivals;
    std::list<Entry>::iterator place_;
  };

  /// A request of that sandbox has been recorded; both names are empty where it reached none.
  void tell(std::string_view organisation, std::string_view sandbox);

  /// Whether anybody waits.
  bool are_awaited() const { return are_awaited_.load(std::memory_order_relaxed); }

private:
  std::atomic<bool> are_awaited_ = false;
  std::mutex mutex_;
  std::list<Watch::Entry> watches_;
};

} // namespace flow::mock
