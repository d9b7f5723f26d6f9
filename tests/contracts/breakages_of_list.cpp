#include <cctype>
#include <map>
#include <memory>
#include <set>

#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

const std::string kOfFlow = "property=flowId==" + kSeveralRuns;
const std::string kStarted = "metrics.durationSummary.startedAtUTC";
const std::string kContinued = "/runs?continuationToken=";

When list_of(const std::string &query) {
  return is("GET", "/runs?" + query);
}

/// A listing answered as another one would be: what its query says is not heeded.
Rule deaf(const std::string &query, const std::string &instead = "/runs") {
  return when(list_of(query), as_if_at(instead));
}

/// A server that takes one comparison of times for another.
Rule confusing(const std::string &comparison, const std::string &instead) {
  const std::string start = "/runs?" + kOfFlow + "&property=" + kStarted;
  return [=](const Call &call, const Honest &honest) {
    const std::size_t end = start.size() + comparison.size();
    const bool compares = call.target.starts_with(start + comparison) && call.target.size() > end &&
                          std::isdigit(static_cast<unsigned char>(call.target[end])) != 0;
    return compares ? as_if_at(start + instead + call.target.substr(end))(call, honest) : honest(call);
  };
}

When by_unknown_id() {
  return [](const Call &call) {
    const std::string start = "/runs?property=id==";
    const std::set<std::string> known = {kFailed, kInProgress, kStreaming, "%22" + kInProgress + "%22"};
    return call.target.starts_with(start) && call.target.find('&') == std::string::npos &&
           call.target.find(',') == std::string::npos && !known.contains(call.target.substr(start.size()));
  };
}

/// A token that is but an offset: where a run has come in front, the page before is answered again.
Rule paging_by_offset() {
  auto first_items = std::make_shared<std::map<std::string, Json>>();
  return when_successful(starts("GET", "/runs?"), [=](const Call &call, const Honest &honest) {
    const std::string &sandbox = *call.header("x-sandbox-name");
    if (list_of(kOfFlow + "&orderby=-createdAt&limit=1")(call)) {
      (*first_items)[sandbox] = Json::parse(honest(call).body)["items"];
    }
    const bool again = call.target.starts_with(kContinued) && first_items->contains(sandbox);
    return again ? but_with("/items", (*first_items)[sandbox])(call, honest) : honest(call);
  });
}

/// A list that ends where it ended when its first page was made.
Rule paging_by_snapshot() {
  return when_successful(starts("GET", kContinued), but([](Json &body) {
                           const Json &items = body["items"];
                           if (!items.empty() && items[0]["id"] == kInProgress) {
                             body["_links"] = Json::object();
                           }
                         }));
}

/// A server that begins anew where it does not know the token.
Rule forgiving_changed_tokens() {
  return [](const Call &call, const Honest &honest) {
    const mock::Response response = honest(call);
    const bool changed =
        call.target.starts_with(kContinued) && call.target.ends_with('A') && response.status == 400;
    return changed ? as_if_at("/runs")(call, honest) : response;
  };
}

std::vector<Breakage> of_answer_and_filters() {
  const std::string status = "property=metrics.statusSummary.status==";
  const std::string by_id = "property=id==";
  return {
      {"list/answer/shape", when(is("GET", "/runs"), but_with("/count", 5))},
      {"list/answer/items",
       when(list_of(kOfFlow), but_with("/items/0/createdAt", "2022-05-03T14:12:00Z")),
       {"list/orderby/none", "list/empty-parameters"}},
      {"list/answer/same-as-read", when(list_of(by_id + kStreaming), but_with("/items/0/updatedAt", 1))},
      {"list/filter/flow",
       deaf(kOfFlow),
       {"list/count/filtered", "list/empty-parameters", "flows/runs/walk"}},
      {"list/filter/flow-of-run", when(list_of(kOfFlow + "&property=id==" + kFailed), lists_nothing())},
      {"list/filter/id", deaf(by_id + kInProgress)},
      {"list/filter/ids", deaf(by_id + kInProgress + "," + kFailed, "/runs?" + by_id + kFailed)},
      {"list/filter/repeated", deaf(kOfFlow + "&" + status + "failed", "/runs?" + kOfFlow)},
      {"list/filter/state", deaf("property=state==inProgress")},
      {"list/filter/status", deaf(status + "Failed")},
      {"list/filter/status-in-any-case",
       when(list_of(status + "FAILED&property=id==" + kFailed), lists_nothing())},
      {"list/filter/greater", confusing(">", ">=")},
      {"list/filter/less", confusing("<", "<=")},
      {"list/filter/greater-or-equal", confusing(">=", ">")},
      {"list/filter/less-or-equal", confusing("<=", "<")},
      {"list/filter/array", deaf("property=activities[].id==promotionActivity")},
      {"list/filter/nested-array",
       deaf("property=metrics.recordSummary.targetSummaries[].entitySummaries[].id==segment:none")},
      {"list/filter/encoded", when(starts("GET", "/runs?property=activities%5B%5D"), lists_nothing())},
      {"list/filter/quoted", when(list_of(by_id + "%22" + kInProgress + "%22"), lists_nothing())},
      {"list/filter/quoted-after-one-equals-sign",
       when(list_of("property=id=%22" + kInProgress + "%22"), answers(400))},
      {"list/filter/nothing", when(by_unknown_id(), as_if_at("/runs"))},
      {"list/fields/alone", deaf("property=id,flowId")},
      {"list/fields/with-filter",
       deaf(by_id + kFailed + "&property=id,updatedAt", "/runs?" + by_id + kFailed)},
  };
}

