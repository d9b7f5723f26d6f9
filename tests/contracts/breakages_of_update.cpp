#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

const When kUpdates = is("PUT", "/runs/" + kInProgress);
const std::string kFirst = R"({"providerRefId":"M-1"})";
const std::string kSecond = R"({"providerRefId":"M-2"})";

/// Refuses as it should, and writes all the same.
Rule writing_what_it_refuses() {
  return when(all({kUpdates, with_body(kSecond)}), [](const Call &call, const Honest &honest) {
    const mock::Response refusal = honest(call);
    as_if_with("If-Match", "*")(call, honest);
    return refusal;
  });
}

/// The etag stays the one of If-Match.
Rule keeping_the_etag() {
  return when_successful(kUpdates, [](const Call &call, const Honest &honest) {
    return but_with("/etag", *call.header("If-Match"))(call, honest);
  });
}

/// Reading the run after an update.
Rule reading_back(std::function<void(Json &run)> change) {
  return when(read_of(kInProgress), but([=](Json &body) { change(body["items"][0]); }));
}

std::vector<Breakage> of_answer() {
  const When first = all({kUpdates, with_body(kFirst)});
  const When by_etag = [](const Call &call) {
    return call.header("If-Match") != nullptr && *call.header("If-Match") != "*";
  };
  return {
      {"update/accepted",
       when_successful(all({first, by_etag}), but_status(202)),
       {"update/answer/run", "update/answer/new-etag", "update/answer/dates", "update/lost-update/refused",
        "update/lost-update/first-stays"}},
      {"update/answer/run", when_successful(first, but_without("/providerRefId"))},
      {"update/answer/new-etag", keeping_the_etag(), {"update/answer/etag-reads", "update/answer/dates"}},
      {"update/answer/etag-reads", reading_back([](Json &run) {
         if (run.contains("providerRefId")) {
           run["etag"] = kOtherEtag;
         }
       })},
      {"update/answer/dates", when_successful(first, but_with("/createdAt", 1))},
      {"update/if-match/any", when(all({first, sends("If-Match", "*")}), answers(412))},
      {"update/if-match/missing", when(all({kUpdates, lacks("If-Match")}), as_if_with("If-Match", "*"))},
      {"update/if-match/other",
       when(all({kUpdates, sends("If-Match", kOtherEtag)}), as_if_with("If-Match", "*"))},
      {"update/lost-update/refused",
       when(all({kUpdates, with_body(kSecond)}), as_if_with("If-Match", "*")),
       {"update/lost-update/first-stays"}},
      {"update/lost-update/first-stays", writing_what_it_refuses()},
  };
}

std::vector<Breakage> of_body() {
  const auto contains = [](const std::string &name) {
    return with_json([=](const Json &body) { return body.contains(name); });
  };
  return {
      {"update/metrics", reading_back([](Json &run) {
         if (run["metrics"].contains("recordSummary")) {
           run["metrics"]["sizeSummary"] = Json::object();
         }
       })},
      {"update/activities", reading_back([](Json &run) {
         if (run["activities"][0]["updatedAtUTC"] == 1651594380000) {
           run["activities"].push_back({{"id", "promotionActivity"}});
         }
       })},
      {"update/ends-run",
       when(is("GET", "/runs?property=id==" + kInProgress + "&property=state==success"), lists_nothing())},
      {"update/read-modify-write", when(all({kUpdates, contains("createdAt")}), answers(400))},
      {"update/ended", when(is("PUT", "/runs/" + kFailed), answers(200))},
      {"update/unknown-run", when(about_unknown_run("PUT", ""), as_if_run(kInProgress))},
      {"update/unknown-field", when(all({kUpdates, contains("height")}), as_if_body("{}"))},
      {"update/body-none", when(all({kUpdates, with_body("")}), as_if_body("{}"))},
  };
}

} // namespace

std::vector<Breakage> breakages_of_update() {
  std::vector<Breakage> all_of_them = of_answer();
  for (Breakage &breakage : of_body()) {
    all_of_them.push_back(std::move(breakage));
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
