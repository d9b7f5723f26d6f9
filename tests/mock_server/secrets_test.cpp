#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "mock_server/journal/kept_text.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/journal/secret_names.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/exchange.hpp"
#include "tests/mock_server/journal.hpp"
#include "tests/mock_server/stored_entries.hpp"

/// What a journal must not store: secrets by name, by value, and by what stands before them.
namespace flow::mock::test {
namespace {

Ask plain(std::string target, std::string body = "") {
  return {.method = "POST", .target = std::move(target), .body = std::move(body), .headers = {}};
}

/// What is stored of one exchange.
std::string stored(const Ask &asked, const std::string &answer = "",
                   const KnownSecrets &known = KnownSecrets()) {
  std::atomic<std::uint64_t> numbers = 0;
  Journal journal({}, numbers);
  const Request request = asked.request();
  journal.add(exchange_of(request, {.status = 200, .headers = {}, .body = answer}),
              secrets_of(request, known), {});
  return StoredEntries::texts(journal);
}

void expect_without(const std::string &stored, const std::string &secret, const std::string &of) {
  EXPECT_EQ(stored.find(secret), std::string::npos) << of << "\n" << stored;
}

TEST(JournalSecrets, OfHeadersAreKnownByTheirNames) {
  for (const std::string name : {"Authorization",
                                 "AUTHORIZATION",
                                 "authorisation",
                                 "Proxy-Authorization",
                                 "Cookie",
                                 "Set-Cookie",
                                 "x-api-key",
                                 "x-apikey",
                                 "apiKey",
                                 "API_KEY",
                                 "X-Client-Secret",
                                 "x-auth-token",
                                 "x-PassWord",
                                 "X-Amz-Security-Token",
                                 "x-jwt",
                                 "x-db-pwd",
                                 "private_key",
                                 "x-credentials",
                                 "x-session-id",
                                 "pass",
                                 "x-access-key",
                                 "_auth",
                                 "user_pass",
                                 "x-api.key",
                                 "passwd",
                                 "Passphrase",
                                 "x-passcode",
                                 "bearer",
                                 "x-signature",
                                 "SharedKey",
                                 "account-key",
                                 "clientKey",
                                 "signing_key",
                                 "x-sas-key",
                                 "authkey",
                                 "auth",
                                 "pw",
                                 "userpass",
                                 "session"}) {
    const std::string entry = stored(Ask{.method = "GET", .target = "/", .headers = {{name, "S3CRET"}}});
    expect_without(entry, "S3CRET", name);
    EXPECT_NE(entry.find(name + ": (not kept)\n"), std::string::npos) << entry;
  }
}

/// Texts in which it finds something are looked through at ten times the cost.
TEST(JournalSecrets, AreNotSuspectedInIds) {
  for (const char *plain : {"01G91QNJWFWD2588D4G4GZP9G1", "xpwq", "jwx", "flow", "k"}) {
    EXPECT_FALSE(may_name_secrets(plain)) << plain;
  }
  for (const char *short_word :
       {"jwt", "JWT-1", "db-pwd", "x=pw", "PW=", "the pw is", "my_pw_", "jw", "a.key"}) {
    EXPECT_TRUE(may_name_secrets(short_word)) << short_word;
  }
}

/// The search looks at each third byte and the two behind it.
TEST(JournalSecrets, AreSuspectedWhereverTheyBegin) {
  for (const std::string piece :
       {"token", "secret", "pass", "auth", "cookie", "assertion", "bearer", "basic", "credent", "signat",
        "session", "string", "key", "pwd", "pw", "jwt", "jw"}) {
    for (std::size_t before = 0; before < 6; ++before) {
      for (std::size_t behind = 0; behind < 3; ++behind) {
        const std::string text = std::string(before, '.') + piece + std::string(behind, '.');
        EXPECT_TRUE(may_name_secrets(text)) << text;
        std::string other = text;
        other[before] = 'x';
        EXPECT_FALSE(may_name_secrets(other)) << other;
      }
    }
  }
}

TEST(JournalSecrets, OfHeadersAreKnownByTheirForms) {
  for (const std::string value :
       {"Bearer S3CRET", "bearer S3CRET", "BEARER  S3CRET", "Basic S3CRET",
        "curl -H 'Authorization: Bearer S3CRET'", "Bearer%20S3CRET", "Bearer+S3CRET",
        "https://user:S3CRET@host/", "https://S3CRET@host/", "//u:S3CRET@h", "https://u:p@S3CRET@host/",
        "https%3A%2F%2Fuser%3AS3CRET%40host", "client_secret=S3CRET", "{\"password\": \"S3CRET\"}",
        "token: S3CRET"}) {
    expect_without(stored(Ask{.method = "GET", .target = "/", .headers = {{"x-misplaced", value}}}), "S3CRET",
                   value);
    expect_without(stored(plain("/x", "[\"" + value + "\"]")), "S3CRET", value);
    expect_without(stored(plain("/x", value)), "S3CRET", value);
    expect_without(stored(plain("/x?a=" + percent_encoded(value))), "S3CRET", value);
    expect_without(stored(plain("/" + percent_encoded(value))), "S3CRET", value);
  }
}

TEST(JournalSecrets, OfTargetsAreKnownByTheirNames) {
  for (const std::string target : {"/x?access_token=S3CRET",
                                   "/x?a=1&client_secret=S3CRET&b=2",
                                   "/x?%74oken=S3CRET",
                                   "/x?to%6ben=S3CRET",
                                   "/x?to%256ben=S3CRET",
                                   "/x?Password=S3CRET",
                                   "http://user:S3CRET@host/x",
                                   "http://user:S3CRET@host?a",
                                   "/ims/token/v3?a=S3CRET",
                                   "/ims/token/v9?a=S3CRET",
                                   "/IMS/x?code=S3CRET",
                                   "/%69ms/x?code=S3CRET",
                                   "/oauth/token?code=S3CRET",
                                   "/x?client_assertion=S3CRET",
                                   "/x?apiKey=S3CRET",
                                   "/x?api_key=S3CRET",
                                   "/x?api%5Fkey=S3CRET",
                                   "/x?pwd=S3CRET",
                                   "/x?jwt=S3CRET",
                                   "/x?privateKey=S3CRET",
                                   "/x;token=S3CRET/y",
                                   "/x?a;token=S3CRET",
                                   "/x?f=%7B%22token%22%3A%22S3CRET%22%7D",
                                   "/x?\\u0074oken=S3CRET"}) {
    expect_without(stored(plain(target)), "S3CRET", target);
  }
}

const std::vector<std::string> &bodies() {
  static const std::vector<std::string> bodies = {
      R"({"token":"S3CRET"})", R"({"a":{"client_secret" : "S3C\"RET S3CRET"},"b":1})",
      R"({"token":["S3CRET"]})", R"({"token":{"a":"S3CRET"}})", R"({"\u0074oken":"S3CRET"})",
      R"({"access_token":"S3CRET)", R"([{"Authorization":"S3CRET"}])", R"({"apiKey":"S3CRET"})",
      R"({"api-key":"S3CRET"})", R"({"api_key":"S3CRET"})", R"({"x-apikey":"S3CRET"})", R"({"pwd":"S3CRET"})",
      R"({"dbPwd":"S3CRET"})", R"({"jwt":"S3CRET"})", R"({"private_key":"S3CRET"})",
      R"({"PrivateKey":"S3CRET"})", R"({"api%4Bey":"S3CRET"})",
      R"({"credentials":{"username":"S3CRET","x":[{"y":"S3CRET"}]},"b":1})",
      R"({"credentials":[[["S3CRET"]]]})", R"({"pass":"S3CRET"})", R"({"connectionString":"S3CRET"})",
      R"({"accessKey":"S3CRET"})", R"({"name":"client_secret","value":"S3CRET"})",
      R"({"value":"S3CRET","name":"client_secret"})", R"({"value":{"a":["S3CRET"]},"key":"password"})",
      R"({"n\u0061me":"client_secret","val":"S3CRET"})",
      R"([{"name":"a","value":"b"},{"x":1,"name":"Authorization","value":"S3CRET"}])",
      R"(["password","S3CRET"])", R"([["x-api-key",["S3CRET"]]])", R"({"log":"client_secret=S3CRET"})",
      R"({"log":"{\"password\":\"S3CRET\"}"})", R"({"log":"{\\\"password\\\":\\\"S3CRET\\\"}"})",
      R"({"password=S3CRET":1})", R"({"log":"to%6ben=S3CRET"})",
      // no JSON, though it begins so
      R"({password:"S3CRET"})", R"({'password':'S3CRET'})", R"({"a":1 "password":"S3CRET"})",
      R"({"password";"S3CRET"})", R"({"a":"x" password: "S3CRET"})", R"([}"password":"S3CRET"])",
      R"({"token":{]"S3CRET"})", R"({"a":1}{"password":"S3CRET"})", R"({"a":1} password=S3CRET)",
      // neither
      "client_secret=S3CRET&a=b", "a=b&client%5Fsecret=S3CRET", "a=b&%63lient_secret=S3CRET", "token: S3CRET",
      "tok%65n: S3CRET", R"("token S3CRET")", "<password>S3CRET</password>", "a=<token>S3CRET",
      "--b\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\nS3CRET\r\n--b--",
      "password:\n  S3CRET\n"};
  return bodies;
}

