#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

/// The connection is reset instead of an answer.
struct Reset final : FaultEffect {
  void spoil(Response &response, std::string_view /*request_id*/) const override {
    response.delivery.reset = true;
  }
};

} // namespace

std::unique_ptr<FaultEffect> effects::reset(const contract::Json & /*attributes*/, std::uint64_t /*seed*/) {
  return std::make_unique<Reset>();
}

} // namespace flow::mock
