#include "mock_server/faults/effects.hpp"

#include <stdexcept>
#include <string>

#include "contracts/model/faults.hpp"
#include "mock_server/http/error.hpp"

namespace flow::mock {

namespace {

/// A documented error takes the answer's place.
struct Status final : FaultEffect {
  std::string error_name;
  std::optional<std::int64_t> retry_after_s;

  Status(std::string_view name, std::optional<std::int64_t> retry_after)
      : error_name(name), retry_after_s(retry_after) {}

  void spoil(Response &response, std::string_view request_id) const override {
    Error error(error_name);
    error.with("remedy", "Try again later.");
    if (retry_after_s) {
      error.headers.emplace_back("Retry-After", std::to_string(*retry_after_s));
    }
    const Delivery delivery = response.delivery;
    response = to_response(error, request_id);
    response.delivery = delivery;
  }
};

} // namespace

std::unique_ptr<FaultEffect> effects::status(const contract::Json &attributes, std::uint64_t /*seed*/) {
  const int status = attributes.at("status");
  const std::string name = [&] {
    try {
      return contract::fault_error(status, attributes.value("errorCode", "")).name;
    } catch (const std::invalid_argument &error) {
      throw FaultError("/attributes/errorCode", error.what());
    }
  }();
  std::optional<std::int64_t> retry_after_s;
  if (attributes.contains("retryAfterS")) {
    retry_after_s = attributes.at("retryAfterS").get<std::int64_t>();
  } else if (status == 429) {
    retry_after_s = 1; // the platform sends it with every 429
  }
  return std::make_unique<Status>(name, retry_after_s);
}

} // namespace flow::mock
