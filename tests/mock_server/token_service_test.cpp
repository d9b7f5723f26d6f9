#include <algorithm>
#include <cctype>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/auth/token_service.hpp"
#include "mock_server/log/access_log.hpp"
#include "tests/mock_server/steered.hpp"

/// POST /ims/token/v3 and /v2 (ims; RFC 6749, 4.4 and 5), and what the tokens are good for.
namespace flow::mock::test {
namespace {

constexpr std::string_view kForm =
    "grant_type=client_credentials&client_id=id&client_secret=s3cr3t&scope=openid,AdobeID";

/// A call as a client that has no token yet makes it.
Ask token_call(std::string_view form = kForm, std::string_view path = "/ims/token/v3") {
  return {.method = "POST",
          .target = std::string(path),
          .body = std::string(form),
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
}

void know_one_client(Settings &settings) {
  settings.seed.allow.clients = {{.id = "id", .secret = "s3cr3t", .scopes = {"openid", "AdobeID"}}};
}

void be_strict(Settings &settings) {
  know_one_client(settings);
  settings.strict = true;
  settings.seed.allow.api_keys = {"{API_KEY}"};
  settings.seed.allow.organisations = {"{ORG_ID}"};
  settings.seed.allow.sandboxes = {"{SANDBOX_NAME}"};
}

std::string token_refusal(const Response &response) {
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
  EXPECT_EQ(header(response, "Pragma"), "no-cache");
  const Json body = body_of(response);
  EXPECT_TRUE(body.contains("error_description"));
  return std::to_string(response.status) + " " + body.value("error", "none");
}

std::string token_of(Stage &stage) {
  return body_of(stage(token_call())).at("access_token");
}

Ask with_token(const std::string &token, std::string_view path = "/runs") {
  return read(path).set("Authorization", "Bearer " + token);
}

TEST(AccessToken, IsAnsweredAsDocumented) {
  Stage stage;
  for (const char *path : {"/ims/token/v3", "/ims/token/v2", "/ims/token/v3/"}) {
    const Response response = stage(token_call(kForm, path));
    ASSERT_EQ(response.status, 200) << response.body;
    const Json body = body_of(response);
    EXPECT_EQ(body.size(), 3);
    EXPECT_EQ(body["token_type"], "bearer");
    EXPECT_EQ(body["expires_in"], 86399);
    EXPECT_GE(body["access_token"].get<std::string>().size(), 32);
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header(response, "Pragma"), "no-cache");
  }
}

TEST(AccessToken, CanBeAskedForByQueryByBodyOrByBoth) {
  Stage stage;
  EXPECT_EQ(stage(token_call("", "/ims/token/v3?" + std::string(kForm))).status, 200);
  EXPECT_EQ(stage(token_call("client_secret=s&scope=openid",
                             "/ims/token/v2?grant_type=client_credentials&client_id=x"))
                .status,
            200);
}

TEST(AccessToken, NoneIsLikeAnother) {
  Stage stage;
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    tokens.insert(token_of(stage));
  }
  EXPECT_EQ(tokens.size(), 100);
  Stage another;
  EXPECT_FALSE(tokens.contains(token_of(another)));
}

TEST(AccessToken, EachParameterIsMandatoryAndGivenOnce) {
  Stage stage(know_one_client);
  for (const std::string name : {"grant_type", "client_id", "client_secret", "scope"}) {
    const std::string without = std::regex_replace(std::string(kForm), std::regex(name + "=[^&]*&?"), "");
    EXPECT_EQ(token_refusal(stage(token_call(without))), "400 invalid_request") << without;
    EXPECT_EQ(token_refusal(stage(token_call(without + "&" + name + "="))), "400 invalid_request");
    EXPECT_EQ(token_refusal(stage(token_call(std::string(kForm) + "&" + name + "=x"))),
              "400 invalid_request");
    EXPECT_EQ(token_refusal(stage(token_call(kForm, "/ims/token/v3?" + name + "=x"))), "400 invalid_request");
  }
  EXPECT_EQ(token_refusal(stage(token_call(""))), "400 invalid_request");
}

TEST(AccessToken, FurtherParametersAreReadOver) {
  Stage stage(know_one_client);
  EXPECT_EQ(stage(token_call(std::string(kForm) + "&response_type=token&x")).status, 200);
}

TEST(AccessToken, AGarbledFormIsRefused) {
  Stage stage;
  for (const char *form : {"grant_type=%", "grant_type=%zz&client_id=x", "%=1"}) {
    EXPECT_EQ(token_refusal(stage(token_call(form))), "400 invalid_request") << form;
    EXPECT_EQ(token_refusal(stage(token_call(kForm, std::string("/ims/token/v3?") + form))),
              "400 invalid_request");
  }
  EXPECT_EQ(token_refusal(stage(token_call(R"({"grant_type":"client_credentials"})"))), "400 invalid_request")
      << "JSON";
}

TEST(AccessToken, OtherGrantsAreUnsupported) {
  Stage stage;
  for (const std::string grant :
       {"password", "authorization_code", "Client_Credentials", "client_credentials+", "x"}) {
    EXPECT_EQ(token_refusal(stage(token_call("client_id=id&client_secret=s&scope=a&grant_type=" + grant))),
              "400 unsupported_grant_type");
  }
}

TEST(AccessToken, AnUnknownClientIsInvalidWhereClientsAreNamed) {
  Stage stage(know_one_client);
  for (const std::string who :
       {"client_id=other&client_secret=s3cr3t", "client_id=id&client_secret=wrong",
        "client_id=ID&client_secret=s3cr3t", "client_id=id&client_secret=s3cr3t%20"}) {
    EXPECT_EQ(token_refusal(stage(token_call("grant_type=client_credentials&scope=openid&" + who))),
              "401 invalid_client");
  }
  EXPECT_EQ(stage(token_call()).status, 200);
}

TEST(AccessToken, AScopeTheClientMayNotHaveIsInvalid) {
  Stage stage(know_one_client);
  const std::string form = "grant_type=client_credentials&client_id=id&client_secret=s3cr3t&scope=";
  for (const char *scope : {"other", "openid,other", ",", "+", "openid;AdobeID", "OPENID"}) {
    EXPECT_EQ(token_refusal(stage(token_call(form + scope))), "400 invalid_scope") << scope;
  }
  for (const char *scope :
       {"openid", "openid,AdobeID", "openid+AdobeID", "openid%2CAdobeID", "openid, AdobeID"}) {
    EXPECT_EQ(stage(token_call(form + scope)).status, 200) << scope;
  }
}

TEST(AccessToken, IsAskedForWithPost) {
  Stage stage;
  for (const char *method : {"GET", "PUT", "DELETE", "HEAD"}) {
    Ask asked = token_call();
    asked.method = method;
    const Response response = stage(asked);
    EXPECT_EQ(token_refusal(response), "405 invalid_request");
    EXPECT_EQ(header(response, "Allow"), "POST");
  }
}

TEST(AccessToken, OtherVersionsAreNoTokenService) {
  Stage stage;
  for (const char *path :
       {"/ims/token/v1", "/ims/token", "/ims/token/v33", "/ims/token/v3/x", "/IMS/token/v3"}) {
    EXPECT_EQ(error_in(stage(token_call(kForm, path))), "403010") << path;
  }
}

TEST(AccessToken, OfAStrictMockIsNeededAndEnough) {
  Stage stage(be_strict);
  EXPECT_EQ(error_in(stage(with_token("{ACCESS_TOKEN}"))), "401013");
  const std::string token = token_of(stage);
  EXPECT_EQ(stage(with_token(token)).status, 200);
  EXPECT_EQ(error_in(stage(with_token(token + "x"))), "401013");
  EXPECT_EQ(error_in(stage(with_token(token.substr(1)))), "401013");
  EXPECT_EQ(error_in(stage(with_token(token).set("x-gw-ims-org-id", "other"))), "403025");
  EXPECT_EQ(error_in(stage(with_token(token).set("x-api-key", "other"))), "403003");
  EXPECT_EQ(error_in(stage(with_token(token).set("x-sandbox-name", "other"))), "2100-404");
  Stage another(be_strict);
  EXPECT_EQ(error_in(another(with_token(token))), "401013") << "of another mock";
}

TEST(AccessToken, ExpiresOnTheMocksClock) {
  Stage stage(be_strict);
  const std::string token = token_of(stage);
  stage.clock->advance(86399 * 1000LL - 1);
  EXPECT_EQ(stage(with_token(token)).status, 200);
  stage.clock->advance(1);
  EXPECT_EQ(error_in(stage(with_token(token))), "401013");
  EXPECT_EQ(stage(with_token(token_of(stage))).status, 200);
}

TEST(AccessToken, IsGoodBesideNamedOnes) {
  Stage stage([](Settings &settings) { settings.seed.allow.tokens = {"named"}; });
  EXPECT_EQ(stage(with_token("named")).status, 200);
  EXPECT_EQ(stage(with_token(token_of(stage))).status, 200);
  EXPECT_EQ(error_in(stage(with_token("other"))), "401013");
}

TEST(TimedToken, ExpiresAndIsYoungAgainAfterAReset) {
  Steered mock([](Settings &settings) {
    settings.seed.allow =
        parse_seed(
            R"({"allow":{"tokens":["lasting",{"token":"short","expiresInMs":1000}]},"flows":[],"runs":[]})",
            "test seed")
            .allow;
  });
  const auto status_of = [&](const char *token, const char *sandbox = "s") {
    return mock(get(kSuccess)
                    .set("Authorization", std::string("Bearer ") + token)
                    .set("x-sandbox-name", sandbox))
        .status;
  };
  EXPECT_EQ(status_of("other"), 401) << "a list is a list";
  EXPECT_EQ(status_of("short"), 200);
  mock.clock->advance(999);
  EXPECT_EQ(status_of("short"), 200);
  mock.clock->advance(1);
  EXPECT_EQ(status_of("short"), 401);
  EXPECT_EQ(status_of("lasting"), 200);
  mock.admin("POST", "/reset");
  EXPECT_EQ(status_of("short"), 200);
  mock.admin("PUT", "/sandboxes/%7BORG_ID%7D/later/clock", {{"advanceMs", 1000}});
  EXPECT_EQ(status_of("short", "later"), 401) << "time has passed there";
  EXPECT_EQ(status_of("short"), 200);
  mock.admin("PUT", "/clock", {{"advanceMs", 1000}});
  EXPECT_EQ(status_of("short"), 401);
}

TEST(TimedToken, IsKeptNowhere) {
  Steered mock([](Settings &settings) {
    settings.seed.allow.tokens = {"s3cr3t-t1med"};
    settings.seed.allow.timed_tokens = {{.token = "s3cr3t-t1med", .life_ms = 1000}};
  });
  mock(read("/runs?property=id==s3cr3t-t1med").set("Authorization", "Bearer s3cr3t-t1med"));
  const std::string told = mock.admin("GET", "/requests").body;
  EXPECT_NE(told.find("/runs"), std::string::npos);
  EXPECT_EQ(told.find("s3cr3t-t1med"), std::string::npos) << told;
}

TEST(TimedToken, HasATokenAndATime) {
  const auto refusal_of = [](const std::string &token) {
    try {
      parse_seed(R"({"allow":{"tokens":[)" + token + R"(]},"flows":[],"runs":[]})", "seed");
    } catch (const SeedError &error) {
      return error.pointer + ": " + error.reason;
    }
    return std::string("taken");
  };
  EXPECT_EQ(refusal_of(R"({"token":"t","expiresInMs":0})"), "taken");
  EXPECT_EQ(refusal_of("5"), "/allow/tokens/0: must be a string or an object.");
  EXPECT_EQ(refusal_of(R"({"token":"t"})"), "/allow/tokens/0: needs the member 'expiresInMs'.");
  EXPECT_EQ(refusal_of(R"({"expiresInMs":5})"), "/allow/tokens/0: needs the member 'token'.");
  EXPECT_EQ(refusal_of(R"({"token":"t","expiresInMs":1,"for":"x"})"),
            "/allow/tokens/0: has a member 'for' that is not known here; known: token, expiresInMs.");
  EXPECT_EQ(refusal_of(R"({"token":"t","expiresInMs":-1})"),
            "/allow/tokens/0/expiresInMs: must not be below 0.");
  EXPECT_EQ(refusal_of(R"({"token":"t","expiresInMs":"1h"})"),
            "/allow/tokens/0/expiresInMs: must be an integer.");
  EXPECT_TRUE(refusal_of(R"({"token":"","expiresInMs":1})").starts_with("/allow/tokens/0/token: "));
  EXPECT_TRUE(refusal_of(R"("")").starts_with("/allow/tokens/0: "));
}

void share_key(Settings &settings) {
  be_strict(settings);
  settings.token_key = "a key of thirty-two bytes or more";
}

TEST(SharedToken, HoldsAtEveryMockWithTheKey) {
  Stage stage(share_key);
  Stage another(share_key);
  const std::string token = token_of(stage);
  EXPECT_EQ(token.size(), 72);
  EXPECT_NE(token, token_of(another));
  EXPECT_EQ(stage(with_token(token)).status, 200);
  EXPECT_EQ(another(with_token(token)).status, 200);
  EXPECT_EQ(another(with_token(token)).status, 200) << "again";
  Stage stranger([](Settings &settings) {
    share_key(settings);
    settings.token_key.back() = '!';
  });
  EXPECT_EQ(error_in(stranger(with_token(token))), "401013");
  Stage alone(be_strict);
  EXPECT_EQ(error_in(alone(with_token(token))), "401013");
  EXPECT_EQ(error_in(another(with_token(token_of(alone)))), "401013");
}

TEST(SharedToken, IsNoneWithAnyPlaceChanged) {
  Stage stage(share_key);
  Stage another(share_key);
  const std::string token = token_of(stage);
  for (std::size_t place = 0; place < token.size(); ++place) {
    std::string changed = token;
    changed[place] = changed[place] == '0' ? '1' : '0';
    EXPECT_EQ(error_in(another(with_token(changed))), "401013") << place;
  }
  std::string upper = token;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  EXPECT_EQ(error_in(another(with_token(upper))), "401013");
}

TEST(SharedToken, IsNoneInPartTwiceOrOtherwiseWritten) {
  Stage stage(share_key);
  Stage another(share_key);
  const std::string token = token_of(stage);
  for (std::size_t length = 0; length < token.size(); ++length) {
    EXPECT_EQ(another(with_token(token.substr(0, length))).status, 401) << length;
  }
  std::string short_form = token;
  std::erase(short_form, '-');
  for (const std::string &odd :
       {token + token, token + '0', token.substr(36) + token.substr(0, 36), '{' + token + '}', short_form,
        std::string(72, '='), std::string(7000, 'x'), std::string(72, '\0'), std::string(72, '\xff')}) {
    EXPECT_EQ(another(with_token(odd)).status, 401) << odd;
  }
}

TEST(SharedToken, ExpiresByTheTimeOfItsMaking) {
  Stage stage(share_key);
  Stage another(share_key);
  const std::string token = token_of(stage);
  another.clock->advance(86399 * 1000LL - 1);
  EXPECT_EQ(another(with_token(token)).status, 200);
  another.clock->advance(1);
  EXPECT_EQ(error_in(another(with_token(token))), "401013");
}

TEST(SharedToken, ExpiresByTheClockOfTheSandboxSinceItWasFirstUsedThere) {
  Steered maker(share_key);
  Steered mock(share_key);
  const std::string token = body_of(maker(token_call())).at("access_token");
  const std::string clock = "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D/clock";
  mock.admin("PUT", clock, {{"advanceMs", 86399 * 1000LL}});
  EXPECT_EQ(mock(with_token(token)).status, 200) << "that was before";
  mock.admin("PUT", clock, {{"advanceMs", 86399 * 1000LL}});
  EXPECT_EQ(mock(with_token(token)).status, 401);
}

TEST(SharedToken, HoldsWhereThereIsNoRoomToKeepIt) {
  SetClock clock(kNow);
  IdSource ids(1);
  const std::vector<TokenClient> anyone;
  const SharedTokens shared(TokenSeal("a key of thirty-two bytes or more"));
  TokenService tokens(anyone, clock, ids, 1, {}, shared);
  const std::string own = tokens.issue();
  const auto no_sandbox = [] { return static_cast<const SteerableClock *>(nullptr); };
  EXPECT_EQ(tokens.standing(shared.token(kNow, IdSource(2).uuid()), no_sandbox), TokenStanding::holds);
  EXPECT_EQ(tokens.standing(own, no_sandbox), TokenStanding::holds);
}

TEST(SharedToken, OfAListingContinuesItAtAnotherMock) {
  Stage stage(share_key);
  Stage another(share_key);
  const std::string token = token_of(stage);
  const Json first = body_of(stage(with_token(token, "/runs?limit=2")));
  const std::string next = first.at("_links").at("next").at("href");
  const std::string query = next.substr(next.find('?'));
  const Response here = stage(with_token(token, "/runs" + query));
  const Response there = another(with_token(token, "/runs" + query));
  ASSERT_EQ(there.status, 200) << there.body;
  EXPECT_EQ(body_of(there).at("items").size(), body_of(here).at("items").size());
  Stage alone(be_strict);
  EXPECT_EQ(error_in(alone(with_token(token_of(alone), "/runs" + query))), "1452-400");
  for (const char *other : {"/flows", "/connections"}) {
    EXPECT_EQ(error_in(another(with_token(token, other + query))), "1452-400") << other;
  }
  Stage stranger([](Settings &settings) {
    share_key(settings);
    settings.token_key.front() = '!';
  });
  EXPECT_EQ(error_in(stranger(with_token(token_of(stranger), "/runs" + query))), "1452-400");
}

TEST(AccessToken, TheStoreIsBoundedAndExpiredOnesMakeRoom) {
  SetClock clock(kNow);
  IdSource ids(1);
  const std::vector<TokenClient> anyone;
  TokenService tokens(anyone, clock, ids, 1000);
  const Ask asked = token_call();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(tokens.answer(asked.request()).status, 200);
  }
  const Response full = tokens.answer(asked.request());
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(header(full, "Cache-Control"), "no-store");
  clock.advance(86399 * 1000LL);
  EXPECT_EQ(tokens.answer(asked.request()).status, 200);
}

