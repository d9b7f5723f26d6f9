#include "mock_server/faults/effects.hpp"

#include <algorithm>
#include <string>

#include "contracts/model/errors.hpp"
#include "contracts/model/faults.hpp"
#include "mock_server/http/error.hpp"

namespace flow::mock {

namespace {

/// The error of that status where no code says which.
std::string_view usual_error(int status) {
  switch (status) {
  case 401:
    return "token-invalid";
  case 403:
    return "org-not-entitled";
  case 429:
    return "rate-limited";
  case 502:
    return "bad-gateway";
  case 503:
    return "service-unavailable";
  case 504:
    return "gateway-timeout";
  default:
    return "internal-error";
  }
}

/// The documented error of that status and code, or null.
const contract::ErrorEntry *error_with(int status, const std::string &code) {
  const auto &all = contract::errors();
  const auto found = std::find_if(all.begin(), all.end(), [&](const contract::ErrorEntry &entry) {
    return entry.status == status && entry.code == code;
  });
  return found == all.end() ? nullptr : &*found;
}

/// "401013, 2001-401": the codes of that status among those that the attribute takes.
std::string codes_of(int status) {
  std::string codes;
  for (const contract::FaultAttribute &attribute : contract::fault_type("status")->attributes) {
    if (attribute.name == "errorCode") {
      for (const contract::Json &code : attribute.schema.at("enum")) {
        if (error_with(status, code) != nullptr) {
          codes += (codes.empty() ? "" : ", ") + code.get<std::string>();
        }
      }
    }
  }
  return codes;
}

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
  std::string_view name = usual_error(status);
  if (attributes.contains("errorCode")) {
    const contract::ErrorEntry *entry = error_with(status, attributes.at("errorCode"));
    if (entry == nullptr) {
      const std::string codes = codes_of(status);
      throw FaultError("/attributes/errorCode",
                       codes.empty()
                           ? "no code is documented for " + std::to_string(status) + ": leave it out"
                           : "of " + std::to_string(status) + " it is one of " + codes);
    }
    name = entry->name;
  }
  std::optional<std::int64_t> retry_after_s;
  if (attributes.contains("retryAfterS")) {
    retry_after_s = attributes.at("retryAfterS").get<std::int64_t>();
  } else if (status == 429) {
    retry_after_s = 1; // the platform sends it with every 429
  }
  return std::make_unique<Status>(name, retry_after_s);
}

} // namespace flow::mock
