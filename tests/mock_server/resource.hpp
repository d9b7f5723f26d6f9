#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/percent_encoding.hpp"
#include "tests/mock_server/support.hpp"

/// What the tests of listings, creates and updates share.
namespace flow::mock::test {

// Flows of the built-in seed, by what they are there for.
inline constexpr std::string_view kHourlyFlow = "c9cef9cb-c934-4467-8ef9-cbc934546741";
inline constexpr std::string_view kNightlyFlow = "3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d";
inline constexpr std::string_view kStreamingFlow = "7d1e4a90-5b62-4c38-9f07-2c8b6e5d1a34";
inline constexpr std::string_view kOnDemandFlow = "3abea21c-7e36-4be1-bec1-d3bad0e3e0de";
inline constexpr std::string_view kHalfHourlyFlow = "f00c8762-df2f-432b-a7d7-38999fef5e8e";
inline constexpr std::string_view kDestinationFlow = "df8d079d-11eb-466a-9731-6b5948a009e4";

inline constexpr std::string_view kTableFlow = "6c2f9e47-8b1a-4d03-b7e5-1f4a3c8d9e52";
inline constexpr std::string_view kDisabledFlow = "b6e0c3d8-41f7-4a29-9d5c-8e2f7a1b0c63";

inline constexpr std::int64_t kNow = 1767225600000;

/// A service whose time stands still until the test moves it.
struct Stage {
  explicit Stage(const std::function<void(Settings &)> &change = [](Settings &) {})
      : clock(std::make_shared<SetClock>(kNow)), service([&] {
          Settings settings;
          settings.clock = clock;
          change(settings);
          return settings;
        }()) {}

  Response operator()(const Ask &asked) { return ask(service, asked); }

  std::shared_ptr<SetClock> clock;
  FlowService service;
};

/// GET of a path below the service's root: "/runs?limit=2".
inline Ask read(std::string_view path) {
  return {.method = "GET", .target = std::string(contract::kBasePath) + std::string(path)};
}

/// GET /runs with one property, encoded.
inline Ask with_property(std::string_view property) {
  return read("/runs?property=" + percent_encoded(property));
}

inline std::vector<std::string> ids_in(const Response &listed) {
  std::vector<std::string> ids;
  const Json body = body_of(listed); // kept: items refer to it
  for (const Json &item : body.at("items")) {
    ids.push_back(item.at("id"));
  }
  return ids;
}

/// What a count of all runs answers, where so many have been made since the built-in seed.
inline std::string count_with(std::size_t made) {
  return R"({"count":)" + std::to_string(built_in_seed().runs.size() + made) + "}";
}

/// What stands behind the first '=' of _links.next.href, as clients take it; "" on the last page.
inline std::string token_in(const Response &listed) {
  const Json body = body_of(listed);
  if (!body.at("_links").contains("next")) {
    return "";
  }
  const std::string href = body["_links"]["next"]["href"];
  return href.substr(href.find('=') + 1);
}

/// The documented body of a run on demand (on-demand-ingestion).
inline Json run_on_demand(std::string_view flow = kOnDemandFlow) {
  return {{"flowId", flow},
          {"params",
           {{"startTime", "1663735590"},
            {"windowStartTime", "1651584991"},
            {"windowEndTime", "1651585017"},
            {"deltaColumn", {{"name", "DOB"}}}}}};
}

inline Ask create(const std::string &body) {
  return {.method = "POST", .target = std::string(contract::kBasePath) + "/runs", .body = body};
}
inline Ask create(const Json &body = run_on_demand()) {
  return create(body.dump());
}

inline std::string created_id(const Response &created) {
  return body_of(created).at("items").at(0).at("id");
}

/// PUT of a run; no If-Match where `etag` is empty.
inline Ask update(std::string_view id, const std::string &body, std::string_view etag) {
  Ask asked{.method = "PUT", .target = run_path(id), .body = body};
  return etag.empty() ? asked : asked.add("If-Match", etag);
}

} // namespace flow::mock::test
