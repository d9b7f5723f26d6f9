#include <memory>

#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

const std::string kRun = "/items/0";
const std::string kMetrics = "/items/0/metrics";

/// Changes the etag of a retry's answer that is not the documented one, which retry/answer/documented
/// watches.
Rule with_fresh_etag(std::function<void(std::string &etag)> change) {
  return when_successful(retry_of(kFailed), but([=](Json &body) {
                           std::string etag = body["etag"];
                           if (etag != kNewEtag) {
                             change(etag);
                             body["etag"] = etag;
                           }
                         }));
}

/// Every answer about the run is another one.
Rule counting_reads() {
  auto reads = std::make_shared<int>(0);
  return when(read_of(kZeroRecords), but([=](Json &body) { body["items"][0]["createdAt"] = ++*reads; }));
}

/// Runs are found in whatever sandbox one asks.
Rule sharing_sandboxes() {
  return [](const Call &call, const Honest &honest) {
    const mock::Response response = honest(call);
    return read_of(kNewRun)(call) && response.status == 404 ? as_if_run(kFailed)(call, honest) : response;
  };
}

Rule finding_unknown_runs() {
  return when(about_unknown_run("GET", ""), [](const Call &call, const Honest &honest) {
    const mock::Response response = honest(call);
    return response.status == 404 ? as_if_run(kZeroRecords)(call, honest) : response;
  });
}

/// Of a run that is in progress, and has not been updated to another state.
Rule in_progress(std::function<void(Json &metrics)> change) {
  return when(read_of(kInProgress), but([=](Json &body) {
                Json &metrics = body["items"][0]["metrics"];
                if (metrics["statusSummary"]["status"] == "inProgress") {
                  change(metrics);
                }
              }));
}

std::vector<Breakage> of_etags() {
  return {
      {"etags/retry/quoted",
       with_fresh_etag([](std::string &etag) { etag = etag.substr(1, etag.size() - 2); })},
      {"etags/retry/form", with_fresh_etag([](std::string &etag) { etag.replace(15, 4, "0300"); })},
      {"etags/retry/date", with_fresh_etag([](std::string &etag) { etag.replace(25, 8, "00000001"); })},
      {"etags/run/quoted", when(read_of(kZeroRecords), but([](Json &body) {
                                  std::string etag = body["items"][0]["etag"];
                                  body["items"][0]["etag"] = etag.substr(1, etag.size() - 2);
                                }))},
      {"etags/run/date",
       when(read_of(kWithRecords), but_with(kRun + "/updatedAt", 1596656114526)),
       {"runs/read/documented"}},
      {"etags/run/same-as-retry", when_successful(read_of(kNewRun), but_with(kRun + "/etag", kOtherEtag))},
  };
}

std::vector<Breakage> of_reading() {
  const When zero = read_of(kZeroRecords);
  return {
      {"runs/read/status",
       when(read_of(kInProgress), but_status(203)),
       {"runs/in-progress/status", "runs/in-progress/not-completed", "flows/last-run/details",
        "update/answer/etag-reads", "update/lost-update/first-stays", "update/metrics", "update/activities"}},
      {"runs/read/content-type", when(zero, but_header("Content-Type", "text/html"))},
      {"runs/read/shape", when(zero, but_with("/count", 1))},
      {"runs/read/id", when(zero, but_with(kRun + "/id", kFailed))},
      {"runs/read/fields", when(zero, but_with(kRun + "/createdAt", "2022-05-03T14:12:00Z"))},
      {"runs/read/sandbox", when(zero, but_with(kRun + "/sandboxName", "prod"))},
      {"runs/read/org", when(zero, but_with(kRun + "/imsOrgId", "another@AdobeOrg"))},
      {"runs/read/repeatable", counting_reads()},
      {"runs/read/documented",
       when(read_of(kWithRecords), but_with(kMetrics + "/sizeSummary/inputBytes", 1))},
      {"runs/read/second-documented",
       when(read_of(kSecondDocumented), but_with(kMetrics + "/sizeSummary/inputBytes", 1))},
      {"runs/read/unknown",
       finding_unknown_runs(),
       {"errors/service/shape", "errors/service/content-type", "errors/service/status", "errors/service/type",
        "errors/service/resource", "errors/service/request-id", "errors/service/request-ids-differ",
        "errors/service/one-message"}},
      {"runs/sandbox/isolated", sharing_sandboxes()},
  };
}

