#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "tests/client/scripted.hpp"
#include "tests/client/seed_ids.hpp"

#include "mock_server/http/http_server.hpp"
#include "mock_server/service.hpp"

namespace flow::client {

namespace {

using std::chrono::hours;

/// The mock's time, which a test moves.
struct MovedClock : mock::Clock {
  std::int64_t now_ms() const override { return now.load(); }
  std::atomic<std::int64_t> now{1'700'000'000'000};
};

/// The client's time, which goes with the mock's.
struct SameClock : Clock {
  explicit SameClock(std::shared_ptr<MovedClock> clock) : moved(std::move(clock)) {}
  Instant now() override { return Instant(std::chrono::milliseconds(moved->now.load())); }
  std::chrono::system_clock::time_point today() override {
    return std::chrono::system_clock::time_point(now().time_since_epoch());
  }
  void sleep_for(std::chrono::milliseconds time) override { moved->now += time.count(); }
  std::shared_ptr<MovedClock> moved;
};

/// The client against the mock, over sockets, both at one time.
struct OnMockResource : ::testing::Test {
  OnMockResource() {
    mock_settings.clock = moved;
    settings.base_url = "http://127.0.0.1:" + std::to_string(http.start("127.0.0.1", 0));
    settings.token = static_token("token");
    settings.api_key = "key";
    settings.organisation = "org";
    settings.sandbox = "prod";
  }

  Client client() {
    return Client(settings, http_transport(settings.base_url), std::make_shared<SameClock>(moved));
  }

  void serve_as(mock::Settings with) { service = std::make_unique<mock::FlowService>(std::move(with)); }

  mock::Response serve(const mock::Request &request) {
    token_requests += request.target.starts_with("/ims/") ? 1 : 0;
    return service->handle(request);
  }

