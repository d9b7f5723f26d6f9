#include "mock_server/gateway.hpp"

#include <algorithm>
#include <string>

#include "common/text.hpp"

namespace flow::mock {

namespace {

constexpr std::string_view kDefaultSandbox = "prod"; // openapi, x-sandbox-name

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// The five headers as they came. Those given twice are found as malformed: no valid value holds a comma and
/// a space.
struct Given {
  std::string_view authorization;
  std::string_view api_key;
  std::string_view organisation;
  std::string_view sandbox;
  std::string_view content_type;
  bool has_organisation = false;
};

Given given_in(const Request &request, const contract::Reading &reading) {
  constexpr std::string_view kTwice = ", ";
  Given given;
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

bool is_allowed(std::string_view name, const std::vector<std::string> &names, bool strict) {
  if (names.empty() && !strict) {
    return true;
  }
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The token of "Bearer TOKEN", or nothing where the header is not of that form.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (authorization.size() <= kScheme.size() ||
      !equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  const std::string_view token = authorization.substr(kScheme.size());
  return is_token(token) ? token : std::string_view();
}

bool is_json(std::string_view content_type) {
  std::string_view media_type = content_type.substr(0, content_type.find(';'));
  while (media_type.ends_with(' ') || media_type.ends_with('\t')) {
    media_type.remove_suffix(1);
  }
  return equal_ignoring_case(media_type, "application/json");
}

bool needs_content_type(const Request &request, std::string_view operation,
                        const contract::Reading &reading) {
  const std::string_view method = request.method;
  if (method != "POST" && method != "PUT" && method != "PATCH") {
    return false;
  }
  return !request.body.empty() || reading.is("content-type", "required") || operation == "retry_run";
}

std::string_view error_of_no_organisation(const contract::Reading &reading, bool is_empty) {
  const std::string_view choice = reading.choice("org-header");
  if (choice == "400003") {
    return "org-missing";
  }
  if (choice == "1009-403") {
    return "org-missing-or-empty";
  }
  return is_empty ? "org-header-empty" : "org-header-missing";
}

} // namespace

std::pair<std::string_view, std::string_view> named_sandbox(const Request &request,
                                                            const contract::Reading &reading) {
  const Given given = given_in(request, reading);
  return {given.organisation, given.sandbox};
}

std::variant<Credentials, Error> check_headers(const Request &request, std::string_view operation,
                                               const Settings &settings, const TokenCheck &standing_of) {
  const Allow &allow = settings.seed.allow;
  const Given given = given_in(request, settings.reading);
  if (given.authorization.empty()) {
    return Error("token-missing");
  }
  const std::string_view token = bearer_token(given.authorization);
  const TokenStanding standing =
      token.empty() ? TokenStanding::unknown : standing_of(token, given.organisation, given.sandbox);
  if (token.empty() || standing == TokenStanding::expired ||
      (standing != TokenStanding::holds && !is_allowed(token, allow.tokens, settings.strict))) {
    return Error("token-invalid");
  }
  if (given.api_key.empty()) {
    return Error("api-key-missing");
  }
  if (!is_token(given.api_key) || !is_allowed(given.api_key, allow.api_keys, settings.strict)) {
    return Error("api-key-invalid");
  }
  if (given.organisation.empty()) {
    return Error(error_of_no_organisation(settings.reading, given.has_organisation));
  }
  if (!is_token(given.organisation) ||
      !is_allowed(given.organisation, allow.organisations, settings.strict)) {
    return Error("org-not-entitled");
  }
  if (given.sandbox.empty()) {
    return Error("sandbox-header-missing");
  }
  if (!is_token(given.sandbox) || !is_allowed(given.sandbox, allow.sandboxes, settings.strict)) {
    return Error("sandbox-not-found").with("sandbox", given.sandbox);
  }
  if (needs_content_type(request, operation, settings.reading) && !is_json(given.content_type)) {
    return Error("content-type-invalid");
  }
  return Credentials{
      .token = token, .api_key = given.api_key, .organisation = given.organisation, .sandbox = given.sandbox};
}

} // namespace flow::mock