std::vector<Breakage> of_states() {
  const When failed = read_of(kFailed);
  const When zero = read_of(kZeroRecords);
  const std::string status = kMetrics + "/statusSummary/status";
  const std::string completed = kMetrics + "/durationSummary/completedAtUTC";
  return {
      {"runs/failed/status", when_successful(failed, but_with(status, "success"))},
      {"runs/failed/errors",
       when_successful(failed, but_with(kMetrics + "/statusSummary/errors", Json::array()))},
      {"runs/failed/not-completed", when_successful(failed, but_with(completed, 1651587180000))},
      {"runs/failed/counts", when_successful(failed, but_with(kMetrics + "/sizeSummary/inputBytes", 0))},
      {"runs/failed/promotion",
       when_successful(failed, but_with(kRun + "/activities/1/statusSummary/status", "success"))},
      {"runs/in-progress/status",
       in_progress([](Json &metrics) { metrics["statusSummary"]["status"] = "running"; }),
       {"flows/last-run/details", "update/read-modify-write"}},
      {"runs/in-progress/not-completed",
       in_progress([](Json &metrics) { metrics["durationSummary"]["completedAtUTC"] = 1651587180000; })},
      {"runs/success/status",
       when(read_of(kWithRecords), but_with(status, "partialSuccess")),
       {"runs/read/documented"}},
      {"runs/success/completed", when(zero, but_without(completed))},
      {"runs/zero-records/counts", when(zero, but_with(kMetrics + "/recordSummary/outputRecordCount", 7))},
  };
}

std::vector<Breakage> of_activities() {
  const When zero = read_of(kZeroRecords);
  const std::string activities = kRun + "/activities";
  return {
      {"runs/activities/names", when(zero, but_with(activities + "/0/name", "Copy"))},
      {"runs/activities/ids", when(zero, but_with(activities + "/0/id", "copyActivity"))},
      {"runs/activities/references",
       when(zero, but_with(kMetrics + "/fileSummary/activityRefs", Json::array({"promotionActivity"})))},
      {"runs/activities/manifest",
       when(zero, but_without(activities + "/1/fileSummary/extensions/manifest/pathPrefix"))},
  };
}

std::vector<Breakage> of_other_statuses_and_destinations() {
  const When failed = read_of(kFailedDestination);
  return {
      {"runs/partial-success/status",
       when(read_of(kPartial), but_with(kMetrics + "/statusSummary/status", "success"))},
      {"runs/partial-success/listed",
       when(starts("GET", "/runs?property=state==PARTIALSUCCESS"), lists_nothing())},
      {"runs/partial-success/not-retried", when(retry_of(kPartial), answers(200))},
      {"runs/destination/documented",
       when(read_of(kDestination), but_with(kMetrics + "/sizeSummary/inputBytes", 1))},
      {"runs/destination/failed-documented", when(failed, but_with(kRun + "/providerRefId", "another"))},
      {"runs/destination/failed-completed",
       when(failed, but_without(kMetrics + "/durationSummary/completedAtUTC")),
       {"runs/destination/failed-documented"}},
      {"runs/destination/not-retried", when(retry_of(kFailedDestination), answers(200))},
  };
}

} // namespace

std::vector<Breakage> breakages_of_runs_and_etags() {
  std::vector<Breakage> all_of_them = of_etags();
  for (const auto &some :
       {of_reading(), of_states(), of_activities(), of_other_statuses_and_destinations()}) {
    all_of_them.insert(all_of_them.end(), some.begin(), some.end());
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
