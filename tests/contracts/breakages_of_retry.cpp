#include <memory>
#include <set>

#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

/// The clauses that retry the failed run as usual and need that to succeed.
const std::vector<std::string_view> kRetriesOfAFailedRun = {
    "retry/state/failed",
    "retry/answer/content-type",
    "retry/answer/shape",
    "retry/answer/id-is-a-uuid",
    "retry/answer/id-is-new",
    "retry/answer/documented",
    "retry/new-run/readable",
    "retry/new-run/same-flow",
    "retry/new-run/same-window",
    "retry/new-run/status",
    "retry/old-run/unchanged",
    "retry/twice/two-runs",
    "retry/twice/two-etags",
    "retry/body/none",
    "retry/body/empty",
    "retry/body/json",
    "retry/if-match/absent",
    "retry/if-match/any",
    "retry/if-match/current",
    "etags/retry/quoted",
    "etags/retry/form",
    "etags/retry/date",
    "etags/run/same-as-retry",
    "runs/sandbox/isolated",
    "list/pages/none-twice",
    "list/pages/none-lost",
    "flows/last-run/follows-retry",
    "headers/content-type/parameters",
    "headers/names/lower-case",
    "headers/names/upper-case",
};

/// Those, without `exceptions`, and with `more`.
std::vector<std::string_view> retries(const std::set<std::string_view> &exceptions,
                                      const std::vector<std::string_view> &more = {}) {
  std::vector<std::string_view> ids = more;
  for (const std::string_view id : kRetriesOfAFailedRun) {
    if (!exceptions.contains(id)) {
      ids.push_back(id);
    }
  }
  return ids;
}

/// From the first retry of a run in a sandbox on, reading that run shows another `updatedAt`.
Rule touching_the_old_run() {
  auto touched = std::make_shared<std::set<std::string>>();
  const Rule remembering = [=](const Call &call, const Honest &honest) {
    const std::string &sandbox = *call.header("x-sandbox-name");
    if (call.method == "POST") {
      touched->insert(sandbox);
    }
    const bool changed = call.method == "GET" && touched->contains(sandbox);
    return changed ? but_with("/items/0/updatedAt", 1)(call, honest) : honest(call);
  };
  return when_successful([](const Call &call) { return retry_of(kFailed)(call) || read_of(kFailed)(call); },
                         remembering);
}

/// A server that takes `op` for re-trigger.
Rule taking_for_re_trigger(const std::string &query) {
  return when(all({is("POST", "/runs/" + kFailed + "/action" + query), has("Content-Type")}),
              as_if_at("/runs/" + kFailed + "/action?op=re-trigger"));
}

std::vector<Breakage> of_state_and_answer() {
  const When retried = retry_of(kFailed);
  const When made = read_of(kNewRun);
  const std::string extensions = "/items/0/activities/0/durationSummary/extensions";
  return {
      {"retry/state/failed", when_successful(retried, answers(400)), retries({"retry/state/failed"})},
      {"retry/state/zero-records", when(retry_of(kZeroRecords), as_if_run(kWithRecords)), {}},
      {"retry/state/with-records",
       when(all({retry_of(kWithRecords), lacks("If-Match")}), as_if_run(kFailed)),
       {"retry/state/refused"}},
      {"retry/state/refused", when(retry_of(kWithRecords), but_message("The run cannot be retried."))},
      {"retry/state/in-progress", when(retry_of(kInProgress), as_if_run(kFailed))},
      {"retry/flow/disabled",
       when(all({retry_of(kFailedOfDisabledFlow), lacks("If-Match")}), as_if_run(kFailed))},
      {"retry/source/streaming", when(all({retry_of(kStreaming), lacks("If-Match")}), as_if_run(kFailed))},
      {"retry/run/unknown", when(all({about_unknown_run("POST", "/action?op=re-trigger"), lacks("If-Match")}),
                                 as_if_run(kFailed))},
      {"retry/answer/content-type", when_successful(retried, but_header("Content-Type", "text/html"))},
      {"retry/answer/shape", when_successful(retried, but_with("/status", "inProgress"))},
      {"retry/answer/id-is-a-uuid", when_successful(retried, but([](Json &body) {
                                                      if (body["id"] != kNewRun) {
                                                        body["id"] = "run-2";
                                                      }
                                                    }))},
      {"retry/answer/id-is-new",
       when_successful(retried, but([](Json &body) {
                         if (body["id"] == kNewRun) {
                           body["id"] = kFailed;
                         }
                       })),
       {"retry/answer/documented", "runs/sandbox/isolated", "list/pages/none-lost",
        "flows/last-run/follows-retry"}},
      {"retry/answer/documented",
       when_successful(retried, but([](Json &body) {
                         if (body["etag"] == kNewEtag) {
                           body["etag"] = "\"1100c53f-0000-0200-0000-627138980000\"";
                         }
                       })),
       {"etags/run/same-as-retry"}},
      {"retry/new-run/readable", when_successful(made, but_with("/items/0/id", kFailed))},
      {"retry/new-run/same-flow", when_successful(made, but_with("/items/0/flowId", kFailed))},
      {"retry/new-run/same-window", when_successful(made, but_with(extensions + "/windowStart", 1))},
      {"retry/new-run/status",
       when_successful(made, but_with("/items/0/metrics/statusSummary/status", "queued"))},
      {"retry/old-run/unchanged", touching_the_old_run()},
      {"retry/twice/two-runs", when_successful(retried, but_with("/id", kNewRun))},
      {"retry/twice/two-etags", when_successful(retried, but_with("/etag", kNewEtag))},
  };
}