TEST(JournalSecrets, OfBodiesAreKnownByTheirNames) {
  for (const std::string &body : bodies()) {
    expect_without(stored(plain("/x", body), body), "S3CRET", body);
  }
  const std::string deep(100, '[');
  expect_without(stored(plain("/x", R"({"token":)" + deep + R"("S3CRET")")), "S3CRET", "deep");
}

TEST(JournalSecrets, AreNotLeftByHalvesWhereATextIsCut) {
  for (const std::string &body : bodies()) {
    const std::size_t at = body.find("S3CRET");
    const bool is_json = body.front() == '{' || body.front() == '[';
    for (std::size_t shift = 0; is_json && shift < 8; ++shift) {
      const std::size_t blanks = JournalEntry::kBodyBytes - at - shift;
      const std::string shifted =
          body.substr(0, 1) + std::string(blanks, ' ') + body.substr(1) + std::string(999, ' ');
      expect_without(stored(plain("/x", shifted)), "S3", body);
    }
  }
}

TEST(JournalSecrets, LeaveWhatIsNoneReadable) {
  for (const std::string body :
       {R"({"message":"Oauth token is not valid.","continuationToken":"c","dataSetKeys":2})",
        R"({"a":"the password","b":[1,true,null,-1.5e3,{}],"c":[]})", R"({"url":"https://host/a@b"})",
        R"({"createdBy":"user@AdobeID","etag":"\"1\""})",
        R"({"_links":{"next":{"href":"/runs?continuationToken=c%3D"}}})", R"(["token"])", "a=b&c=d",
        "plain text"}) {
    EXPECT_NE(stored(plain("/x", body)).find(body), std::string::npos) << body << "\n"
                                                                       << stored(plain("/x", body));
  }
  EXPECT_NE(stored(plain("/x", R"({"password":12,"b":[1]})")).find(R"x({"password":"(not kept)","b":[1]})x"),
            std::string::npos);
  EXPECT_NE(stored(plain("/x", "client_secret=s&a=b")).find("client_secret=(not kept)&a=b"),
            std::string::npos);
}

