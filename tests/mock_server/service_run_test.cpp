#include <gtest/gtest.h>

#include "mock_server/service.hpp"
#include "tests/mock_server/support.hpp"

/// Runs over time and over several retries, as a user of the service sees them.
namespace flow::mock {
namespace {

using test::Ask;
using test::Json;

constexpr std::int64_t kStart = 1700000000000;

Seed scripted(const std::string &retries, const std::string &defaults = "{}") {
  return parse_seed(R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"f","state":"failed",)"
                    R"("createdAt":1,"updatedAt":2,"window":{"startMs":100,"endMs":200},"retries":)" +
                        retries + R"(}],"defaults":)" + defaults + "}",
                    "test seed");
}

struct Server {
  explicit Server(Seed seed)
      : clock(std::make_shared<test::SetClock>(kStart)), service({.seed = std::move(seed), .clock = clock}) {}

  /// The answer to a retry that must be let pass.
  Json retry(std::string_view id) {
    const Response response = test::ask(service, test::retry(id));
    EXPECT_EQ(response.status, 200) << response.body;
    return test::body_of(response);
  }
  int retry_status(std::string_view id) { return test::ask(service, test::retry(id)).status; }
  Json run(std::string_view id) { return test::run_of(service, id); }
  std::string status(const std::string &id) { return test::status_in(run(id)); }

