#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "contracts/model/resources.hpp"
#include "tests/mock_server/resource.hpp"

/// What the tests of connections, specifications and flows share.
namespace flow::mock::test {

// Specifications of the documented catalogue.
inline constexpr std::string_view kS3 = "ecadc60c-7455-4d87-84dc-2a0e293d997b";
inline constexpr std::string_view kBigQuery = "3c9b37f8-13a6-43d8-bad3-b863b941fedd";
inline constexpr std::string_view kHttpApi = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";
inline constexpr std::string_view kLandingZone = "26f526f2-58f4-4712-961d-e41bf1ccc0e8";
inline constexpr std::string_view kDataLake = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";
inline constexpr std::string_view kProfileStore = "8a9c3494-9708-43d7-ae3f-cda01e5030e1";
inline constexpr std::string_view kS3Destination = "4890fc95-5a1f-4983-94bb-e060c08e3f81";
inline constexpr std::string_view kFileFlows = "9753525b-82c7-4dce-8a9b-5ccfce2b9876";
inline constexpr std::string_view kTableFlows = "14518937-270c-4525-bdec-c2ba7cce3860";
inline constexpr std::string_view kStreamFlows = "d69717ba-71b4-4313-b654-49f9cf126d7a";
inline constexpr std::string_view kSegmentFlows = "1a0514a6-33d4-4c7f-aff8-594799c47549";
inline constexpr std::string_view kNoSuchDocument = "00000000-0000-4000-8000-000000000000";

/// A request below the service's root, with a JSON body.
inline Ask send(std::string_view method, std::string_view path, const Json &body) {
  return {.method = std::string(method),
          .target = std::string(contract::kBasePath) + std::string(path),
          .body = body.dump()};
}
inline Ask send(std::string_view method, std::string_view path) {
  return {.method = std::string(method), .target = std::string(contract::kBasePath) + std::string(path)};
}

inline std::string path_of(std::string_view resource, std::string_view id) {
  return "/" + std::string(resource) + "/" + std::string(id);
}

inline Ask patch(std::string_view resource, std::string_view id, const Json &operations,
                 std::string_view etag = "*") {
  Ask asked = send("PATCH", path_of(resource, id), operations);
  return etag.empty() ? asked : asked.add("If-Match", etag);
}

/// A patch of one operation; without a value where it is null.
inline Json change(std::string_view op, std::string_view path, const Json &value = nullptr) {
  Json operation = {{"op", op}, {"path", path}};
  if (!value.is_null()) {
    operation["value"] = value;
  }
  return Json::array({operation});
}

inline Json document(Stage &stage, std::string_view resource, std::string_view id) {
  const Response response = stage(read(path_of(resource, id)));
  EXPECT_EQ(response.status, 200) << response.body;
  return response.status == 200 ? body_of(response)["items"][0] : Json();
}

/// Makes one, and returns its id.
inline std::string made(Stage &stage, std::string_view resource, const Json &body,
                        std::string_view query = "") {
  const Response response = stage(send("POST", "/" + std::string(resource) + std::string(query), body));
  EXPECT_EQ(response.status, 201) << response.body;
  return response.status == 201 ? body_of(response)["id"].get<std::string>() : "";
}

inline Json spec(std::string_view id) {
  return {{"id", id}, {"version", "1.0"}};
}

/// A body that makes one of the resource, and nothing that it need not have.
inline Json minimal(std::string_view resource) {
  if (resource == "connections") {
    return {{"name", "c"}, {"connectionSpec", spec(kS3)}};
  }
  if (resource == "sourceConnections") {
    return {{"name", "s"}, {"connectionSpec", spec(kS3)}};
  }
  if (resource == "targetConnections") {
    return {{"connectionSpec", spec(kDataLake)}};
  }
  return {{"name", "n"}, {"providerId", "p"}};
}

/// A target connection that flows of sources can have.
inline Json lake_target() {
  return {{"name", "target"}, {"connectionSpec", spec(kDataLake)}, {"params", {{"dataSetId", "d"}}}};
}

/// Ids of what a flow depends on.
struct Ends {
  std::string base;
  std::string source;
  std::string target;
};

inline Ends make_ends(Stage &stage, std::string_view connection_spec = kS3,
                      std::string_view format = "delimited") {
  Ends ends;
  ends.base = made(stage, "connections", {{"name", "base"}, {"connectionSpec", spec(connection_spec)}});
  ends.source = made(stage, "sourceConnections",
                     {{"name", "source"},
                      {"baseConnectionId", ends.base},
                      {"connectionSpec", spec(connection_spec)},
                      {"data", {{"format", format}}}});
  ends.target = made(stage, "targetConnections", lake_target());
  return ends;
}

inline Json flow_body(const Ends &ends, std::string_view flow_spec = kFileFlows) {
  Json body = {{"name", "flow"},
               {"flowSpec", spec(flow_spec)},
               {"sourceConnectionIds", {ends.source}},
               {"targetConnectionIds", {ends.target}}};
  if (flow_spec != kStreamFlows) {
    body["scheduleParams"] = {{"startTime", "1612310466"}, {"frequency", "once"}};
  }
  return body;
}

/// Those that are described by descriptors alone.
inline std::vector<const contract::Resource *> described() {
  std::vector<const contract::Resource *> all;
  for (const contract::Resource &resource : contract::resources()) {
    if (!resource.verbs.empty()) {
      all.push_back(&resource);
    }
  }
  return all;
}

} // namespace flow::mock::test
