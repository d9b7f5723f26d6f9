#include <thread>

#include <flow_client/clock.hpp>

namespace flow::client {

namespace {

struct SystemClock : Clock {
  Instant now() override { return std::chrono::steady_clock::now(); }
  std::chrono::system_clock::time_point today() override { return std::chrono::system_clock::now(); }
  void sleep_for(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
};

} // namespace

std::shared_ptr<Clock> system_clock() {
  return std::make_shared<SystemClock>();
}

} // namespace flow::client