  std::shared_ptr<test::SetClock> clock;
  FlowService service;
};

TEST(RetryScript, OutcomesAreMetInOrderRetryingTheOriginal) {
  Server server(scripted(R"(["failed","failed","success"])"));
  EXPECT_EQ(server.status(server.retry("r")["id"]), "failed");
  EXPECT_EQ(server.status(server.retry("r")["id"]), "failed");
  EXPECT_EQ(server.status(server.retry("r")["id"]), "success");
}

TEST(RetryScript, OutcomesAreMetInOrderRetryingTheNewest) {
  Server server(scripted(R"(["failed","failed","success"])"));
  std::string newest = "r";
  for (const char *expected : {"failed", "failed", "success"}) {
    newest = server.retry(newest)["id"];
    EXPECT_EQ(server.status(newest), expected);
  }
  EXPECT_EQ(server.retry_status(newest), 400) << "a success with records";
  EXPECT_EQ(server.status(server.retry("r")["id"]), "success") << "past the script: the default";
}

TEST(RetryScript, ZeroRecordsAndNeverEndingAreOutcomes) {
  Server server(scripted(R"(["success-without-records","in-progress"])"));
  Json zero = server.run(server.retry("r")["id"].get<std::string>());
  EXPECT_EQ(test::status_in(zero), "success");
  EXPECT_EQ(zero["metrics"]["recordSummary"]["outputRecordCount"], 0);
  const std::string endless = server.retry(zero["id"].get<std::string>())["id"];
  server.clock->advance(1000000000);
  EXPECT_EQ(server.status(endless), "inProgress");
  EXPECT_EQ(server.retry_status(endless), 400);
}

TEST(RetryScript, EveryDocumentedStatusIsAnOutcome) {
  Server server(scripted(R"(["partialSuccess",{"outcome":"PARTIAL_FAILURE","durationMs":50},"Processing"])"));
  const std::string partial = server.retry("r")["id"];
  EXPECT_EQ(server.status(partial), "partialSuccess");
  EXPECT_EQ(server.retry_status(partial), 400);
  const std::string later = server.retry("r")["id"];
  EXPECT_EQ(server.status(later), "inProgress");
  server.clock->advance(50);
  EXPECT_EQ(server.status(later), "PARTIAL_FAILURE");
  const std::string endless = server.retry("r")["id"];
  server.clock->advance(1000000000);
  EXPECT_EQ(server.status(endless), "Processing");
  EXPECT_EQ(server.retry_status(endless), 400);
}

TEST(RetryScript, PastItsEndTheDefaultsHold) {
  Server server(scripted("[]", R"({"outcome":"failed","durationMs":50})"));
  const std::string id = server.retry("r")["id"];
  EXPECT_EQ(server.status(id), "inProgress");
  server.clock->advance(50);
  EXPECT_EQ(server.status(id), "failed");
}

TEST(RunDuration, ANewRunIsInProgressAndEndsOnTheMockClock) {
  Server server(scripted(R"([{"outcome":"failed","durationMs":1500}])"));
  Json answer = server.retry("r");
  const std::string id = answer["id"];
  EXPECT_EQ(server.status(id), "inProgress");
  EXPECT_EQ(server.run(id)["etag"], answer["etag"]);
  EXPECT_EQ(server.retry_status(id), 400);
  server.clock->advance(1499);
  EXPECT_EQ(server.status(id), "inProgress");
  server.clock->advance(1);
  EXPECT_EQ(server.status(id), "failed");
  EXPECT_EQ(server.retry_status(id), 200);
}

TEST(RunDuration, AnEndIsAnUpdateWithAFreshEtagDatedByIt) {
  Server server(scripted(R"([{"outcome":"success","durationMs":1500}])"));
  Json answer = server.retry("r");
  server.clock->advance(60000);
  Json run = server.run(answer["id"].get<std::string>());
  EXPECT_NE(run["etag"], answer["etag"]);
  EXPECT_EQ(run["etag"].get<std::string>().substr(24), "-6553f1010000\"");
  EXPECT_EQ(run["updatedAt"], kStart + 1500);
  EXPECT_EQ(run["createdAt"], kStart);
  EXPECT_EQ(run["metrics"]["durationSummary"]["completedAtUTC"], kStart + 1500);
  EXPECT_EQ(server.run(answer["id"].get<std::string>()), run) << "reading changes nothing";
}

TEST(RunDuration, OneThatEndsAtOnceKeepsTheEtagOfTheAnswer) {
  Server server(scripted(R"(["success"])"));
  Json answer = server.retry("r");
  server.clock->advance(1000);
  Json run = server.run(answer["id"].get<std::string>());
  EXPECT_EQ(test::status_in(run), "success");
  EXPECT_EQ(run["etag"], answer["etag"]);
}

TEST(RunDuration, ASeededRunEndsCountedFromTheFirstTouchOfItsSandbox) {
  Server server(parse_seed(R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"f","state":"in-progress",)"
                           R"("ends":{"afterMs":1000,"outcome":"failed"}}]})",
                           "test seed"));
  const Ask other = test::get("").set("x-sandbox-name", "other");
  EXPECT_EQ(server.status("r"), "inProgress");
  server.clock->advance(999);
  EXPECT_EQ(server.status("r"), "inProgress");
  EXPECT_EQ(test::status_in(test::run_of(server.service, "r", other)), "inProgress");
  server.clock->advance(1);
  EXPECT_EQ(server.retry_status("r"), 200) << "a retry sees that it has ended, without a read before";
  EXPECT_EQ(test::status_in(test::run_of(server.service, "r", other)), "inProgress");
}

TEST(NewRun, IsReadableOfTheSameFlowAndWindow) {
  Server server(scripted("[]"));
  Json run = server.run(server.retry("r")["id"].get<std::string>());
  EXPECT_EQ(run["flowId"], "f");
  EXPECT_EQ(run["createdAt"], kStart);
  EXPECT_EQ(run["createdBy"], "{API_KEY}");
  Json window = run["activities"][0]["durationSummary"]["extensions"];
  EXPECT_EQ(window["windowStart"], 100);
  EXPECT_EQ(window["windowEnd"], 200);
}

