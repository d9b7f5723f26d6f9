#include <algorithm>
#include <array>

#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

/// A flow that nobody has, behind `start`.
When about_unknown_flow(const std::string &start) {
  return [=](const Call &call) {
    const std::array known = {kSeveralRuns,   kOnce,       kRepeatedly,
                              kStreamingFlow, kHalfHourly, kDestinationFlow};
    return call.method == "GET" && call.target.starts_with(start) &&
           call.target.find('&') == std::string::npos &&
           std::find(known.begin(), known.end(), call.target.substr(start.size())) == known.end();
  };
}

std::vector<Breakage> of_reading() {
  const When read = is("GET", "/flows/" + kSeveralRuns);
  const When read_once = is("GET", "/flows/" + kOnce);
  const std::string last = "/items/0/lastRunDetails";
  return {
      {"flows/read/shape", when(read, but_with("/count", 1))},
      {"flows/read/id", when(read, but_with("/items/0/id", kOnce))},
      {"flows/read/fields", when(read, but_with("/items/0/createdAt", "2022-05-02T14:00:00Z"))},
      {"flows/read/fields-without-runs", when(read_once, but_without("/items/0/name"))},
      {"flows/read/etag", when(read, but_with("/items/0/etag", "1100c53e-0000-0200-0000-627138980000"))},
      {"flows/read/sandbox", when(read, but_with("/items/0/sandboxName", "prod"))},
      {"flows/read/unknown", when(about_unknown_flow("/flows/"), as_if_at("/flows/" + kOnce))},
      {"flows/runs/link",
       when(read, but_with("/items/0/runs", "/runs?property=flowId==" + kSeveralRuns + "&limit=5"))},
      {"flows/runs/walk",
       when(read, but_with("/items/0/runs", "/runs?property=flowId==" + kRepeatedly)),
       {"flows/runs/link"}},
      {"flows/last-run/id",
       when(read, but([](Json &body) {
              Json &id = body["items"][0]["lastRunDetails"]["id"];
              id = id == kInProgress ? Json(kFailed) : id;
            })),
       {"flows/last-run/details"}},
      {"flows/last-run/details", when(read, but_with(last + "/state", "success"))},
      {"flows/last-run/follows-retry", when(read, but([](Json &body) {
                                              Json &id = body["items"][0]["lastRunDetails"]["id"];
                                              id = id == kNewRun ? Json(kInProgress) : id;
                                            }))},
      {"flows/last-run/follows-create",
       when(read_once, but([](Json &body) { body["items"][0].erase("lastRunDetails"); }))},
  };
}

std::vector<Breakage> of_connections() {
  const When read = is("GET", "/flows/" + kSeveralRuns);
  const When read_streaming = is("GET", "/flows/" + kStreamingFlow);
  const std::string inherited = "/items/0/inheritedAttributes";
  const std::string source = inherited + "/sourceConnections/0";
  return {
      {"flows/connections/ids", when(read, but_with("/items/0/sourceConnectionIds", Json::array()))},
      {"flows/connections/inherited", when(read_streaming, but_with(source + "/id", "another"))},
      {"flows/kind/batch",
       when(read, but_with(source + "/connectionSpec/id", "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"))},
      {"flows/kind/streaming",
       when(read_streaming, but_with(source + "/connectionSpec/id", "ecadc60c-7455-4d87-84dc-2a0e293d997b"))},
      {"flows/kind/destination", when(is("GET", "/flows/" + kDestinationFlow),
                                      but_without(inherited + "/properties/isDestinationFlow"))},
  };
}

std::vector<Breakage> of_listing() {
  const auto list = [](const std::string &query) { return is("GET", "/flows?" + query); };
  const std::string by_id = "property=id==";
  return {
      {"flows/list/shape", when(is("GET", "/flows"), but_with("/count", 4))},
      {"flows/list/items",
       when(list(by_id + kSeveralRuns), but_with("/items/0/createdAt", "2022-05-02T14:00:00Z"))},
      {"flows/filter/id", when(list(by_id + kSeveralRuns), as_if_at("/flows"))},
      {"flows/filter/name", when(list("property=name==Event%20stream"), as_if_at("/flows"))},
      {"flows/filter/state", when(list("property=state==enabled"), but_with("/items/0/state", "disabled"))},
      {"flows/filter/nothing", when(about_unknown_flow("/flows?" + by_id), as_if_at("/flows"))},
      {"flows/fields", when(list("property=id,name"), as_if_at("/flows"))},
      {"flows/count", when(list("count=true&" + by_id + kSeveralRuns), as_if_at("/flows?count=true"))},
      {"flows/limit",
       when(list("limit=1"), but_with("/_links/next/href", "/flows?limit=1&continuationToken=")),
       {"flows/next"}},
      {"flows/next", when(starts("GET", "/flows?continuationToken="), as_if_at("/flows?limit=1"))},
      {"flows/error/field", when(list("property=flowId==1"), as_if_at("/flows"))},
      {"flows/orderby/none", when(is("GET", "/flows"), as_if_at("/flows?orderby=createdAt"))},
      {"flows/error/limit-zero", when(list("limit=0"), as_if_at("/flows"))},
      {"flows/error/parameter", when(list("page=2"), as_if_at("/flows"))},
  };
}

} // namespace

std::vector<Breakage> breakages_of_flows() {
  std::vector<Breakage> all_of_them = of_reading();
  for (const auto &some : {of_connections(), of_listing()}) {
    all_of_them.insert(all_of_them.end(), some.begin(), some.end());
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