/// A way to write a value into an exchange.
struct Place {
  const char *name;
  std::function<void(Ask &, std::string &answer, const std::string &value)> put;
};

const std::vector<Place> &places() {
  static const std::vector<Place> places = {
      {"method", [](Ask &asked, std::string &, const std::string &value) { asked.method = value; }},
      {"path", [](Ask &asked, std::string &, const std::string &value) { asked.target = "/" + value; }},
      {"query", [](Ask &asked, std::string &, const std::string &value) { asked.target = "/x?a=" + value; }},
      {"query name",
       [](Ask &asked, std::string &, const std::string &value) { asked.target = "/x?" + value; }},
      {"encoded query",
       [](Ask &asked, std::string &, const std::string &value) {
         asked.target = "/x?a=";
         for (const char c : value) {
           char hex[4];
           std::snprintf(hex, sizeof(hex), "%%%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
           asked.target += hex;
         }
       }},
      {"header",
       [](Ask &asked, std::string &, const std::string &value) { asked.add("x-note", "a " + value); }},
      {"header name", [](Ask &asked, std::string &, const std::string &value) { asked.add(value, "1"); }},
      {"member",
       [](Ask &asked, std::string &, const std::string &value) {
         asked.body = Json{{"a", value}}.dump();
       }},
      {"member's name",
       [](Ask &asked, std::string &, const std::string &value) {
         asked.body = Json{{value, 1}}.dump();
       }},
      {"escaped member",
       [](Ask &asked, std::string &, const std::string &value) {
         asked.body = R"({"a":")";
         for (const char c : value) {
           char hex[7];
           std::snprintf(hex, sizeof(hex), "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
           asked.body += hex;
         }
         asked.body += "\"}";
       }},
      {"text",
       [](Ask &asked, std::string &, const std::string &value) { asked.body = "so: " + value + "!"; }},
      {"form", [](Ask &asked, std::string &, const std::string &value) { asked.body = "a=" + value; }},
      {"answer",
       [](Ask &, std::string &answer, const std::string &value) { answer = Json{{"a", value}}.dump(); }},
      {"cut body", [](Ask &asked, std::string &, const std::string &value) {
         asked.body =
             "{\"a\":\"" + std::string(JournalEntry::kBodyBytes - 10, 'x') + value + std::string(2000, 'x');
       }}};
  return places;
}

TEST(JournalSecrets, AreKnownByTheirValuesWhereverTheyStand) {
  const std::string long_known = std::string(1000, 'K') + "nown";
  const KnownSecrets known({"s33d.s3cr3t", "s33d.other", long_known});
  const std::string issued = "0f8fad5b-d9cb-469f-a165-70867728950e7c9e6679-7425-40de-944b-e07fc1f90ae7";
  struct Secret {
    std::string value;
    const char *header; ///< that brings it
    std::string before;
  };
  for (const Secret &secret : {Secret{"t0k3n/with+more=", "Authorization", "Bearer "},
                               {"t0k3n\"quoted\\", "Authorization", "Bearer "},
                               {"k3y-of-ours", "x-api-key", ""},
                               {"misspelt-t0k3n", "Authorisation", "Bearer "},
                               {"misplaced-t0k3n", "x-note", "Bearer "},
                               {"dXNlcjpwYXNz", "Authorization", "Basic "},
                               {"cookie-s3ss10n", "Cookie", "a=1; s="},
                               {std::string(5000, 'L') + "ong", "x-api-key", ""},
                               {"s33d.s3cr3t", nullptr, ""},
                               {"s33d.other", nullptr, ""},
                               {long_known, nullptr, ""},
                               {issued, nullptr, ""}}) {
    for (const Place &place : places()) {
      Ask asked = plain("/x");
      std::string answer;
      place.put(asked, answer, secret.value);
      if (secret.header != nullptr) {
        asked.add(secret.header, secret.before + secret.value);
      }
      const std::string entry = stored(asked, answer, known);
      // Also of its beginning, where the text was cut.
      expect_without(entry, secret.value.substr(0, 6),
                     std::string(place.name) + ": " + secret.value.substr(0, 80));
    }
  }
}

TEST(JournalSecrets, OfTheTokenServiceAreFoundOnceEachInALongerRunOfTheirCharacters) {
  const std::string uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  for (const std::string &run :
       {uuid + uuid + uuid, uuid + uuid + std::string(200, 'a'), "a" + uuid + uuid + uuid + uuid + uuid}) {
    const std::string entry = stored(Ask{.method = "POST", .target = "/x", .body = "so: " + run});
    expect_without(entry, uuid + uuid, run);
    EXPECT_NE(entry.find("so: "), std::string::npos) << entry;
  }
}

TEST(JournalSecrets, AreRemovedFromEveryHeaderWhereverTheOneThatBringsThemStands) {
  const std::string token = "t0k3n-of-ours";
  for (const std::string name : {"accept", "user-agent", "content-type", "if-match", "x-note"}) {
    for (const std::size_t place : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
      Ask asked{.method = "GET",
                .target = "/x",
                .headers = {{"Authorization", "Bearer " + token}, {"x-api-key", "k"}, {"host", "h"}}};
      asked.headers.emplace(asked.headers.begin() + static_cast<std::ptrdiff_t>(place), name, "a/" + token);
      const std::string entry = stored(asked);
      expect_without(entry, token, name + " at " + std::to_string(place));
      EXPECT_NE(entry.find(name + ": a/(not kept)\n"), std::string::npos) << entry;
      EXPECT_NE(entry.find("host: h\n"), std::string::npos) << entry;
    }
  }
}

TEST(JournalSecrets, AreRemovedFromTheHeadersOfTheAnswer) {
  const std::string token = "t0k3n-of-ours";
  std::atomic<std::uint64_t> numbers = 0;
  Journal journal({}, numbers);
  const Ask asked{.method = "GET", .target = "/x", .headers = {{"Authorization", "Bearer " + token}}};
  const Request request = asked.request();
  const Response response{.status = 200,
                          .headers = {{"Content-Type", "a/" + token},
                                      {"Set-Cookie", "s3ss10n"},
                                      {"Location", "/x?" + token},
                                      {"etag", "\"1\""}},
                          .body = ""};
  Exchange exchange = exchange_of(request, response);
  exchange.request_id = "id";
  journal.add(exchange, secrets_of(request, KnownSecrets()), {});
  EXPECT_EQ(StoredEntries::of(journal).front().answer_headers,
            "Content-Type: a/(not kept)\nSet-Cookie: (not kept)\nLocation: /x?(not kept)\netag: \"1\"\n"
            "x-request-id: id\n");
}

TEST(JournalSecrets, AreRemovedFromWhatIsNotedBesideTheTexts) {
  const std::string token = "t0k3n-of-ours";
  std::atomic<std::uint64_t> numbers = 0;
  Journal journal({}, numbers);
  const Ask asked{.method = "GET", .target = "/x", .headers = {{"x-api-key", token}}};
  const Request request = asked.request();
  const std::string run = "of " + token;
  Exchange exchange = exchange_of(request);
  exchange.asked.run = run;
  exchange.made_run = "by " + token;
  exchange.faults = faults_named("of " + token);
  journal.add(exchange, secrets_of(request, KnownSecrets()), {});
  const JournalEntry &entry = StoredEntries::of(journal).front();
  EXPECT_EQ(entry.run, "of (not kept)");
  EXPECT_EQ(entry.made_run, "by (not kept)");
  EXPECT_EQ(entry.faults, "of (not kept)");
}

TEST(JournalSecrets, AreValuesOfEightCharactersOrMore) {
  const KnownSecrets known({"s33ded-8", "s33d-07"});
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::string target = "/x?" + std::string(shift, 'a') + "=";
    for (const std::string behind : {"", "."}) {
      expect_without(stored(plain(target + "s33ded-8" + behind), "", known), "s33ded-8", target);
      Ask asked = plain(target + "eight-08" + behind);
      expect_without(stored(asked.add("x-api-key", "eight-08")), "eight-08", target);
    }
  }
  EXPECT_NE(stored(plain("/x?a=s33d-07"), "", known).find("s33d-07"), std::string::npos);
  Ask asked = plain("/x?a=seven-7");
  EXPECT_NE(stored(asked.add("x-api-key", "seven-7")).find("/x?a=seven-7"), std::string::npos);
}

