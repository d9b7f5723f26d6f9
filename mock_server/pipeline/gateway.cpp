#include "mock_server/pipeline/gateway.hpp"

#include <algorithm>
#include <string>

#include "common/text.hpp"
#include "mock_server/pipeline/exchange.hpp"
#include "mock_server/sandbox/sandboxes.hpp"

namespace flow::mock {

namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

using HasName = bool (Leases::*)(std::string_view) const;

bool is_allowed(std::string_view name, const std::vector<std::string> &names, bool strict,
                const Leases *leases, HasName has_name) {
  if (names.empty() && !strict) {
    return true;
  }
  return std::find(names.begin(), names.end(), name) != names.end() ||
         (leases != nullptr && (leases->*has_name)(name));
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

bool needs_content_type(const Request &request, const contract::OperationEntry *operation,
                        const contract::Reading &reading) {
  const std::string_view method = request.method;
  if (method != "POST" && method != "PUT" && method != "PATCH") {
    return false;
  }
  if (!request.body.empty()) {
    // Most documented calls of PATCH have none: curl then names the form's.
    return method != "PATCH" || reading.is("content-type", "required");
  }
  const contract::ContentTypeNeed need =
      operation == nullptr ? contract::ContentTypeNeed::by_reading : operation->content_type;
  return need == contract::ContentTypeNeed::always ||
         (need == contract::ContentTypeNeed::by_reading && reading.is("content-type", "required"));
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

std::variant<Credentials, Error> check_headers(const Request &request, const GivenHeaders &given,
                                               const contract::OperationEntry *operation,
                                               const Settings &settings, const TokenCheck &standing_of,
                                               const Leases *leases) {
  const auto allowed = [&](std::string_view name, const std::vector<std::string> &names, HasName has_name) {
    return is_allowed(name, names, settings.strict, leases, has_name);
  };
  const Allow &allow = settings.seed.allow;
  if (given.authorization.empty()) {
    return Error("token-missing");
  }
  const std::string_view token = bearer_token(given.authorization);
  const TokenStanding standing = token.empty() ? TokenStanding::unknown : standing_of(token);
  if (token.empty() || standing == TokenStanding::expired ||
      (standing != TokenStanding::holds && !allowed(token, allow.tokens, &Leases::has_token))) {
    return Error("token-invalid");
  }
  if (given.api_key.empty()) {
    return Error("api-key-missing");
  }
  if (!is_token(given.api_key) || !allowed(given.api_key, allow.api_keys, &Leases::has_api_key)) {
    return Error("api-key-invalid");
  }
  if (given.organisation.empty()) {
    return Error(error_of_no_organisation(settings.reading, given.has_organisation));
  }
  if (!is_token(given.organisation) ||
      !allowed(given.organisation, allow.organisations, &Leases::has_organisation)) {
    return Error("org-not-entitled");
  }
  if (given.sandbox.empty()) {
    return Error("sandbox-header-missing");
  }
  if (!is_token(given.sandbox) || !allowed(given.sandbox, allow.sandboxes, &Leases::has_sandbox)) {
    return Error("sandbox-not-found").with("sandbox", given.sandbox);
  }
  if (needs_content_type(request, operation, settings.reading) && !is_json(given.content_type)) {
    return Error("content-type-invalid");
  }
  return Credentials{
      .token = token, .api_key = given.api_key, .organisation = given.organisation, .sandbox = given.sandbox};
}

std::variant<Credentials, Error> pass_gateway(const Exchange &exchange, const Settings &settings,
                                              TokenService &tokens, const Leases &leases) {
  const Parsed &parsed = exchange.parsed;
  const contract::Identified &identified = exchange.asked.identified;
  if (!exchange.request.unreadable.empty()) {
    return Error(exchange.request.unreadable);
  }
  if (!parsed.expected.unknown.empty()) {
    return Error("expectation-unknown").with("clause", parsed.expected.unknown);
  }
  if (identified.is_token) {
    return Credentials{};
  }
  auto checked = check_headers(
      exchange.request, parsed.headers, identified.operation, settings,
      [&](std::string_view token) {
        return tokens.standing(token, [&] { return exchange.sandbox ? &exchange.sandbox->clock : nullptr; });
      },
      &leases);
  if (std::holds_alternative<Credentials>(checked) && !parsed.is_target_whole) {
    return Error("bad-request").with("reason", "its path or query is not percent-encoded as RFC 3986 says");
  }
  return checked;
}

} // namespace flow::mock
