#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace flow::mock {

/// The steady time that attempts and the delays between them go by, and waiting for it: so that a test can
/// let it fly. Unlike Clock it goes on while a sandbox's time is frozen.
class DeliveryTime {
public:
  using Instant = std::chrono::steady_clock::time_point;

  virtual ~DeliveryTime() = default;

  /// Safe to call from several threads.
  [[nodiscard]] virtual Instant now() const = 0;

  /// Waits until `changed` is notified, or `until` has come where it is given; may return early. `lock` is
  /// held, and given up meanwhile.
  virtual void wait(std::unique_lock<std::mutex> &lock, std::condition_variable &changed,
                    std::optional<Instant> until) = 0;
};

/// The machine's steady time.
std::shared_ptr<DeliveryTime> steady_time();

} // namespace flow::mock
