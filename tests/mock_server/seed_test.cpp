#include "mock_server/seed/seed.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>

#include <unistd.h>

#include <gtest/gtest.h>

#include "contracts/model/contract.hpp"
#include "contracts/model/embedded_file.hpp"
#include "contracts/model/json_schema.hpp"

namespace flow::mock {

std::span<const contract::EmbeddedFile> embedded_files();

namespace {

using contract::Json;

const std::string kFlows = R"("flows":[{"id":"f"}])";

std::string with_run(const std::string &fields) {
  return "{" + kFlows + R"(,"runs":[{"id":"r","flowId":"f",)" + fields + "}]}";
}

/// What the error of a bad seed says, or "" where the seed is good.
std::string error_of(const std::string &text) {
  try {
    parse_seed(text, "bad.json");
    return "";
  } catch (const SeedError &error) {
    return error.what();
  }
}

struct BadSeed {
  const char *what;
  std::string text;
  const char *pointer;
  const char *reason; ///< a part of it
};

class BadSeeds : public testing::TestWithParam<BadSeed> {};

TEST_P(BadSeeds, AreRefusedWithFilePointerAndReason) {
  const std::string error = error_of(GetParam().text);
  const std::string begin = "bad.json: " + std::string(GetParam().pointer) + ": ";
  EXPECT_TRUE(error.starts_with(begin)) << error;
  EXPECT_NE(error.find(GetParam().reason), std::string::npos) << error;
  EXPECT_GT(error.size(), begin.size()) << error;
}

const std::string kRun = R"({"id":"r","flowId":"f","state":"failed"})";

const BadSeed kBadSeeds[] = {
    {"NotJson", "{\n\"flows\": oops}", "/", "line 2"},
    {"Empty", "", "/", "not JSON"},
    {"NotAnObject", "[]", "/", "must be an object."},
    {"NoRuns", "{" + kFlows + "}", "/", "runs"},
    {"NoFlows", R"({"runs":[]})", "/", "flows"},
    {"UnknownKey", "{" + kFlows + R"(,"runs":[],"extra":1})", "/", "extra"},
    {"UnknownKeyOfARun", with_run(R"("state":"failed","extra":1)"), "/runs/0",
     "has a member 'extra' that is not known here; known: "},
    {"UnknownKeyOfAFlow", R"({"flows":[{"id":"f","extra":1}],"runs":[]})", "/flows/0", "extra"},
    {"WrongTypeOfFlows", R"({"flows":{},"runs":[]})", "/flows", "must be a list."},
    {"WrongTypeOfId", R"({"flows":[{"id":7}],"runs":[]})", "/flows/0/id", "must be a string."},
    {"WrongTypeOfTime", with_run(R"("state":"failed","createdAt":"now")"), "/runs/0/createdAt", ""},
    {"NegativeTime", with_run(R"("state":"failed","createdAt":-1)"), "/runs/0/createdAt", ""},
    {"FlowWithoutId", R"({"flows":[{"name":"x"}],"runs":[]})", "/flows/0", "needs the member 'id'."},
    {"RunWithoutFlow", "{" + kFlows + R"(,"runs":[{"id":"r","state":"failed"}]})", "/runs/0", "flowId"},
    {"IdWithASlash", "{" + kFlows + R"(,"runs":[{"id":"a/b","flowId":"f","state":"failed"}]})", "/runs/0/id",
     "must match ^[A-Za-z0-9._:-]{1,128}$"},
    {"IdWithALineFeed", "{" + kFlows + R"(,"runs":[{"id":"a\n","flowId":"f","state":"failed"}]})",
     "/runs/0/id", ""},
    {"DuplicateRun", "{" + kFlows + R"(,"runs":[)" + kRun + "," + kRun + "]}", "/runs/1/id", "given before"},
    {"DuplicateFlow", R"({"flows":[{"id":"f"},{"id":"f"}],"runs":[]})", "/flows/1/id", "given before"},
    {"ScriptedIdOfARun", with_run(R"("state":"failed","retries":[{"outcome":"failed","id":"r"}])"),
     "/runs/0/retries/0/id", "given before"},
    {"ScriptedIdTwice",
     with_run(R"("state":"failed","retries":["failed",{"outcome":"failed","id":"s"},)"
              R"({"outcome":"failed","id":"s"}])"),
     "/runs/0/retries/2/id", "given before"},
    {"UnknownFlow", "{" + kFlows + R"(,"runs":[{"id":"r","flowId":"g","state":"failed"}]})", "/runs/0/flowId",
     "no flow"},
    {"NeitherStateNorMetrics", with_run(R"("createdAt":1)"), "/runs/0", "either"},
    {"StateThatMetricsContradict",
     with_run(R"("state":"success","metrics":{"statusSummary":{"status":"failed"}})"), "/runs/0/state",
     "leave out one"},
    {"RetriesOfNobody", with_run(R"("state":"failed","retriesOf":"nobody")"), "/runs/0/retriesOf", "before"},
    {"UnknownState", with_run(R"("state":"done")"), "/runs/0/state",
     "in-progress, success-without-records, inProgress, failed"},
    {"UnknownStatus", with_run(R"("metrics":{"statusSummary":{"status":"done"}})"),
     "/runs/0/metrics/statusSummary/status", "must be one of inProgress, failed, success, partialSuccess"},
    {"MetricsWithoutStatus", with_run(R"("metrics":{})"), "/runs/0/metrics", "statusSummary"},
    {"WrongTypeOfRecords",
     with_run(
         R"("metrics":{"statusSummary":{"status":"success"},"recordSummary":{"outputRecordCount":"1"}})"),
     "/runs/0/metrics/recordSummary/outputRecordCount", ""},
    {"WindowBackwards", with_run(R"("state":"failed","window":{"startMs":2,"endMs":1})"),
     "/runs/0/window/endMs", "before"},
    {"EndOfAnEndedRun", with_run(R"("state":"failed","ends":{"afterMs":1,"outcome":"failed"})"),
     "/runs/0/ends", "in progress"},
    {"EndThatIsNone", with_run(R"("state":"in-progress","ends":{"afterMs":1,"outcome":"in-progress"})"),
     "/runs/0/ends/outcome", "no end"},
    {"EtagWithoutQuotes", with_run(R"("state":"failed","etag":"a-b")"), "/runs/0/etag", ""},
    {"EtagOfAScriptWithALineFeed",
     with_run(R"("state":"failed","retries":[{"outcome":"failed","etag":"\"a\nb\""}])"),
     "/runs/0/retries/0/etag", ""},
    {"UnknownFlowState", R"({"flows":[{"id":"f","state":"failed"}],"runs":[]})", "/flows/0/state",
     "must be one of enabled, disabled, initializing, enabled-finalizing, delete-finalizing, disabling"},
    {"UnknownSourceFormat", R"({"flows":[{"id":"f","source":{"kind":"batch","format":"xml"}}],"runs":[]})",
     "/flows/0/source/format", ""},
    {"UnknownOutcome", with_run(R"("state":"failed","retries":["fail"])"), "/runs/0/retries/0",
     "must be one of in-progress"},
    {"UnknownOutcomeInAnObject", with_run(R"("state":"failed","retries":["failed",{"outcome":"fail"}])"),
     "/runs/0/retries/1/outcome", "must be one of in-progress"},
    {"UnknownDefault", "{" + kFlows + R"(,"runs":[],"defaults":{"outcome":"fail"}})", "/defaults/outcome",
     "must be one of in-progress"},
    {"QueuedAsAnEnd", with_run(R"("state":"Processing","ends":{"afterMs":1,"outcome":"queued"})"),
     "/runs/0/ends/outcome", "queued is no end"},
    {"EndOfAPartialSuccess", with_run(R"("state":"partialSuccess","ends":{"afterMs":1,"outcome":"failed"})"),
     "/runs/0/ends", "in progress"},
    {"UnknownSourceKind", R"({"flows":[{"id":"f","source":{"kind":"sometimes"}}],"runs":[]})",
     "/flows/0/source/kind", "must be one of batch, streaming"},
    {"EmptyAllow", "{" + kFlows + R"(,"runs":[],"allow":{"tokens":[]}})", "/allow/tokens",
     "must not be empty."},
    {"DurationTooLong", "{" + kFlows + R"(,"runs":[],"defaults":{"durationMs":31536000001}})",
     "/defaults/durationMs", "must not be above 31536000000."},
};