TEST(JournalSecrets, OfTheTokenServiceAreAllThatIsSentAndAnswered) {
  for (const std::string target :
       {"/ims/token/v3", "/ims/token/v3?code=S3CRET", "/IMS/Token/v9", "/oauth2/x"}) {
    const std::string entry = stored(plain(target, "grant_type=authorization_code&code=S3CRET"),
                                     R"({"error_description":"no code S3CRET"})");
    expect_without(entry, "S3CRET", target);
  }
  EXPECT_NE(stored(plain("/x", "code=read")).find("code=read"), std::string::npos) << "elsewhere it is none";
}

TEST(JournalSecrets, OfTheQueryAreNotEchoedByTheAnswer) {
  expect_without(stored(plain("/x?access_token=s3cr3t-1%2B2"), R"({"detail":"unknown: s3cr3t-1+2"})"),
                 "s3cr3t", "");
}

TEST(JournalSecrets, AreNotTheNamesOfSandboxAndOrganisation) {
  Ask asked = get(kFailed);
  asked.set("x-api-key", "{SANDBOX_NAME}").set("Authorization", "Bearer {ORG_ID}");
  const std::string entry = stored(asked);
  EXPECT_NE(entry.find("x-sandbox-name: {SANDBOX_NAME}"), std::string::npos) << entry;
}

