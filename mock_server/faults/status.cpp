#include "mock_server/faults/effects.hpp"
#include "mock_server/http/error.hpp"

namespace flow::mock {

namespace {

std::string_view error_of(int status) {
  switch (status) {
  case 429:
    return "rate-limited";
  case 503:
    return "service-unavailable";
  case 504:
    return "gateway-timeout";
  default:
    return "internal-error";
  }
}

/// A documented error takes the answer's place.
struct Status final : FaultEffect {
  int status;
  std::optional<std::int64_t> retry_after_s;

  Status(int code, std::optional<std::int64_t> retry_after) : status(code), retry_after_s(retry_after) {}

  void spoil(Response &response, std::string_view request_id) const override {
    Error error(error_of(status));
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
  const int code = attributes.at("status");
  std::optional<std::int64_t> retry_after_s;
  if (attributes.contains("retryAfterS")) {
    retry_after_s = attributes.at("retryAfterS").get<std::int64_t>();
  } else if (code == 429) {
    retry_after_s = 1; // the platform sends it with every 429
  }
  return std::make_unique<Status>(code, retry_after_s);
}

} // namespace flow::mock
