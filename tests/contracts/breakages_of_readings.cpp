#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

When re_trigger_of(const std::string &run) {
  return is("POST", "/runs/" + run + "/action?op=RE_TRIGGER");
}

/// A run in the fields of the tutorials.
Rule with_etag_of_tutorials() {
  return but([](Json &body) {
    Json &run = body["items"][0];
    run["etag"] = run["eTag"];
    run.erase("eTag");
  });
}

/// An update leaves the etag as it was.
Rule keeping_the_etag() {
  return when_successful(is("PUT", "/runs/" + kInProgress), [](const Call &call, const Honest &honest) {
    return but_with("/eTag", *call.header("If-Match"))(call, honest);
  });
}

} // namespace

std::vector<Breakage> breakages_of_readings() {
  const When retried = re_trigger_of(kFailed);
  const When without_org = all({read_of(kFailed), lacks("x-gw-ims-org-id")});
  return {
      {"readings/op", when(retried, but_status(202)), {"readings/retry/answer"}},
      {"readings/op-of-tutorial",
       when(retry_of(kFailed), as_if_at("/runs/" + kFailed + "/action?op=RE_TRIGGER"))},
      {"readings/retry/answer", when_successful(retried, but_without("/metrics"))},
      {"readings/retry/new-run", when_successful(retried, but_with("/id", kFailed))},
      {"readings/retry/with-records",
       when(re_trigger_of(kWithRecords), as_if_run(kFailed)),
       {"readings/retry/state-refused"}},
      {"readings/retry/state-refused",
       when(re_trigger_of(kWithRecords), but_message("The run cannot be retried."))},
      {"readings/retry/in-progress", when(re_trigger_of(kInProgress), as_if_run(kFailed))},
      {"readings/retry/flow-disabled", when(re_trigger_of(kFailedOfDisabledFlow), as_if_run(kFailed))},
      {"readings/retry/streaming", when(re_trigger_of(kStreaming), as_if_run(kFailed))},
      {"readings/retry/undocumented-parameter",
       when(is("POST", "/runs/" + kFailed + "/action?op=RE_TRIGGER&verbose=true"), answers(400))},
      {"readings/run/fields", when(read_of(kWithRecords), with_etag_of_tutorials())},
      {"readings/run/fields-of-failed", when_successful(read_of(kFailed), with_etag_of_tutorials())},
      {"readings/list/answer",
       when(is("GET", "/runs?property=flowId==" + kSeveralRuns), with_etag_of_tutorials()),
       {"list/empty-parameters"}},
      {"readings/list/array", when(starts("GET", "/runs?property=activites[]"), lists_nothing())},
      {"readings/create/answer",
       when(all({is("POST", "/runs"), with_json([](const Json &body) {
                   return body.value(Json::json_pointer("/params/startTime"), Json()).is_number();
                 })}),
            but_with("/state", "inProgress"))},
      {"readings/update/answer", keeping_the_etag()},
      {"readings/sandbox/default", when(all({read_of(kZeroRecords), lacks("x-sandbox-name")}), answers(400))},
      {"readings/org/missing",
       when(without_org, but_with("/type", "https://ns.adobe.com/aep/errors/FLOW-2001-401"))},
      {"readings/org/empty",
       when(all({read_of(kFailed), sends("x-gw-ims-org-id", "")}), as_if_with("x-gw-ims-org-id", "org"))},
      {"readings/zero-records/openapi", when(re_trigger_of(kZeroRecords), answers(400))},
      {"readings/zero-records/openapi-2022", when(re_trigger_of(kZeroRecords), as_if_run(kFailed))},
      {"readings/zero-records/tutorial-2022", when(retry_of(kZeroRecords), as_if_run(kFailed))},
  };
}

} // namespace flow::contract::breaking