TEST(NewRun, OfFailureHasTheDocumentedShape) {
  Server server(scripted(R"(["failed"])"));
  Json run = server.run(server.retry("r")["id"].get<std::string>());
  Json metrics = run["metrics"];
  EXPECT_FALSE(metrics["durationSummary"].contains("completedAtUTC"));
  EXPECT_EQ(metrics["sizeSummary"], Json({{"inputBytes", -1}}));
  EXPECT_EQ(metrics["fileSummary"], Json({{"inputFileCount", -1}}));
  EXPECT_FALSE(metrics.contains("recordSummary"));
  EXPECT_EQ(metrics["statusSummary"]["errors"][0]["code"], "CONNECTOR-2001-500");
  Json promotion = run["activities"][1];
  EXPECT_EQ(promotion["sizeSummary"], Json({{"inputBytes", -1}}));
  EXPECT_EQ(promotion["fileSummary"]["inputFileCount"], -1);
  EXPECT_EQ(promotion["statusSummary"], metrics["statusSummary"]);
  EXPECT_EQ(run["activities"][0]["statusSummary"]["status"], "success") << "it was copied";
}

/// Whether the members of `documented` are all in `made`, at any depth. Values are the run's own.
void expect_members_of(const Json &documented, const Json &made, const std::string &place) {
  if (documented.is_array()) {
    ASSERT_EQ(made.size(), documented.size()) << place;
  }
  for (const auto &[key, member] : documented.items()) {
    const Json *const its = made.is_array()      ? &made.at(std::stoul(key))
                            : made.contains(key) ? &made.at(key)
                                                 : nullptr;
    ASSERT_NE(its, nullptr) << place << "/" << key;
    if (member.is_structured()) {
      expect_members_of(member, *its, place + "/" + key);
    }
  }
}

TEST(NewRun, OfSuccessHasTheShapeOfTheSecondDocumentedRun) {
  Server server(scripted(R"([{"outcome":"success","durationMs":1000},"success-without-records"])"));
  const Json documented = contract::example("second-run-answer").at("items").at(0);
  const std::string first = server.retry("r")["id"];
  server.clock->advance(1000);
  for (const std::string &id : {first, server.retry("r")["id"].get<std::string>()}) {
    const Json run = server.run(id);
    for (const char *part : {"metrics", "activities"}) {
      expect_members_of(documented.at(part), run.at(part), part);
    }
    EXPECT_EQ(run["activities"][0]["name"], "Copy Activity");
    EXPECT_EQ(run["activities"][1]["name"], "Promotion Activity");
    EXPECT_EQ(run["metrics"]["fileSummary"]["activityRefs"], Json::array({run["activities"][1]["id"]}));
  }
}

TEST(NewRun, OfPartialSuccessHasFailedRecordsAndAnError) {
  Server server(scripted(R"(["partialSuccess"])"));
  Json metrics = server.run(server.retry("r")["id"].get<std::string>())["metrics"];
  EXPECT_EQ(metrics["recordSummary"]["failedRecordCount"], 1);
  EXPECT_EQ(metrics["statusSummary"]["errors"].size(), 1);
  EXPECT_TRUE(metrics["durationSummary"].contains("completedAtUTC"));
}

constexpr std::string_view kDestinationSeed =
    R"({"flows":[{"id":"d","source":{"kind":"destination"}}],"runs":[)"
    R"({"id":"bad","flowId":"d","state":"failed"},{"id":"good","flowId":"d","state":"success"},)"
    R"({"id":"on","flowId":"d","state":"Processing"}]})";

TEST(RunOfADestination, HasTheShapeOfTheDocumentedOnes) {
  Server server(parse_seed(kDestinationSeed, "test seed"));
  for (const auto &[id, example] :
       {std::pair("bad", "failed-destination-run-answer"), std::pair("good", "destination-run-answer")}) {
    Json documented = contract::example(example).at("items").at(0);
    for (const char *of_the_audience : {"sourceSummaries", "targetSummaries", "skippedInfo"}) {
      documented["metrics"]["recordSummary"].erase(of_the_audience);
      documented["activities"][0]["recordSummary"].erase(of_the_audience);
    }
    documented["activities"][0]["statusSummary"].erase("extensions");
    if (documented["activities"].size() > 1) {
      documented["activities"][1]["statusSummary"].erase("extensions");
    }
    const Json run = server.run(id);
    for (const char *part : {"metrics", "activities"}) {
      expect_members_of(documented.at(part), run.at(part), part);
    }
  }
  EXPECT_EQ(server.run("on")["activities"][0]["name"], "Activation Batch XdmProcessor Activity");
}

