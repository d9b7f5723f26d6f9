#include <map>
#include <memory>
#include <set>

#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

const std::string kUsualBody =
    R"({"flowId":")" + kOnce +
    R"(","params":{"startTime":"1","windowStartTime":"1651584991","windowEndTime":"1651588591"}})";

const When kCreates = is("POST", "/runs");

When creates(std::function<bool(const Json &body)> condition) {
  return all({kCreates, with_json(std::move(condition))});
}

/// null where there is none.
Json param(const Json &body, const std::string &name) {
  return body.value(Json::json_pointer("/params/" + name), Json());
}

bool has_delta_column(const Json &body, const std::string &name) {
  return param(body, "deltaColumn/name") == name;
}

std::function<bool(const Json &body)> is_of(const std::string &flow) {
  return [=](const Json &body) { return body.value("flowId", "none") == flow; };
}

/// The usual body: of the flow scheduled once, with its three times in strings.
bool is_usual(const Json &body) {
  return body.value("flowId", "") == kOnce && body.value("params", Json()).size() == 3 &&
         param(body, "deltaColumn").is_null() && param(body, "windowEndTime") == "1651588591";
}

/// Reading or listing a run made on demand.
Rule about_made_runs(std::function<void(Json &run)> change) {
  return when_successful(starts("GET", "/runs/"), but([=](Json &body) {
                           if (body["items"][0]["flowId"] == kOnce) {
                             change(body["items"][0]);
                           }
                         }));
}

/// Each call in a sandbox answers with the id of the first.
Rule making_one_run() {
  auto ids = std::make_shared<std::map<std::string, Json>>();
  return when(creates(is_usual), [=](const Call &call, const Honest &honest) {
    const mock::Response response = honest(call);
    const Json id = Json::parse(response.body)["items"][0]["id"];
    const Json &first = ids->emplace(*call.header("x-sandbox-name"), id).first->second;
    return but_with("/items/0/id", first)(call, [&](const Call &) { return response; });
  });
}

/// Once a run has named a delta column, a call for which `refuses` holds is refused.
Rule remembering_delta_columns(std::function<bool(const Json &body)> refuses) {
  auto named = std::make_shared<std::set<std::string>>();
  return when(creates(is_of(kOnce)), [=](const Call &call, const Honest &honest) {
    const Json body = Json::parse(call.body);
    const std::string &sandbox = *call.header("x-sandbox-name");
    if (named->contains(sandbox) && refuses(body)) {
      return answers(400)(call, honest);
    }
    if (has_delta_column(body, "DOB")) {
      named->insert(sandbox);
    }
    return honest(call);
  });
}

std::vector<Breakage> of_acceptance() {
  const When usual = creates(is_usual);
  return {
      {"create/documented/table", when(is("POST", "/runs/"), answers(404))},
      {"create/documented/file",
       when(creates([](const Json &body) { return param(body, "windowEndTime") == "16515859567"; }),
            answers(400))},
      {"create/integers",
       when(creates([](const Json &body) { return param(body, "startTime").is_number(); }), answers(400))},
      {"create/answer/shape", when(usual, but_with("/items/0/state", "inProgress"))},
      {"create/answer/etag", when(usual, but_with("/items/0/etag", "1100c53e-0000-0200-0000-627138980000"))},
      {"create/new-run/readable", about_made_runs([](Json &run) { run["flowId"] = kSeveralRuns; })},
      {"create/new-run/listed",
       when(starts("GET", "/runs?property=flowId==" + kOnce + "&property=id=="), lists_nothing())},
      {"create/new-run/fields", about_made_runs([](Json &run) { run["createdAt"] = "now"; })},
      {"create/new-run/params", about_made_runs([](Json &run) { run.erase("params"); })},
      {"create/twice", making_one_run()},
      {"create/delta-column/same",
       remembering_delta_columns([](const Json &body) { return has_delta_column(body, "DOB"); })},
      {"create/delta-column/none",
       remembering_delta_columns([](const Json &body) { return param(body, "deltaColumn").is_null(); })},
      {"create/delta-column/other",
       when(creates([](const Json &body) { return has_delta_column(body, "name"); }),
            as_if_body(kUsualBody))},
      {"create/delta-column/missing", when(creates([](const Json &body) {
                                             return is_of(kTable)(body) &&
                                                    param(body, "deltaColumn").is_null();
                                           }),
                                           as_if_body(kUsualBody))},
      {"create/delta-column/first",
       when(creates([](const Json &body) { return is_of(kTable)(body) && has_delta_column(body, "DOB"); }),
            answers(400))},
      {"create/window-empty",
       when(creates([](const Json &body) { return param(body, "windowEndTime") == "1651584991"; }),
            answers(400))},
  };
}

std::vector<Breakage> of_create_errors() {
  const auto forgives = [](const When &wrong) { return when(wrong, as_if_body(kUsualBody)); };
  const auto forgives_text = [&](const std::string &text) {
    return forgives(all({kCreates, with_body(text)}));
  };
  const auto forgives_flow = [&](const std::string &flow) { return forgives(creates(is_of(flow))); };
  const auto forgives_lack_of = [&](const std::string &name) {
    return forgives(creates([=](const Json &body) {
      return body.value("params", Json()).size() == 2 && param(body, name).is_null();
    }));
  };
  const auto forgives_end = [&](const std::string &end) {
    return forgives(creates([=](const Json &body) { return param(body, "windowEndTime") == end; }));
  };
  const When unknown_flow = creates([](const Json &body) {
    const std::set<std::string> known = {"", kOnce, kTable, kRepeatedly, kStreamingFlow};
    return body.contains("flowId") && !known.contains(body["flowId"].get<std::string>());
  });
  return {
      {"create/undocumented-parameter", when(is("POST", "/runs?verbose=true"), answers(400))},
      {"create/error/body-none", forgives_text("")},
      {"create/error/body-null", forgives_text("null")},
      {"create/error/body-not-json", forgives_text("flowId")},
      {"create/error/body-array", forgives_text("[]")},
      {"create/error/flow-missing",
       forgives(creates([](const Json &body) { return !body.contains("flowId"); }))},
      {"create/error/flow-empty", forgives_flow("")},
      {"create/error/flow-unknown", forgives(unknown_flow)},
      {"create/error/flow-streaming", forgives_flow(kStreamingFlow)},
      {"create/error/flow-repeated", forgives_flow(kRepeatedly)},
      {"create/error/params-none",
       forgives(creates([](const Json &body) { return !body.contains("params"); }))},
      {"create/error/params-empty",
       forgives(creates([](const Json &body) { return body.value("params", Json()) == Json::object(); }))},
      {"create/error/no-startTime", forgives_lack_of("startTime")},
      {"create/error/no-windowStartTime", forgives_lack_of("windowStartTime")},
      {"create/error/no-windowEndTime", forgives_lack_of("windowEndTime")},
      {"create/error/params-invalid", forgives_end("tomorrow")},
      {"create/error/window-backwards", forgives_end("1651584990")},
  };
}

} // namespace

std::vector<Breakage> breakages_of_create() {
  std::vector<Breakage> all_of_them = of_acceptance();
  for (Breakage &breakage : of_create_errors()) {
    all_of_them.push_back(std::move(breakage));
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