INSTANTIATE_TEST_SUITE_P(Seed, BadSeeds, testing::ValuesIn(kBadSeeds),
                         [](const auto &info) { return info.param.what; });

TEST(Seed, AWindowMayBeEmpty) {
  EXPECT_EQ(error_of(with_run(R"("state":"failed","window":{"startMs":2,"endMs":2})")), "");
}

TEST(Seed, OddActivitiesOfARecordedRunAreTakenAsTheyAre) {
  for (const char *odd : {R"({})", R"({"durationSummary":[1]})", R"({"durationSummary":"x"})",
                          R"({"durationSummary":{"extensions":7}})",
                          R"({"durationSummary":{"extensions":{"windowStart":"1","windowEnd":"2"}}})"}) {
    EXPECT_EQ(error_of(with_run(R"("state":"failed","activities":[)" + std::string(odd) + "]")), "") << odd;
  }
}

TEST(Seed, ARecordedAnswersRunCanBePastedIn) {
  Json run = contract::example("run-answer").at("items").at(0);
  run["imsOrgId"] = "org";
  run["flowSpec"] = {{"id", "x"}, {"version", "1.0"}};
  run["providerRefId"] = "ref";
  run["params"] = {{"startTime", "1"}};
  const Json document = {{"flows", {{{"id", run["flowId"]}}}}, {"runs", {run}}};
  const std::string text = document.dump();
  ASSERT_EQ(error_of(text), "");
  const Seed seed = parse_seed(text, "recorded.json");
  ASSERT_EQ(seed.runs.size(), 1U);
  const mock::Run &read = seed.runs[0];
  EXPECT_EQ(read.state, RunState::success_with_records);
  EXPECT_EQ(read.etag, run["etag"].get<std::string>());
  EXPECT_EQ(read.created_at_ms, run["createdAt"]);
  EXPECT_EQ(read.started_at_ms, 1596656058198);
  ASSERT_TRUE(read.window) << "of its copy activity";
  EXPECT_EQ(read.window->start_ms, 1596653708000);
  EXPECT_EQ(read.window->end_ms, 1596655508000);
  EXPECT_EQ(Json::parse(*read.metrics), run["metrics"]);
  EXPECT_EQ(Json::parse(*read.activities), run["activities"]);
}