TEST(JournalSecrets, AreAllLookedForThoughThereAreSeveral) {
  Ask asked = plain("/x", "the number-7-of-ten, and more");
  for (int i = 0; i < 10; ++i) {
    asked.add("x-token-" + std::to_string(i), "number-" + std::to_string(i) + "-of-ten");
  }
  EXPECT_NE(stored(asked).find("the (not kept), and more"), std::string::npos) << stored(asked);
}

TEST(JournalSecrets, AreNotShownFromBehindWhatIsLookedAt) {
  const std::string token = "t0k3n-of-ours";
  std::string body;
  while (body.size() < 3000) {
    body += token + " "; // what stands in its place is shorter: more of the text would fit
  }
  for (std::size_t shift = 0; shift < token.size(); ++shift) {
    const std::string long_body = body +
                                  std::string(JournalEntry::kBodyBytes + 512 - body.size() - shift, 'x') +
                                  token + std::string(999, 'x');
    Ask asked = plain("/x", long_body);
    expect_without(stored(asked.add("x-api-key", token)), "t0", "behind it");
  }
}

TEST(JournalSecrets, WhereThereAreTooManyNothingSuspiciousIsKept) {
  Ask asked = plain("/x", R"({"a":"number-99-of-many"})");
  for (int i = 0; i < 100; ++i) {
    asked.add("x-token-" + std::to_string(i), "number-" + std::to_string(i) + "-of-many");
  }
  expect_without(stored(asked), "number-99-of-many", "the last one");
}

