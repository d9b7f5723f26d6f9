#include "mock_server/events/webhook.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "mock_server/events/webhook_url.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::int64_t kLongestDelayMs = 60000;

std::int64_t whole_number(const Json &json, const char *name, std::int64_t least, std::int64_t most,
                          std::int64_t otherwise) {
  const auto found = json.find(name);
  if (found == json.end()) {
    return otherwise;
  }
  // Beyond 64 bits signed a number is too much for any of them.
  const bool fits = found->is_number_integer() &&
                    (!found->is_number_unsigned() || found->get<std::uint64_t>() <= INT64_MAX);
  if (!fits || found->get<std::int64_t>() < least || found->get<std::int64_t>() > most) {
    throw WebhookError(std::string("/") + name, "must be a whole number from " + std::to_string(least) +
                                                    " to " + std::to_string(most));
  }
  return found->get<std::int64_t>();
}

std::string url_in(const Json &json) {
  const auto found = json.find("url");
  if (found == json.end() || !found->is_string()) {
    throw WebhookError("/url", "must be there, a text: the http or https URL to post to");
  }
  try {
    parse_webhook_url(found->get_ref<const std::string &>());
  } catch (const std::invalid_argument &error) {
    throw WebhookError("/url", error.what());
  }
  return *found;
}

/// A member's name as one step of a JSON Pointer (RFC 6901, 3).
std::string step(const std::string &name) {
  return (Json::json_pointer() / name).to_string();
}

} // namespace

Webhook webhook_of(const Json &json) {
  if (!json.is_object()) {
    throw WebhookError("", R"(must be an object such as {"url":"http://localhost:9000/"})");
  }
  constexpr std::array<std::string_view, 4> kMembers = {"url", "attempts", "firstDelayMs", "timeoutMs"};
  for (const auto &member : json.items()) {
    if (std::find(kMembers.begin(), kMembers.end(), member.key()) == kMembers.end()) {
      throw WebhookError(step(member.key()),
                         "is not known; a webhook has url, attempts, firstDelayMs and timeoutMs");
    }
  }
  const Webhook defaults;
  Webhook webhook;
  webhook.url = url_in(json);
  webhook.attempts = static_cast<int>(whole_number(json, "attempts", 1, 20, defaults.attempts));
  webhook.first_delay_ms = whole_number(json, "firstDelayMs", 0, 600000, defaults.first_delay_ms);
  webhook.timeout_ms = whole_number(json, "timeoutMs", 1, 60000, defaults.timeout_ms);
  return webhook;
}

Json to_json(const Webhook &webhook) {
  return {{"url", webhook.url},
          {"attempts", webhook.attempts},
          {"firstDelayMs", webhook.first_delay_ms},
          {"timeoutMs", webhook.timeout_ms}};
}

std::int64_t delay_after(int failed, const Webhook &webhook) {
  std::int64_t delay = webhook.first_delay_ms;
  for (int attempt = 1; attempt < failed && delay < kLongestDelayMs; ++attempt) {
    delay = std::min(delay * 2, kLongestDelayMs);
  }
  return delay;
}

} // namespace flow::mock