std::vector<Breakage> of_order_and_pages() {
  const std::string up = "/runs?" + kOfFlow + "&orderby=createdAt";
  const std::string down = "/runs?" + kOfFlow + "&orderby=-createdAt";
  return {
      {"list/orderby/field", deaf(kOfFlow + "&orderby=createdAt", down), {"list/pages/none-lost"}},
      {"list/orderby/ascending", deaf(kOfFlow + "&orderby=%2BcreatedAt", down)},
      {"list/orderby/bare-plus", deaf(kOfFlow + "&orderby=+createdAt", down)},
      {"list/orderby/descending", deaf(kOfFlow + "&orderby=-createdAt", up), {"list/pages/none-twice"}},
      {"list/orderby/several",
       deaf(kOfFlow + "&orderby=-flowId,createdAt", "/runs?" + kOfFlow + "&orderby=-flowId")},
      {"list/orderby/none", deaf(kOfFlow, up), {"list/empty-parameters"}},
      {"list/limit", deaf(kOfFlow + "&limit=2", "/runs?" + kOfFlow)},
      {"list/limit/capped", when(list_of("limit=101"), but_with("/items", Json(101U, Json::object())))},
      {"list/next/link", when(list_of(kOfFlow + "&limit=1"), but([](Json &body) {
                                Json &href = body["_links"]["next"]["href"];
                                href = href.get<std::string>() + "&limit=1";
                              }))},
      {"list/next/alone",
       when_successful(starts("GET", kContinued), as_if_at(up)),
       {"list/pages/none-twice", "list/pages/none-lost"}},
      {"list/next/query-repeated",
       when(starts("GET", up + "&limit=1&continuationToken="), as_if_at(up + "&limit=1"))},
      {"list/next/last-page", when(list_of("property=id==" + kFailed + "&limit=1"),
                                   but_with("/_links/next/href", kContinued + "end"))},
      {"list/pages/none-twice", paging_by_offset()},
      {"list/pages/none-lost", paging_by_snapshot()},
      {"list/count/alone", when(list_of("count=true"), but_with("/items", Json::array()))},
      {"list/count/filtered", when(list_of(kOfFlow + "&count=true"), but_with("/count", 5))},
      {"list/count/false", when(list_of("limit=1&count=false"), answers(400))},
      {"list/empty-parameters",
       when(list_of(kOfFlow + "&property=&orderby=&limit=&continuationToken=&count="), answers(400))},
  };
}

std::vector<Breakage> of_list_errors() {
  return {
      {"list/error/limit-with-count", deaf("limit=1&count=true")},
      {"list/error/sort-order", deaf("orderby=*createdAt")},
      {"list/error/sort-field", deaf("orderby=-height")},
      {"list/error/sort-field-sign", deaf("orderby=%23id")},
      {"list/error/sort-fields",
       deaf("orderby=id,createdAt,updatedAt,flowId,etag,state,createdBy,updatedBy,params")},
      {"list/error/operator-not-implemented", deaf("property=flowId~3")},
      {"list/error/several-values", deaf("property=createdAt>1,2")},
      {"list/error/operator-for-field", deaf("property=flowId>3")},
      {"list/error/field", deaf("property=height==1")},
      {"list/error/operator", deaf("property=flowId=3")},
      {"list/error/operator-unequal", deaf("property=flowId!=3")},
      {"list/error/projected-field", deaf("property=id,height")},
      {"list/error/parameter", deaf("page=2")},
      {"list/error/value", deaf("property=createdAt>yesterday")},
      {"list/error/several-times", deaf("property=createdAt==1676643256,1676643210")},
      {"list/error/limit-zero", deaf("limit=0")},
      {"list/error/limit-not-a-number", deaf("limit=ten")},
      {"list/error/count", deaf("count=perhaps")},
      {"list/error/token", deaf("continuationToken=made-up")},
      {"list/error/token-changed", forgiving_changed_tokens()},
      {"list/error/value-empty", deaf("property=flowId==")},
  };
}

} // namespace

std::vector<Breakage> breakages_of_list() {
  std::vector<Breakage> all_of_them = of_answer_and_filters();
  for (const auto &some : {of_order_and_pages(), of_list_errors()}) {
    all_of_them.insert(all_of_them.end(), some.begin(), some.end());
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