/// A mock that knows a secret, whose run was made with it and with one that is known by its name.
struct Told : Stage {
  Told() : Stage([](Settings &settings) { settings.seed.allow.tokens = {"{ACCESS_TOKEN}", "s33d.s3cr3t"}; }) {
    const std::string webhook =
        R"({"url":"http://127.0.0.1:1/hook?code=c0d3&k3y","retry":{"firstDelayMs":600000}})";
    shown_webhook = (*this)(admin_ask("PUT", std::string(kSandbox) + "/webhook", webhook)).body;
    Json run = run_on_demand();
    run["params"]["password"] = "hidden-by-name";
    run["params"]["note"] = "is s33d.s3cr3t";
    const std::string flow = R"({"id":"f","name":"of s33d.s3cr3t"})";
    EXPECT_EQ((*this)(admin_ask("POST", std::string(kSandbox) + "/flows", flow)).status, 201);
    const Response made = (*this)(create(run));
    EXPECT_EQ(made.status, 201) << made.body;
  }
  std::string shown_webhook;
};

TEST(Secrets, AreInNoEventThatIsShown) {
  Told told_one;
  const std::string events = told_of_sandbox(told_one, "/events").dump();
  EXPECT_NE(events.find("event_id"), std::string::npos) << events;
  expect_without(events, "s33d.s3cr3t", "events");
  expect_without(events, "hidden-by-name", "events");
}