  mock::Settings mock_settings;
  std::shared_ptr<MovedClock> moved = std::make_shared<MovedClock>();
  std::atomic<int> token_requests = 0;
  Settings settings;
  std::unique_ptr<mock::FlowService> service = std::make_unique<mock::FlowService>(mock::Settings());
  mock::HttpServer http{[this](const mock::Request &request) { return serve(request); }};
};

TEST_F(OnMockResource, NoRunIsListedTwiceOrLostWhileRunsAreAdded) {
  const Client caller = client();
  for (int n = 0; n < 50; ++n) {
    caller.retry(kFailed);
  }
  std::set<std::string> before;
  for (const auto &run : caller.runs({.flow_id = kNightly, .page_size = 1000})) {
    before.insert(run.id);
  }
  for (const char *order : {"", "createdAt", "-createdAt", "id"}) {
    std::multiset<std::string> seen;
    int listed = 0;
    for (const auto &run : caller.runs({.flow_id = kNightly, .orderby = order, .page_size = 7})) {
      seen.insert(run.id);
      if (++listed % 5 == 0 && listed < 60) {
        caller.retry(kFailed);
      }
    }
    for (const std::string &id : before) {
      EXPECT_EQ(seen.count(id), 1u) << id << " ordered by '" << order << "'";
    }
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
  }
}

TEST_F(OnMockResource, FiltersAndCountsAgree) {
  const Client caller = client();
  const RunQuery failed{.status = "Failed"};
  int listed = 0;
  for (const auto &run : caller.runs(failed)) {
    EXPECT_EQ(run.state, RunState::failed);
    ++listed;
  }
  EXPECT_EQ(listed, 4);
  EXPECT_EQ(caller.count(failed), 4);
  EXPECT_EQ(caller.count(RunQuery{.ids = {kFailed, "none"}}), 1);
  const auto started = caller.get(kFailed).metrics.started_at;
  ASSERT_TRUE(started);
  EXPECT_EQ(caller.count(RunQuery{.ids = {kFailed}, .started_after = *started}), 0);
  EXPECT_EQ(caller.count(RunQuery{.ids = {kFailed}, .started_before = *started}), 0);
  EXPECT_EQ(caller.count(RunQuery{.ids = {kFailed},
                                  .started_after = *started - std::chrono::milliseconds(1),
                                  .started_before = *started + std::chrono::milliseconds(1)}),
            1);
}

TEST_F(OnMockResource, AnOddValueIsAPlainErrorNotAnotherQuery) {
  EXPECT_EQ(client().count(RunQuery{.flow_id = "a&count=false#é%2C+ "}), 0);
}

TEST_F(OnMockResource, ACreatedRunHasTheWindowAndIsTheFlowsLast) {
  const Client caller = client();
  const Time start{std::chrono::seconds(1'651'500'000)};
  const NewRun made = caller.create(
      {.flow_id = kOnDemand, .window = {start, start + hours(1)}, .delta_column = "updated_at"});
  const auto run = caller.wait(made.id, std::chrono::minutes(1));
  EXPECT_EQ(run.state, RunState::success);
  ASSERT_TRUE(run.window);
  EXPECT_EQ(run.window->start, start);
  EXPECT_EQ(run.window->end, start + hours(1));
  const Flow flow = caller.get_flow(kOnDemand);
  ASSERT_TRUE(flow.last_run);
  EXPECT_EQ(flow.last_run->id, made.id);
  EXPECT_EQ(flow.schedule->frequency, "once");
}

TEST_F(OnMockResource, TheOpenapiReadingsAnswersAreRead) {
  mock_settings.reading = contract::Reading::of({"openapi"});
  serve_as(mock_settings);
  const Client caller = client();
  const Time start{std::chrono::seconds(1'651'500'000)};
  const NewRun made = caller.create({.flow_id = kOnDemand, .window = {start, start + hours(1)}});
  EXPECT_FALSE(made.etag.empty());
  EXPECT_EQ(caller.get(made.id).etag, made.etag);
}

TEST_F(OnMockResource, FromFlowsToTheirRuns) {
  const Client caller = client();
  std::vector<std::string> runs;
  std::size_t flows = 0;
  for (const Flow &flow : caller.flows({.orderby = "name", .page_size = 1})) {
    ++flows;
    for (const auto &run : caller.runs({.flow_id = flow.id})) {
      EXPECT_EQ(run.flow_id, flow.id);
      runs.push_back(run.id);
    }
  }
  EXPECT_EQ(flows, mock::built_in_seed().flows.size());
  EXPECT_EQ(runs.size(), mock::built_in_seed().runs.size());
  EXPECT_EQ(static_cast<std::size_t>(caller.count(FlowQuery{.state = "enabled"})), flows - 1)
      << "one is disabled";
}

/// The mock lets nobody in but by its own tokens.
struct OnStrictMock : OnMockResource {
  OnStrictMock() {
    mock_settings.strict = true;
    mock_settings.seed.allow.clients = {{.id = "key", .secret = "s3cret+/", .scopes = {}}};
    mock_settings.seed.allow.api_keys = {"key"};
    mock_settings.seed.allow.organisations = {"org"};
    mock_settings.seed.allow.sandboxes = {"prod"};
    serve_as(mock_settings);
    oauth.token_url = settings.base_url + "/ims/token/v3";
    oauth.client_id = "key";
    oauth.client_secret = "s3cret+/";
    oauth.scopes = "openid,AdobeID";
  }

  TokenSource tokens() {
    return server_to_server(oauth, http_transport(oauth.token_url), std::make_shared<SameClock>(moved));
  }

  OAuthSettings oauth;
};

TEST_F(OnStrictMock, TokensAreRenewedAsTheyExpire) {
  settings.token = tokens();
  const Client caller = client();
  for (int day = 1; day <= 3; ++day) {
    EXPECT_EQ(caller.get(kFailed).id, kFailed);
    EXPECT_EQ(caller.get(kFailed).id, kFailed);
    EXPECT_EQ(token_requests, day);
    moved->now += hours(24) / std::chrono::milliseconds(1);
  }
}

TEST_F(OnStrictMock, ATokenTheMockHasForgottenIsReplaced) {
  settings.token = tokens();
  const Client caller = client();
  caller.get(kFailed);
  serve_as(mock_settings); // started anew, it knows none of the old tokens
  EXPECT_NO_THROW(caller.retry(kFailed));
  EXPECT_EQ(token_requests, 2);
}

TEST_F(OnStrictMock, WithoutATokenOfItsOwnNobodyIsLetIn) {
  const Client caller = client();
  try {
    caller.get(kFailed);
    ADD_FAILURE() << "was let in";
  } catch (const Error &error) {
    EXPECT_EQ(error.code, "401013");
  }
}

TEST_F(OnStrictMock, ManyThreadsAskForOneToken) {
  settings.token = tokens();
  const Client caller = client();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) {
        EXPECT_EQ(caller.get(kFailed).id, kFailed);
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(token_requests, 1);
}

TEST_F(OnStrictMock, WrongCredentialsAreATypedError) {
  oauth.client_secret = "wrong";
  settings.token = tokens();
  const Client caller = client();
  try {
    caller.get(kFailed);
    ADD_FAILURE() << "was let in";
  } catch (const Error &error) {
    EXPECT_EQ(error.kind, ErrorKind::token_refused);
    EXPECT_EQ(error.code, "invalid_client");
    EXPECT_EQ(error.status, 401);
  }
}

} // namespace

} // namespace flow::client
