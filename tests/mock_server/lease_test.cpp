#include <set>
#include <string>

#include <gtest/gtest.h>

#include "mock_server/service_state.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::Ask;
using test::body_of;
using test::Json;
using test::kFailed;
using test::kNow;
using test::pointer_in;
using test::Steered;

constexpr std::int64_t kHourMs = 3'600'000;

/// A mock, and a lease of it.
struct Leased : Steered {
  explicit Leased(const std::function<void(Settings &)> &change = [](Settings &) {}) : Steered(change) {
    const Response made = admin("POST", "/leases");
    EXPECT_EQ(made.status, 201) << made.body;
    lease = body_of(made);
  }

  /// Asks the service for something, with the headers of the lease.
  Response call_leased(Ask asked) {
    for (const auto &[name, value] : lease["headers"].items()) {
      asked.set(name, value.get<std::string>());
    }
    return (*this)(asked);
  }

  /// Asks the control API for something of its sandbox.
  Response steer_leased(std::string_view method, const std::string &path, const Json &body = nullptr) {
    const std::string url = lease["adminUrl"];
    return admin(method, url.substr(url.find("/__admin") + std::string("/__admin").size()) + path, body);
  }

  Response get_lease() { return admin("GET", "/leases/" + lease["id"].get<std::string>()); }
  Response end_lease() { return admin("DELETE", "/leases/" + lease["id"].get<std::string>()); }

  Json lease;
};

void only_listed(Settings &settings) {
  settings.strict = true;
}

TEST(Leases, HaveAllThatAClientNeeds) {
  Leased mock(only_listed);
  EXPECT_EQ(mock.lease["url"], "http://localhost:8080");
  EXPECT_EQ(mock.lease["expiresAt"], kNow + kHourMs);
  EXPECT_EQ(mock.call_leased(test::get(kFailed)).status, 200) << "though nobody is listed";
  EXPECT_EQ(mock.call(test::get(kFailed)).status, 401) << "others are not let in by it";
  EXPECT_EQ(body_of(mock.steer_leased("GET", "/requests/count"))["count"], 1);
  EXPECT_EQ(mock.end_lease().status, 200);
  EXPECT_EQ(mock.call_leased(test::get(kFailed)).status, 401) << "it has ended";
}

TEST(Leases, NameTheAddressAsItWasReached) {
  Steered mock;
  Ask asked = test::admin_ask("POST", "/leases");
  Request request = asked.request();
  request.is_secure = true;
  const std::string url = body_of(mock.service.handle(request))["adminUrl"];
  EXPECT_TRUE(url.starts_with("https://localhost:8080/__admin/sandboxes/")) << url;
}

TEST(Leases, AreEachOfTheirOwn) {
  Steered mock;
  std::set<std::string> names;
  for (int i = 0; i < 50; ++i) {
    const Json lease = body_of(mock.admin("POST", "/leases", {{"ttlMs", 1000}}));
    for (const char *member : {"id", "organisation", "sandbox", "token", "apiKey"}) {
      EXPECT_TRUE(names.insert(lease[member].get<std::string>()).second) << lease;
    }
  }
  EXPECT_EQ(body_of(mock.admin("GET", "/leases"))["leases"].size(), 50);
}

TEST(Leases, EndWithWhatWasLeftOver) {
  Leased mock;
  const Json clean = body_of(mock.end_lease());
  EXPECT_EQ(clean, Json::parse(R"({"outcomes":[],"faults":[],"runs":[],"inProgress":[],"violations":[]})"))
      << "though the seed has a run in progress";
  EXPECT_EQ(mock.end_lease().status, 404);

  Leased other;
  other.steer_leased("PUT", "/runs",
                     {{"runs",
                       {{{"id", "a"}, {"state", "failed"}, {"retries", {"success:30m", "failed"}}},
                        {{"id", "b"}, {"state", "failed"}}}}});
  other.steer_leased("PUT", "/runs/a/script",
                     {{"retries", {{{"outcome", "success"}, {"durationMs", 1000}}, "failed"}}});
  other.steer_leased("PUT", "/runs",
                     {{"runs",
                       {{{"id", "a"},
                         {"state", "failed"},
                         {"retries", {{{"outcome", "success"}, {"durationMs", 1000}}, "failed"}}},
                        {{"id", "b"}, {"state", "failed"}}}}});
  other.steer_leased("POST", "/faults", {{"id", "f"}, {"type", "reset"}, {"match", {{"method", "DELETE"}}}});
  other.steer_leased("POST", "/expectations", {{"clauses", {"retry/op/missing"}}});
  const std::string made = body_of(other.call_leased(test::retry("a")))["id"];
  other.call_leased(test::retry("a", "?op=nothing"));
  const Json left_over = body_of(other.end_lease());
  EXPECT_EQ(left_over["outcomes"][0]["left"], Json::array({"failed"}));
  EXPECT_EQ(left_over["faults"][0]["id"], "f");
  ASSERT_EQ(left_over["runs"].size(), 1);
  EXPECT_EQ(left_over["runs"][0]["run"], "b");
  EXPECT_EQ(left_over["inProgress"], Json::parse(R"([{"run":")" + made + R"(","endsInMs":1000}])"));
  std::set<std::string> violations;
  for (const Json &violation : left_over["violations"]) {
    violations.insert(violation["clause"].get<std::string>());
  }
  EXPECT_TRUE(violations.contains("retry/op/unsupported") || violations.size() > 1) << left_over;
  EXPECT_TRUE(violations.contains("retry/op/missing")) << "expected, and has not come";
  EXPECT_EQ(body_of(other.admin("GET", "/unused"))["runs"].size(), 1) << "--fail-on-unused sees it";
}

