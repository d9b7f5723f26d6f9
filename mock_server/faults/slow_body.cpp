#include <algorithm>

#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

/// The body trickles; of several such faults the slowest tells.
struct SlowBody final : FaultEffect {
  std::size_t bytes_per_second;

  explicit SlowBody(std::size_t speed) : bytes_per_second(speed) {}

  void spoil(Response &response, std::string_view /*request_id*/) const override {
    std::size_t &speed = response.delivery.body_bytes_per_second;
    speed = speed == 0 ? bytes_per_second : std::min(speed, bytes_per_second);
  }
};

} // namespace

std::unique_ptr<FaultEffect> effects::slow_body(const contract::Json &attributes, std::uint64_t /*seed*/) {
  return std::make_unique<SlowBody>(attributes.at("bytesPerSecond").get<std::size_t>());
}

} // namespace flow::mock
