#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

/// No answer comes, and the connection stays open.
struct Hang final : FaultEffect {
  void spoil(Response &response, std::string_view /*request_id*/) const override {
    response.delivery.hang = true;
  }
};

} // namespace

std::unique_ptr<FaultEffect> effects::hang(const contract::Json & /*attributes*/, std::uint64_t /*seed*/) {
  return std::make_unique<Hang>();
}

} // namespace flow::mock