std::vector<Breakage> of_request() {
  const When retried = retry_of(kFailed);
  const When posted = [](const Call &call) {
    return call.method == "POST" && call.target.find("/action") != std::string::npos;
  };
  const When with_current_etag = [](const Call &call) {
    const std::string *etag = call.header("If-Match");
    return etag != nullptr && *etag != "*" && *etag != kOtherEtag;
  };
  return {
      {"retry/body/none", when_successful(all({posted, lacks("Content-Length")}), answers(411)),
       retries({"retry/body/none", "retry/body/empty", "retry/body/json"},
               {"retry/state/zero-records", "retry/undocumented-parameter", "routes/trailing-slash/retry"})},
      {"retry/body/empty", when(all({retried, sends("Content-Length", "0")}), answers(400))},
      {"retry/body/json", when(with_body("{\"reason\":\"again\"}"), answers(400))},
      {"retry/body/not-json", when(with_body("again, please"), answers(200))},
      {"retry/op/missing", taking_for_re_trigger(""), {"errors/service/no-resource"}},
      {"retry/op/empty", taking_for_re_trigger("?op=")},
      {"retry/op/unsupported", taking_for_re_trigger("?op=delete")},
      {"retry/op/upper-case", taking_for_re_trigger("?op=RE-TRIGGER")},
      {"retry/op/title-case", taking_for_re_trigger("?op=Re-Trigger")},
      {"retry/op/without-dash", taking_for_re_trigger("?op=retrigger")},
      {"retry/op/underscore", taking_for_re_trigger("?op=re_trigger")},
      {"retry/op/openapi-spelling", taking_for_re_trigger("?op=RE_TRIGGER")},
      {"retry/op/trailing-space", taking_for_re_trigger("?op=re-trigger%20")},
      {"retry/op/plural", taking_for_re_trigger("?op=re-triggers")},
      {"retry/op/twice", taking_for_re_trigger("?op=re-trigger&op=re-trigger")},
      {"retry/undocumented-parameter",
       when(is("POST", "/runs/" + kFailed + "/action?op=re-trigger&verbose=true"), answers(400))},
      {"retry/if-match/absent", when_successful(all({posted, lacks("If-Match")}), answers(400)),
       retries({"retry/if-match/absent", "retry/if-match/any", "retry/if-match/current"},
               {"retry/state/zero-records", "retry/undocumented-parameter", "routes/trailing-slash/retry"})},
      {"retry/if-match/any", when(all({retried, sends("If-Match", "*")}), answers(412))},
      {"retry/if-match/current", when(all({retried, with_current_etag}), answers(412))},
      {"retry/if-match/other",
       when(all({retried, sends("If-Match", kOtherEtag)}), as_if_without("If-Match"))},
  };
}

} // namespace

std::vector<Breakage> breakages_of_retry() {
  std::vector<Breakage> all_of_them = of_state_and_answer();
  for (Breakage &breakage : of_request()) {
    all_of_them.push_back(std::move(breakage));
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
