#include <algorithm>

#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

/// The body ends too soon, and the connection with it.
struct Truncate final : FaultEffect {
  std::size_t bytes;

  explicit Truncate(std::size_t sent) : bytes(sent) {}

  void spoil(Response &response, std::string_view /*request_id*/) const override {
    Delivery &delivery = response.delivery;
    delivery.truncate_bytes = std::min(bytes, delivery.truncate_bytes.value_or(bytes));
  }
};

} // namespace

std::unique_ptr<FaultEffect> effects::truncate(const contract::Json &attributes, std::uint64_t /*seed*/) {
  return std::make_unique<Truncate>(attributes.at("bytes").get<std::size_t>());
}

} // namespace flow::mock