TEST(AccessToken, ManyAtOnceAllHold) {
  Stage stage(be_strict);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        EXPECT_EQ(stage(with_token(token_of(stage))).status, 200);
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
}

TEST(AccessToken, NoSecretStandsInAnAnswerOrInTheLog) {
  std::string lines;
  Stage stage(be_strict);
  const Handler handle = logged([&](const Request &request) { return stage.service.handle(request); },
                                [&](std::string_view line) { lines += line; });
  std::string answers;
  std::string token;
  for (const std::string &form :
       {std::string(kForm), "client_id=wr0ngid&" + std::string(kForm), std::string("client_secret=s3cr3t"),
        std::string("grant_type=s3cr3t&client_id=id&client_secret=s3cr3t&scope=s3cr3t"),
        std::string("grant_type=client_credentials&client_id=id&client_secret=s3cr3tx&scope=openid"),
        std::string("grant_type=client_credentials&client_id=id&client_secret=s3cr3t&scope=s3cr3t")}) {
    for (const Ask &asked : {token_call(form), token_call("", "/ims/token/v3?" + form)}) {
      const Response response = handle(asked.request());
      answers += response.body;
      if (response.status == 200) {
        token = body_of(response)["access_token"];
        answers += handle(with_token(token).request()).body;
        answers += handle(with_token(token + "x").request()).body;
      }
    }
  }
  EXPECT_EQ(answers.find("s3cr3t"), std::string::npos) << answers;
  EXPECT_NE(lines.find("/ims/token/v3"), std::string::npos);
  for (const std::string &secret : {std::string("s3cr3t"), std::string("client_secret"), token}) {
    EXPECT_EQ(lines.find(secret), std::string::npos) << lines;
  }
}

} // namespace
} // namespace flow::mock::test