TEST(RunOfADestination, IsNotRetried) {
  FlowService service({.seed = parse_seed(kDestinationSeed, "test seed")});
  for (const char *id : {"bad", "good", "on"}) {
    EXPECT_EQ(test::error_in(test::ask(service, test::retry(id))), "1333-400") << id;
  }
}

TEST(NewRun, InProgressHasNoCountsYet) {
  Server server(scripted(R"(["in-progress"])"));
  Json metrics = server.run(server.retry("r")["id"].get<std::string>())["metrics"];
  EXPECT_EQ(metrics["statusSummary"]["status"], "inProgress");
  EXPECT_FALSE(metrics.contains("recordSummary"));
  EXPECT_FALSE(metrics["durationSummary"].contains("completedAtUTC"));
}

TEST(OldRun, StaysAsItWas) {
  Server server(built_in_seed());
  for (const std::string_view id : {test::kFailed, test::kZeroRecords}) {
    Json before = server.run(id);
    server.retry(id);
    server.clock->advance(5000);
    EXPECT_EQ(server.run(id), before);
  }
}

TEST(Sandboxes, EachPairOfOrganisationAndNameHasRunsOfItsOwn) {
  Server server(built_in_seed());
  const std::string made = server.retry(test::kFailed)["id"];
  for (const auto &[header, value] : {std::pair{"x-sandbox-name", "other"}, {"x-gw-ims-org-id", "other"}}) {
    EXPECT_EQ(test::ask(server.service, test::get(made).set(header, value)).status, 404) << header;
    const Response first = test::ask(server.service, test::retry(test::kFailed).set(header, value));
    EXPECT_EQ(first.body, contract::example("retry-answer").dump()) << "the seed afresh";
  }
  EXPECT_EQ(server.run(made)["id"], made);
}

TEST(Sandboxes, AreNotToldApartByTokenOrApiKey) {
  Server server(built_in_seed());
  const std::string made = server.retry(test::kFailed)["id"];
  Ask asked = test::get(made).set("Authorization", "Bearer other").set("x-api-key", "other");
  EXPECT_EQ(test::ask(server.service, asked).status, 200);
}

/// What two retries and a read in sandbox `name` say.
std::string story(FlowService &service, const std::string &name) {
  std::string told;
  for (Ask asked : {test::retry(test::kZeroRecords), test::retry(test::kFailed), test::retry(test::kFailed),
                    test::get(test::kZeroRecords)}) {
    told += test::ask(service, asked.set("x-sandbox-name", name)).body;
  }
  return told;
}

FlowService deterministic(std::uint64_t seed) {
  return FlowService({.clock = frozen_clock(kStart), .deterministic = seed});
}

TEST(Deterministic, SameSeedTellsTheSameStoryInWhateverOrderSandboxesAreTouched) {
  FlowService one = deterministic(7);
  FlowService other = deterministic(7);
  const std::string of_a = story(one, "a");
  const std::string of_b = story(one, "b");
  EXPECT_EQ(story(other, "b"), of_b);
  EXPECT_EQ(story(other, "a"), of_a);
  EXPECT_NE(of_a, of_b);
}

TEST(Deterministic, RequestIdsAreReproducibleToo) {
  FlowService one = deterministic(7);
  FlowService other = deterministic(7);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(test::header(test::ask(one, test::get("x")), "x-request-id"),
              test::header(test::ask(other, test::get("x")), "x-request-id"));
  }
}

TEST(Deterministic, AnotherSeedTellsAnotherStory) {
  FlowService one = deterministic(7);
  FlowService other = deterministic(8);
  EXPECT_NE(story(one, "a"), story(other, "a"));
}

TEST(Deterministic, WithoutItNoTwoServersTellTheSameStory) {
  FlowService one({.clock = frozen_clock(kStart)});
  FlowService other({.clock = frozen_clock(kStart)});
  EXPECT_NE(story(one, "a"), story(other, "a"));
}

} // namespace
} // namespace flow::mock
