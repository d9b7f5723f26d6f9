#include "mock_server/clock/clock.hpp"

#include <chrono>

namespace flow::mock {

namespace {

class SystemClock final : public Clock {
public:
  [[nodiscard]] std::int64_t now_ms() const override {
    using namespace std::chrono;
    return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
};

class FrozenClock final : public Clock {
public:
  explicit FrozenClock(std::int64_t now_ms) : now_ms_(now_ms) {}
  [[nodiscard]] std::int64_t now_ms() const override { return now_ms_; }
  [[nodiscard]] bool stands_still() const override { return true; }

private:
  std::int64_t now_ms_;
};

} // namespace

std::shared_ptr<const Clock> system_clock() {
  return std::make_shared<SystemClock>();
}

std::shared_ptr<const Clock> frozen_clock(std::int64_t now_ms) {
  return std::make_shared<FrozenClock>(now_ms);
}

} // namespace flow::mock