TEST(Secrets, AreInNoSnapshot) {
  Told told_one;
  const std::string snapshot = told_of_sandbox(told_one, "/snapshot").dump();
  expect_without(snapshot, "s33d.s3cr3t", "snapshot");
  expect_without(snapshot, "hidden-by-name", "snapshot");
  EXPECT_EQ(told_one(admin_ask("POST", std::string(kSandbox) + "/restore", snapshot)).status, 200);
}

TEST(Secrets, OfAWebhooksQueryAreNotShown) {
  Told told_one;
  for (const std::string &shown : {told_of_sandbox(told_one, "/webhook").dump(), told_one.shown_webhook}) {
    EXPECT_NE(shown.find("/hook?code=(not kept)&(not kept)\""), std::string::npos) << shown;
  }
}

TEST(Secrets, OfTheSeedAndOfTheControlApiAreKnownByTheirValues) {
  Stage stage([](Settings &settings) {
    settings.seed.allow.tokens = {"{ACCESS_TOKEN}", "s33ded-t0k3n"};
    settings.seed.allow.api_keys = {"{API_KEY}", "s33ded-k3y"};
    settings.seed.allow.clients = {{.id = "c", .secret = "s33ded-cl13nt", .scopes = {}}};
    settings.control.token = "c0ntr0l-t0k3n";
  });
  for (const std::string secret : {"s33ded-t0k3n", "s33ded-k3y", "s33ded-cl13nt", "c0ntr0l-t0k3n"}) {
    EXPECT_EQ(stage(read("/runs?limit=" + secret)).status, 400);
    const std::string entries =
        StoredEntries::texts(stage.service.state().sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}")->journal);
    expect_without(entries, secret, "the journal");
    EXPECT_NE(entries.find("/runs?limit=(not kept)"), std::string::npos) << entries;
  }
}

TEST(Secrets, AreInNoViolation) {
  Stage stage;
  const std::string token = "s3cr3t-t0k3n";
  Ask asked{.method = "GET",
            .target = std::string(contract::kBasePath) + "/runs/" + token + "/action?op=re-trigger"};
  stage(asked.set("Authorization", "Bearer " + token));
  EXPECT_EQ(stage.service.state().violations.total(), 1U);
  expect_without(told(stage, "/violations").dump(), token, "what is told");
  expect_without(violations_text(stage.service.state().violations), token, "the report");
  stage(asked.set("x-gw-ims-org-id", "of-" + token).set("x-sandbox-name", "of-" + token));
  EXPECT_EQ(stage.service.state().violations.total(), 2U);
  expect_without(told(stage, "/violations").dump(), token, "its sandbox");
  asked.method = "M" + token;
  stage(asked);
  EXPECT_EQ(stage.service.state().violations.total(), 3U);
  expect_without(told(stage, "/violations").dump(), token, "its method");
}

TEST(Secrets, AreInNoViolationThatIsStored) {
  Stage stage;
  stage(get(kFailed)); // so that there is the sandbox, with violations of its own
  const std::string token = "s3cr3t-t0k3n";
  Ask asked{.method = "M" + token, .target = run_path("of-" + token) + "?token=" + token};
  asked.set("Authorization", "Bearer " + token);
  stage(asked);
  stage(asked.add("x-flow-mock-expect", "routes/method/run"));
  stage(asked.set("x-gw-ims-org-id", "of-" + token).set("x-sandbox-name", "of-" + token));
  ServiceState &state = stage.service.state();
  const auto sandbox = state.sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}");
  for (const ViolationLog *log : {&state.violations, &state.expected, &sandbox->violations}) {
    std::vector<ViolationEntry> stored = log->all();
    for (const ViolationSum &sum : log->sums()) {
      stored.push_back(sum.first);
    }
    EXPECT_FALSE(stored.empty());
    for (const ViolationEntry &entry : stored) {
      expect_without(entry.method + "\n" + entry.path + "\n" + entry.organisation + "\n" + entry.sandbox,
                     token, "the violation log");
    }
  }
}

} // namespace
} // namespace flow::mock::test