TEST(Seed, BuiltInConformsToThePublishedSchema) {
  const Json schema = Json::parse(contract::text_of(embedded_files(), "seed.schema.json"));
  const Json seed = Json::parse(built_in_seed_text());
  for (const contract::SchemaViolation &violation : contract::validate(seed, schema)) {
    ADD_FAILURE() << violation.pointer << ": " << violation.reason;
  }
}

TEST(Seed, TheBuiltInOneIsWellFormed) {
  EXPECT_EQ(parse_seed(built_in_seed_text(), "built-in seed").run_count(), built_in_seed().run_count());
}

TEST(Seed, BuiltInHoldsTheDocumentedRunsWordForWord) {
  for (const char *name :
       {"run-answer", "second-run-answer", "destination-run-answer", "failed-destination-run-answer"}) {
    const Json documented = contract::example(name).at("items").at(0);
    const auto &runs = built_in_seed().runs;
    const auto id = documented.at("id").get<std::string>();
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const auto &each) { return each.id == id; });
    ASSERT_NE(run, runs.end()) << name;
    EXPECT_EQ(Json::parse(*run->metrics), documented.at("metrics"));
    EXPECT_EQ(Json::parse(*run->activities), documented.at("activities"));
    EXPECT_EQ(run->etag, documented.at("etag").get<std::string>());
  }
}