TEST(Leases, LeaveNothingOfTheirSandboxBehind) {
  Leased mock;
  const std::size_t before = mock.service.state().sandboxes.all().size();
  mock.call_leased(test::retry(kFailed));
  const std::weak_ptr<Sandbox> sandbox = mock.service.state().sandboxes.find(
      mock.lease["organisation"].get<std::string>(), mock.lease["sandbox"].get<std::string>());
  ASSERT_FALSE(sandbox.expired());
  mock.end_lease();
  EXPECT_TRUE(sandbox.expired());
  EXPECT_EQ(mock.service.state().sandboxes.all().size(), before - 1);
}

TEST(Leases, ThatExpireStayReadableForTenMinutes) {
  Leased mock;
  mock.steer_leased("PUT", "/runs", {{"runs", {{{"id", "a"}, {"state", "failed"}}}}});
  mock.admin("PUT", "/clock", {{"advanceMs", 10 * kHourMs}});
  mock.clock->advance(kHourMs - 1);
  EXPECT_EQ(body_of(mock.get_lease()), mock.lease) << "the mock's clock does not count";
  mock.clock->advance(1);
  const Json expired = body_of(mock.get_lease());
  EXPECT_EQ(expired["leftOver"]["runs"].size(), 1) << expired;
  EXPECT_FALSE(expired.contains("token"));
  EXPECT_EQ(mock.service.state().sandboxes.all().size(), 0);
  EXPECT_EQ(body_of(mock.admin("GET", "/leases"))["leases"][0]["expired"], true);
  mock.clock->advance(599'999);
  EXPECT_EQ(mock.get_lease().status, 200);
  mock.clock->advance(1);
  EXPECT_EQ(mock.get_lease().status, 404);
}

TEST(Leases, ThatHaveExpiredAnswerTheirEndWithWhatWasLeftOver) {
  Leased mock(only_listed);
  mock.steer_leased("PUT", "/runs", {{"runs", {{{"id", "a"}, {"state", "failed"}}}}});
  mock.clock->advance(kHourMs);
  EXPECT_EQ(mock.call_leased(test::get(kFailed)).status, 401)
      << "also where nobody has asked for leases since";
  EXPECT_EQ(body_of(mock.end_lease())["runs"].size(), 1);
  EXPECT_EQ(mock.get_lease().status, 404);
}

TEST(Leases, OutliveAResetOfTheMock) {
  Leased mock;
  mock.call_leased(test::retry(kFailed));
  mock.admin("POST", "/reset");
  EXPECT_EQ(mock.call_leased(test::get(kFailed)).status, 200);
  mock.admin("POST", "/reset");
  EXPECT_EQ(mock.end_lease().status, 200);
}

TEST(Leases, AreRefusedWhereTheyMakeNoSense) {
  Steered mock([](Settings &settings) { settings.limits.sandboxes = 2; });
  for (const Json &ttl : {Json(0), Json(-1), Json(86'400'001), Json("1h"), Json(1.5), Json(nullptr)}) {
    const Response refused = mock.admin("POST", "/leases", {{"ttlMs", ttl}});
    EXPECT_EQ(refused.status, 400) << ttl;
    EXPECT_EQ(pointer_in(refused), "/ttlMs");
  }
  EXPECT_EQ(pointer_in(mock.admin("POST", "/leases", {{"ttl", 1}})), "/ttl");
  EXPECT_EQ(mock.admin("GET", "/leases/none").status, 404);
  EXPECT_EQ(mock.admin("DELETE", "/leases/none").status, 404);
  EXPECT_EQ(mock.admin("POST", "/leases", {{"ttlMs", 1000}}).status, 201);
  EXPECT_EQ(mock.admin("POST", "/leases").status, 201);
  EXPECT_EQ(mock.admin("POST", "/leases").status, 409) << "there are as many sandboxes as there may be";
  EXPECT_EQ(body_of(mock.admin("GET", "/leases"))["leases"].size(), 2);
  mock.clock->advance(1000);
  EXPECT_EQ(mock.admin("POST", "/leases").status, 201) << "one that has expired gives its place back";
  for (int i = 0; i < 5; ++i) {
    mock.clock->advance(24 * kHourMs);
    EXPECT_EQ(mock.admin("POST", "/leases", {{"ttlMs", 1}}).status, 201);
    EXPECT_LE(body_of(mock.admin("GET", "/leases"))["leases"].size(), 4);
  }
}

} // namespace

} // namespace flow::mock
