#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/clock/clock.hpp"
#include "mock_server/http/awaited.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/service.hpp"

/// What the tests of the mock share.
namespace flow::mock::test {

using contract::Json;

// The runs of the built-in seed, by what they are there for.
inline constexpr std::string_view kFailed = "4fb0418e-1804-45d6-8d56-dd51f05c0baf";
inline constexpr std::string_view kSuccess = "9830305a-985f-47d0-b030-5a985fd7d004";
inline constexpr std::string_view kZeroRecords = "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34";
inline constexpr std::string_view kInProgress = "c2a7e4d1-6f3b-4b8e-8a95-1e0d7c3f5a62";
inline constexpr std::string_view kStreaming = "e8d4b6a3-0c5f-4f71-b2e9-7a3c1d9f8045";
inline constexpr std::string_view kFailedOfDisabledFlow = "a1d94f6e-7c3b-4e52-8f08-6b9e2d5c7a14";
inline constexpr std::string_view kInProgressOfDisabledFlow = "f3c8a5b0-2e6d-4917-a4b1-9d0e7f6c3b28";
inline constexpr std::string_view kPartialSuccess = "71c3f0a8-94d5-4b1e-a6f2-5e8d0b9c3a17";
inline constexpr std::string_view kSuccessOfDestination = "e80e24c1-82de-48de-8352-b2d0fca1c392";
inline constexpr std::string_view kFailedOfDestination = "850a3a02-ba0d-452a-aeb3-e9fcc8361342";
inline constexpr std::string_view kNoSuchRun = "00000000-0000-4000-8000-000000000000";

inline constexpr std::string_view kUuidForm =
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
inline constexpr std::string_view kEtagForm = "\"[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{8}0000\"";

/// A time that goes when a test says so.
class SetClock final : public Clock {
public:
  explicit SetClock(std::int64_t now_ms) : now_ms_(now_ms) {}
  [[nodiscard]] std::int64_t now_ms() const override { return now_ms_; }
  void advance(std::int64_t ms) { now_ms_ += ms; }

private:
  std::atomic<std::int64_t> now_ms_;
};

/// A request that owns its texts, with the five documented headers.
struct Ask {
  std::string method;
  std::string target;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{{"Authorization", "Bearer {ACCESS_TOKEN}"},
                                                           {"x-api-key", "{API_KEY}"},
                                                           {"x-gw-ims-org-id", "{ORG_ID}"},
                                                           {"x-sandbox-name", "{SANDBOX_NAME}"},
                                                           {"Content-Type", "application/json"}};

  /// Sets the header of that name, spelt as in the documented call, or adds it.
  Ask &set(std::string_view name, std::string_view value) {
    const auto found =
        std::find_if(headers.begin(), headers.end(), [&](const auto &field) { return field.first == name; });
    if (found == headers.end()) {
      return add(name, value);
    }
    found->second = value;
    return *this;
  }
  Ask &add(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
  }
  Ask &drop(std::string_view name) {
    std::erase_if(headers, [&](const auto &field) { return field.first == name; });
    return *this;
  }

  /// Points into this.
  [[nodiscard]] Request request() const {
    Request request{.method = method, .target = target, .headers = {}, .body = body, .unreadable = {}};
    for (const auto &[name, value] : headers) {
      request.headers.push_back({.name = name, .value = value});
    }
    return request;
  }
};

inline std::string run_path(std::string_view id) {
  return std::string(contract::kBasePath) + "/runs/" + std::string(id);
}

inline Ask retry(std::string_view id, std::string_view query = "?op=re-trigger") {
  return {.method = "POST", .target = run_path(id) + "/action" + std::string(query)};
}

inline Ask get(std::string_view id) {
  return {.method = "GET", .target = run_path(id)};
}

inline Response ask(FlowService &service, const Ask &asked) {
  return waited_for(service.handle(asked.request()));
}

inline Json body_of(const Response &response) {
  return Json::parse(response.body);
}

/// The run that GET shows, in the sandbox that `like` names.
inline Json run_of(FlowService &service, std::string_view id, Ask like = get("")) {
  like.method = "GET";
  like.target = run_path(id);
  return body_of(ask(service, like)).at("items").at(0);
}

inline std::string status_in(const Json &run) {
  return run.at("metrics").at("statusSummary").at("status");
}

/// The value of a response's header, or "" where it has none.
inline std::string header(const Response &response, std::string_view name) {
  for (const auto &[field, value] : response.headers) {
    if (field == name) {
      return value;
    }
  }
  return "";
}

/// What tells errors apart: "403010" of the gateway, "1439-404" of the service, the title of a problem.
inline std::string error_in(const Response &response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (!body.is_object()) {
    return "not JSON: " + response.body;
  }
  if (body.contains("error_code")) {
    return body["error_code"];
  }
  constexpr std::string_view kPrefix = "https://ns.adobe.com/aep/errors/FLOW-";
  const std::string type = body.value("type", "");
  return type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : body.value("title", "no error: " + type);
}

} // namespace flow::mock::test