TEST(Seed, TakesEveryDocumentedStatusAsAStateAndInMetrics) {
  for (const char *status :
       {"inProgress", "failed", "Failed", "success", "Success", "partialSuccess", "COMPLETED",
        "PARTIAL_SUCCESS", "Processing", "Waiting", "queued", "SCHEDULED", "IN_PROGRESS"}) {
    EXPECT_EQ(error_of(with_run(R"("state":")" + std::string(status) + "\"")), "");
    EXPECT_EQ(error_of(with_run(R"("metrics":{"statusSummary":{"status":")" + std::string(status) + "\"}}")),
              "");
  }
}

TEST(Seed, AFlowWithoutASpecHasOneOfItsKind) {
  const Seed seed = parse_seed(R"({"flows":[{"id":"b"},{"id":"s","source":{"kind":"streaming"}},)"
                               R"({"id":"d","source":{"kind":"destination"}}],"runs":[]})",
                               "seed");
  EXPECT_EQ(seed.flows[0]->source_spec_id, "ecadc60c-7455-4d87-84dc-2a0e293d997b");
  EXPECT_EQ(seed.flows[1]->source_spec_id, "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb");
  EXPECT_EQ(seed.flows[2]->source_spec_id, "8a9c3494-9708-43d7-ae3f-cda01e5030e1");
  EXPECT_EQ(seed.flows[2]->source, SourceKind::destination);
}

class SeedFiles : public testing::Test {
protected:
  SeedFiles() : folder_(testing::TempDir() + "seed-files-" + std::to_string(::getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~SeedFiles() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string &name, const std::string &text) {
    std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }
  std::string error_of(const std::vector<std::string> &files) {
    try {
      read_seed_files(files);
      return "";
    } catch (const SeedError &error) {
      return error.what();
    }
  }
  const std::string folder_;
};

TEST_F(SeedFiles, SeveralMerge) {
  const Seed seed = read_seed_files(
      {file("a.json", "{" + kFlows + R"(,"runs":[],"allow":{"tokens":["t"]},"defaults":{"durationMs":5}})"),
       file("b.json", R"({"flows":[{"id":"g"}],"runs":[{"id":"r","flowId":"f","state":"failed"}],)"
                      R"("allow":{"tokens":["u"],"sandboxes":["s"]}})")});
  EXPECT_EQ(seed.flows.size(), 2U);
  ASSERT_EQ(seed.runs.size(), 1U);
  EXPECT_EQ(seed.runs[0].flow->id, "f") << "a run of a flow in an earlier file";
  EXPECT_EQ(seed.allow.tokens, (std::vector<std::string>{"t", "u"}));
  EXPECT_EQ(seed.allow.sandboxes, (std::vector<std::string>{"s"}));
  EXPECT_EQ(seed.defaults.duration_ms, 5) << "of the last file that has some";
}

TEST_F(SeedFiles, ErrorsNameTheFileTheyAreIn) {
  const std::string good = file("good.json", "{" + kFlows + R"(,"runs":[]})");
  const std::string again = file("again.json", R"({"flows":[{"id":"h"},{"id":"f"}],"runs":[]})");
  EXPECT_TRUE(error_of({good, again}).starts_with(again + ": /flows/1/id: ")) << error_of({good, again});
}

TEST_F(SeedFiles, ThatCannotBeReadAreNamed) {
  const std::string missing = folder_ + "/missing.json";
  EXPECT_TRUE(error_of({missing}).starts_with(missing + ": ")) << error_of({missing});
  EXPECT_TRUE(error_of({folder_}).starts_with(folder_ + ": ")) << error_of({folder_});
}

} // namespace
} // namespace flow::mock
