#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "tests/client/scripted.hpp"

namespace flow::client {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char *kSecret = "p@ss/word";

Response token(const std::string &text, const std::string &life = "86399") {
  return {.status = 200,
          .headers = {},
          .body = R"({"access_token":")" + text + R"(","token_type":"bearer","expires_in":)" + life + "}"};
}

Response refusal(int status, const std::string &code) {
  return {.status = status,
          .headers = {},
          .body = R"({"error":")" + code + R"(","error_description":"for secret p@ss/word, p%40ss%2Fword"})"};
}

Response not_valid() {
  return {.status = 401, .headers = {}, .body = R"({"error_code":"401013","message":"no"})"};
}

struct OAuth : ScriptedClient {
  OAuth() {
    oauth.token_url = "https://ims.test";
    oauth.client_id = "id&1";
    oauth.client_secret = kSecret;
    oauth.scopes = "openid,AdobeID";
  }

  TokenSource source(Script script) {
    ims->script = std::move(script);
    return server_to_server(oauth, ims, clock);
  }

  Error error_of_token(Script script) {
    const TokenSource tokens = source(std::move(script));
    return error_of_call([&] { tokens.token(); });
  }

  OAuthSettings oauth;
  std::shared_ptr<ScriptedTransport> ims = std::make_shared<ScriptedTransport>();
};

TEST_F(OAuth, AsksAsDocumentedAndSendsNothingElse) {
  EXPECT_EQ(source({token("t1")}).token(), "t1");
  const Request &request = ims->requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/ims/token/v3");
  EXPECT_EQ(request.body, "grant_type=client_credentials&client_id=id%261&client_secret=p%40ss%2Fword"
                          "&scope=openid%2CAdobeID");
  const Response headers{0, request.headers, ""};
  EXPECT_EQ(headers.header("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(headers.header("Authorization"), "");
  EXPECT_EQ(headers.header("x-api-key"), "");
}

TEST_F(OAuth, ATokenIsKeptUntilShortlyBeforeItsEnd) {
  const TokenSource tokens = source({token("t1"), token("t2")});
  EXPECT_EQ(tokens.token(), "t1");
  clock->elapsed = seconds(86'399) - minutes(5) - seconds(1);
  EXPECT_EQ(tokens.token(), "t1");
  clock->elapsed += seconds(1);
  EXPECT_EQ(tokens.token(), "t2");
  EXPECT_EQ(tokens.token(), "t2");
}

TEST_F(OAuth, AShortLifeIsUsedAtLeastByHalf) {
  const TokenSource tokens = source({token("t1", "60"), token("t2", "\"60\"")});
  tokens.token();
  clock->elapsed = seconds(29);
  EXPECT_EQ(tokens.token(), "t1");
  clock->elapsed = seconds(30);
  EXPECT_EQ(tokens.token(), "t2");
}

TEST_F(OAuth, LivesThatMakeNoSenseDoNoHarm) {
  for (const char *life : {"9223372036854775807", "-1", "0", "\"soon\"", "null"}) {
    EXPECT_EQ(source({token("t1", life)}).token(), "t1") << life;
  }
}

TEST_F(OAuth, ARenewalThatFailsLeavesTheOldTokenAsLongAsItHolds) {
  const TokenSource tokens = source({token("t1"), refusal(400, "invalid_scope"), token("t2")});
  tokens.token();
  clock->elapsed = seconds(86'399) - minutes(4);
  EXPECT_EQ(tokens.token(), "t1");
  EXPECT_EQ(tokens.token(), "t1"); // and does not ask again at once
  clock->elapsed += seconds(30);
  EXPECT_EQ(tokens.token(), "t2");
}

TEST_F(OAuth, ATokenThatHasEndedIsNotGivenOut) {
  const TokenSource tokens = source({token("t1"), refusal(400, "invalid_scope")});
  tokens.token();
  clock->elapsed = hours(24);
  EXPECT_EQ(error_of_call([&] { tokens.token(); }).code, "invalid_scope");
}

TEST_F(OAuth, RefusalsAreTypedAndNeverTellTheSecret) {
  for (const char *code : {"invalid_request", "invalid_client", "invalid_scope", "unsupported_grant_type"}) {
    const Error error = error_of_token({refusal(400, code)});
    EXPECT_EQ(error.kind, ErrorKind::token_refused);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.status, 400);
    const std::string told = error.what() + error.detail;
    EXPECT_NE(told.find("ims.test"), told.npos) << told;
    EXPECT_EQ(told.find(kSecret), told.npos) << told;
    EXPECT_EQ(told.find("p%40ss%2Fword"), told.npos) << told;
  }
}

TEST_F(OAuth, OtherTroubleKeepsItsKind) {
  TransportFailure certificate("the certificate is not trusted");
  certificate.passing = false;
  EXPECT_EQ(error_of_token({certificate}).kind, ErrorKind::connection);
  EXPECT_EQ(error_of_token({Response{500, {}, "<html>p@ss/word"}}).kind, ErrorKind::gateway);
  EXPECT_EQ(error_of_token({Response{200, {}, "{}"}}).kind, ErrorKind::malformed_answer);
  EXPECT_EQ(error_of_token({Response{200, {}, R"({"access_token":7})"}}).kind, ErrorKind::malformed_answer);
  for (const char *text : {R"(t\nX-Forged: yes)", "t\x7f"}) {
    EXPECT_EQ(error_of_token({token(text)}).kind, ErrorKind::malformed_answer) << text;
  }
}

TEST_F(OAuth, TroubleThatPassesIsWaitedOut) {
  EXPECT_EQ(source({Response{503, {{"Retry-After", "7"}}, ""}, refused_connection(), token("t1")}).token(),
            "t1");
  EXPECT_GE(clock->sleeps.at(0), seconds(7));
}

TEST_F(OAuth, SettingsThatCannotWorkAreRefused) {
  for (std::string OAuthSettings::*member :
       {&OAuthSettings::client_id, &OAuthSettings::client_secret, &OAuthSettings::scopes}) {
    OAuthSettings lacking = oauth;
    lacking.*member = "";
    EXPECT_THROW(server_to_server(lacking, ims, clock), std::invalid_argument);
  }
  oauth.token_url = "ims.test";
  EXPECT_THROW(server_to_server(oauth), std::invalid_argument);
}

TEST_F(OAuth, ATokenThatTheServiceRefusesIsReplacedOnceAndTheCallRepeated) {
  settings.token = source({token("t1"), token("t2")});
  const Client caller = client({not_valid(), Response{200, {}, kNewRun}});
  EXPECT_NO_THROW(caller.retry(kRunId));
  ASSERT_EQ(transport->requests.size(), 2u);
  EXPECT_EQ((Response{0, transport->requests.at(1).headers, ""}).header("Authorization"), "Bearer t2");
  EXPECT_EQ(clock->sleeps.size(), 0u);
}

TEST_F(OAuth, ANewTokenThatIsRefusedTooIsAnError) {
  settings.token = source({token("t1"), token("t2")});
  EXPECT_EQ(error_of_get({not_valid(), not_valid()}).code, "401013");
}

TEST_F(OAuth, ATokenThatCannotBeReplacedIsNotTriedAgain) {
  EXPECT_EQ(error_of_get({not_valid()}).code, "401013"); // static_token has no other
}

TEST_F(OAuth, ACallWhoseTokenCannotBeHadFailsWithThatErrorAndIsNotSent) {
  settings.token = source({refusal(401, "invalid_client")});
  EXPECT_EQ(error_of_retry({}).kind, ErrorKind::token_refused);
}

TEST_F(OAuth, ATokenThatCannotBeHadAfterAnUnknownOutcomeLeavesItUnknown) {
  int asked = 0;
  settings.token = [&]() -> std::string {
    if (++asked == 2) {
      throw Error("no token");
    }
    return "t1";
  };
  EXPECT_EQ(error_of_retry({lost_answer()}, {.repeat_when_unknown = true}).kind, ErrorKind::unknown_outcome);
}

/// A token service that answers when it is told to, and counts.
struct GatedTransport : Transport {
  Response send(const Request &) override {
    std::unique_lock lock(mutex);
    ++asked;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    return answer;
  }

  void wait_until_asked() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked > 0; });
  }

  void let_go() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int asked = 0;
  Response answer = token("t2");
};

struct OAuthThreads : OAuth {
  std::vector<std::future<std::string>> callers(const TokenSource &tokens, int number) {
    std::vector<std::future<std::string>> futures;
    for (int i = 0; i < number; ++i) {
      futures.push_back(std::async(std::launch::async, [&tokens] { return tokens.token(); }));
    }
    return futures;
  }

