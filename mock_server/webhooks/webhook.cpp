#include "mock_server/webhooks/webhook.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "mock_server/webhooks/webhook_url.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::int64_t kDayMs = 86'400'000;

/// A member's name as one step of a JSON Pointer (RFC 6901, 3).
std::string step(const std::string &name) {
  return (Json::json_pointer() / name).to_string();
}

/// Refuses what is no object, or has members that are not among `known`. `pointer`: where it is.
void check_webhook_members(const Json &json, const std::string &pointer, const char *example,
                           std::initializer_list<std::string_view> known) {
  if (!json.is_object()) {
    throw WebhookError(pointer, std::string("must be an object such as ") + example);
  }
  for (const auto &member : json.items()) {
    if (std::find(known.begin(), known.end(), member.key()) == known.end()) {
      std::string names;
      for (const std::string_view name : known) {
        names.append(names.empty() ? "" : ", ").append(name);
      }
      throw WebhookError(pointer + step(member.key()), "is not known; the members here are " + names);
    }
  }
}

std::int64_t whole_number(const Json &json, const std::string &pointer, const char *name, std::int64_t least,
                          std::int64_t most, std::int64_t otherwise) {
  const auto found = json.find(name);
  if (found == json.end()) {
    return otherwise;
  }
  // Beyond 64 bits signed a number is too much for any of them.
  const bool fits = found->is_number_integer() &&
                    (!found->is_number_unsigned() || found->get<std::uint64_t>() <= INT64_MAX);
  if (!fits || found->get<std::int64_t>() < least || found->get<std::int64_t>() > most) {
    throw WebhookError(pointer + "/" + name, "must be a whole number from " + std::to_string(least) + " to " +
                                                 std::to_string(most));
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

std::string client_id_in(const Json &json) {
  constexpr std::size_t kLongest = 200;
  const auto found = json.find("clientId");
  if (found == json.end()) {
    return {};
  }
  if (!found->is_string() || found->get_ref<const std::string &>().empty() ||
      found->get_ref<const std::string &>().size() > kLongest) {
    throw WebhookError("/clientId", "must be a text of 1 to 200 bytes: what notifications name as "
                                    "recipient_client_id");
  }
  return *found;
}

RetrySchedule retry_in(const Json &webhook) {
  RetrySchedule retry;
  const auto found = webhook.find("retry");
  if (found == webhook.end()) {
    return retry;
  }
  const std::string at = "/retry";
  check_webhook_members(*found, at, R"({"firstDelayMs":60000})", {"firstDelayMs", "maxDelayMs", "forMs"});
  retry.first_delay_ms = whole_number(*found, at, "firstDelayMs", 1, kDayMs, retry.first_delay_ms);
  retry.max_delay_ms = whole_number(*found, at, "maxDelayMs", 1, kDayMs, retry.max_delay_ms);
  retry.for_ms = whole_number(*found, at, "forMs", 0, kDayMs, retry.for_ms);
  return retry;
}

} // namespace

Webhook webhook_of(const Json &json) {
  check_webhook_members(json, "", R"({"url":"http://localhost:9000/"})",
                        {"url", "clientId", "timeoutMs", "retry"});
  Webhook webhook;
  webhook.url = url_in(json);
  webhook.client_id = client_id_in(json);
  webhook.timeout_ms = whole_number(json, "", "timeoutMs", 1, 60'000, webhook.timeout_ms);
  webhook.retry = retry_in(json);
  return webhook;
}

Json to_json(const Webhook &webhook) {
  Json json = {{"url", webhook.url}};
  if (!webhook.client_id.empty()) {
    json["clientId"] = webhook.client_id;
  }
  json["timeoutMs"] = webhook.timeout_ms;
  json["retry"] = {{"firstDelayMs", webhook.retry.first_delay_ms},
                   {"maxDelayMs", webhook.retry.max_delay_ms},
                   {"forMs", webhook.retry.for_ms}};
  return json;
}

std::int64_t delay_after(int failed, const RetrySchedule &retry) {
  std::int64_t delay = retry.first_delay_ms;
  for (int attempt = 1; attempt < failed && delay < retry.max_delay_ms; ++attempt) {
    delay *= 2;
  }
  return std::min(delay, retry.max_delay_ms);
}

} // namespace flow::mock
