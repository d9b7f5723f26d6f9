#include "mock_server/events/delivery_time.hpp"

namespace flow::mock {

namespace {

class SteadyTime final : public DeliveryTime {
public:
  [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }

  void wait(std::unique_lock<std::mutex> &lock, std::condition_variable &changed,
            std::optional<Instant> until) override {
    if (until) {
      changed.wait_until(lock, *until);
    } else {
      changed.wait(lock);
    }
  }
};

} // namespace

std::shared_ptr<DeliveryTime> steady_time() {
  return std::make_shared<SteadyTime>();
}

} // namespace flow::mock
