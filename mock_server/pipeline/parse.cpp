#include "mock_server/pipeline/parse.hpp"

#include <utility>

#include "common/text.hpp"

namespace flow::mock {

namespace {

constexpr std::string_view kDefaultSandbox = "prod"; // openapi, x-sandbox-name

} // namespace

GivenHeaders given_headers(const Request &request, const contract::Reading &reading) {
  constexpr std::string_view kTwice = ", ";
  GivenHeaders given;
  const auto take = [&](std::string_view &slot, std::string_view value) {
    slot = slot.data() == nullptr ? value : kTwice; // also of an empty value, which points somewhere
  };
  for (const HeaderField &field : request.headers) {
    if (equal_ignoring_case(field.name, "authorization")) {
      take(given.authorization, field.value);
    } else if (equal_ignoring_case(field.name, "x-api-key")) {
      take(given.api_key, field.value);
    } else if (equal_ignoring_case(field.name, "x-gw-ims-org-id")) {
      take(given.organisation, field.value);
      given.has_organisation = true;
    } else if (equal_ignoring_case(field.name, "x-sandbox-name")) {
      take(given.sandbox, field.value);
    } else if (equal_ignoring_case(field.name, "content-type")) {
      take(given.content_type, field.value);
    }
  }
  if (given.sandbox.empty() && reading.is("sandbox-header", "optional")) {
    given.sandbox = kDefaultSandbox;
  }
  return given;
}

Parsed parse(const Request &request, const contract::Reading &reading) {
  TargetParts parts = target_parts(request.target);
  return {.path = path_of(request.target),
          .target = std::move(parts.target),
          .is_target_whole = parts.is_whole,
          .headers = given_headers(request, reading),
          .expected = expected_clauses(request, reading)};
}

} // namespace flow::mock