  std::shared_ptr<GatedTransport> gate = std::make_shared<GatedTransport>();
};

TEST_F(OAuthThreads, OneAsksAndTheOthersWaitForIt) {
  const TokenSource tokens = server_to_server(oauth, gate, clock);
  auto all = callers(tokens, 8);
  gate->wait_until_asked();
  gate->let_go();
  for (auto &caller : all) {
    EXPECT_EQ(caller.get(), "t2");
  }
  EXPECT_EQ(gate->asked, 1);
}

TEST_F(OAuthThreads, WhileOneRenewsTheOthersGoOnWithTheTokenThatHolds) {
  gate->answer = token("t1");
  gate->open = true;
  const TokenSource tokens = server_to_server(oauth, gate, clock);
  EXPECT_EQ(tokens.token(), "t1");
  gate->open = false;
  gate->asked = 0;
  gate->answer = token("t2");
  clock->elapsed = seconds(86'399) - minutes(1);
  auto renewing = callers(tokens, 1);
  gate->wait_until_asked();
  EXPECT_EQ(tokens.token(), "t1"); // would hang if it waited
  gate->let_go();
  EXPECT_EQ(renewing.front().get(), "t2");
  EXPECT_EQ(tokens.token(), "t2");
}

TEST_F(OAuthThreads, WhoWaitsForATokenThatIsRefusedGetsTheRefusal) {
  gate->answer = refusal(401, "invalid_client");
  const TokenSource tokens = server_to_server(oauth, gate, clock);
  auto all = callers(tokens, 4);
  gate->wait_until_asked();
  gate->let_go();
  for (auto &caller : all) {
    EXPECT_EQ(error_of_call([&] { caller.get(); }).kind, ErrorKind::token_refused);
  }
}

} // namespace

} // namespace flow::client
