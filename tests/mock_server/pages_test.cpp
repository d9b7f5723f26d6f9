#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/steered.hpp"

/// Lists of the control API, page by page.
namespace flow::mock::test {
namespace {

std::string ids_of(const Json &runs) {
  std::string ids;
  for (const Json &run : runs) {
    ids += run["id"].get<std::string>() + " ";
  }
  return ids;
}

/// A sandbox with the runs r0 to r9, of which every third has failed.
struct TenRuns : Steered {
  TenRuns() {
    Json runs = Json::array();
    for (int i = 0; i < 10; ++i) {
      runs.push_back({{"id", "r" + std::to_string(i)},
                      {"state", i % 3 == 0 ? "failed" : "success"},
                      {"createdAt", kNow - 100 + (i * 7) % 10}});
    }
    EXPECT_EQ(steer("PUT", "/runs", {{"runs", runs}}).status, 200);
  }
  Json runs(const std::string &query) { return body_of(steer("GET", "/runs" + query)); }
};

TEST(RunPages, AreInTheOrderOfAdding) {
  TenRuns mock;
  EXPECT_EQ(ids_of(mock.runs("")["runs"]), "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 ");
  const Json page = mock.runs("?offset=3&limit=2");
  EXPECT_EQ(ids_of(page["runs"]), "r3 r4 ");
  EXPECT_EQ(page["offset"], 3);
  EXPECT_EQ(page["total"], 10);
  EXPECT_EQ(page["nowMs"], kNow);
  EXPECT_EQ(page["runs"][0]["state"], "failed");
  mock.steer("DELETE", "/runs/r3");
  EXPECT_EQ(ids_of(mock.runs("?offset=3&limit=2")["runs"]), "r4 r5 ") << "a deleted one is none";
  EXPECT_EQ(ids_of(mock.runs("?offset=99")["runs"]), "");
  EXPECT_EQ(ids_of(mock.runs("?limit=0")["runs"]), "");
}

TEST(RunPages, HoldWhatTheLanguageOfTheServiceAsksFor) {
  TenRuns mock;
  const Json failed = mock.runs("?property=state%3D%3Dfailed&orderby=createdAt&limit=3");
  EXPECT_EQ(ids_of(failed["runs"]), "r0 r3 r6 ") << "by the time they were made";
  EXPECT_EQ(failed["total"], 4);
  EXPECT_EQ(ids_of(mock.runs("?property=state%3D%3Dfailed&orderby=-createdAt&offset=2")["runs"]), "r3 r0 ");
  const Json both = mock.runs("?property=state%3D%3Dfailed&property=id%3D%3Dr3");
  EXPECT_EQ(ids_of(both["runs"]), "r3 ");
  EXPECT_EQ(both["total"], 1);
  EXPECT_EQ(ids_of(mock.runs("?property=&orderby=&limit=1")["runs"]), "r0 ") << "empty: not given";
  EXPECT_EQ(mock.runs("?orderby=-createdAt&offset=9223372036854775807")["runs"].size(), 0);
}

TEST(RunPages, AreMoreThanTheServiceShowsAtOnce) {
  Steered mock;
  Json runs = Json::array();
  for (int i = 0; i < 150; ++i) {
    runs.push_back({{"id", "r" + std::to_string(i)}, {"state", "failed"}});
  }
  mock.steer("PUT", "/runs", {{"runs", runs}});
  EXPECT_EQ(body_of(mock.steer("GET", "/runs?property=state%3D%3Dfailed"))["runs"].size(), 150);
}

TEST(RunPages, AreRefusedForWhatTheyCannotBe) {
  TenRuns mock;
  const Response bad = mock.steer("GET", "/runs?property=state%3Dfailed");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(detail_in(bad).find("=="), std::string::npos) << bad.body;
  EXPECT_EQ(mock.steer("GET", "/runs?orderby=nothing").status, 400);
  EXPECT_EQ(mock.steer("GET", "/runs?limit=10001").status, 400);
  EXPECT_EQ(mock.steer("GET", "/runs?offset=-1").status, 400);
  EXPECT_EQ(mock.steer("GET", "/runs?page=1").status, 400);
}

TEST(OtherPages, HaveAnOffsetAndALimit) {
  Steered mock;
  for (const char *name : {"a", "b", "c"}) {
    ask(mock.service, get(kFailed).set("x-sandbox-name", name));
  }
  Json page = body_of(mock.admin("GET", "/sandboxes?offset=1&limit=1"));
  EXPECT_EQ(page["sandboxes"].size(), 1);
  EXPECT_EQ(page["sandboxes"][0]["sandbox"], "b");
  EXPECT_EQ(page["total"], 3);
  page = body_of(mock.steer("GET", "/flows?offset=1&limit=2"));
  EXPECT_EQ(page["flows"].size(), 2);
  EXPECT_EQ(page["flows"][0]["id"], body_of(mock.steer("GET", "/flows"))["flows"][1]["id"]);
  for (int i = 0; i < 3; ++i) {
    mock.admin("POST", "/leases");
  }
  page = body_of(mock.admin("GET", "/leases?offset=2"));
  EXPECT_EQ(page["leases"].size(), 1);
  EXPECT_EQ(page["total"], 3);
  for (int i = 0; i < 3; ++i) {
    mock.call(retry(kSuccess));
  }
  page = body_of(mock.admin("GET", "/violations?offset=1&limit=1"));
  EXPECT_EQ(page["violations"].size(), 1);
  EXPECT_EQ(page["violations"][0]["number"], 5);
  EXPECT_EQ(page["total"], 3);
}

TEST(JournalPages, GoBackFromANumber) {
  Steered mock;
  for (int i = 0; i < 5; ++i) {
    mock.call(get(kFailed));
  }
  const Json page = body_of(mock.admin("GET", "/requests?before=5&limit=2"));
  ASSERT_EQ(page["requests"].size(), 2);
  EXPECT_EQ(page["requests"][0]["number"], 3);
  EXPECT_EQ(page["requests"][1]["number"], 4);
  EXPECT_EQ(body_of(mock.admin("GET", "/requests?before=1"))["requests"].size(), 0);
  EXPECT_EQ(mock.admin("GET", "/requests?before=last").status, 400);
  EXPECT_EQ(mock.admin("GET", "/requests?brief=yes").status, 400);
}

TEST(JournalPages, InBriefHaveWhatATableShows) {
  Steered mock;
  mock.call(retry(kFailed));
  mock.call(retry(kSuccess));
  const Json requests = body_of(mock.admin("GET", "/requests?brief=true"))["requests"];
  std::set<std::string> members;
  for (const auto &member : requests[0].items()) {
    members.insert(member.key());
  }
  EXPECT_EQ(members,
            (std::set<std::string>{"number", "atMs", "durationUs", "organisation", "sandbox", "method",
                                   "target", "status", "operation", "run", "madeRun", "violated"}));
  EXPECT_EQ(requests[0]["violated"], false);
  EXPECT_EQ(requests[1]["violated"], true);
  EXPECT_TRUE(requests[1].contains("error"));
}

TEST(SandboxSummary, TellsWhatAListOfThemShows) {
  Steered mock;
  mock.call(get(kFailed));
  mock.clock->advance(5);
  mock.call(retry(kSuccess));
  mock.steer("POST", "/faults", {{"type", "hang"}, {"match", {{"path", "/nowhere"}}}});
  mock.steer("PUT", "/clock", {{"mode", "auto"}});
  Json sandbox = body_of(mock.steer("GET", ""));
  EXPECT_EQ(sandbox["requests"], 2);
  EXPECT_EQ(sandbox["violations"], 1);
  EXPECT_EQ(sandbox["faults"], 1);
  EXPECT_EQ(sandbox["webhook"], false);
  EXPECT_EQ(sandbox["lastSeenMs"], kNow + 5);
  EXPECT_EQ(sandbox["mode"], "auto");
  EXPECT_EQ(sandbox["frozen"], false);
  mock.admin("PUT", "/clock", {{"frozen", true}});
  EXPECT_EQ(body_of(mock.steer("GET", ""))["frozen"], true) << "with the mock's";
  mock.steer("PUT", "/webhook", {{"url", "http://127.0.0.1:1/"}});
  EXPECT_EQ(body_of(mock.steer("GET", ""))["webhook"], true);
  ask(mock.service, get(kFailed).set("x-sandbox-name", "later"));
  const Json all = body_of(mock.admin("GET", "/sandboxes"))["sandboxes"];
  ASSERT_EQ(all.size(), 2);
  EXPECT_GT(all[0]["sandbox"] == "later" ? all[0]["lastUse"] : all[1]["lastUse"], sandbox["lastUse"]);
}

} // namespace
} // namespace flow::mock::test
