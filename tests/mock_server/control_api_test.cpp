#include <gtest/gtest.h>

#include <future>
#include <set>

#include "contracts/model/faults.hpp"
#include "contracts/model/json_schema.hpp"
#include "mock_server/admin/guard.hpp"
#include "mock_server/admin/routes.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock {

namespace {

using test::admin_ask;
using test::body_of;
using test::detail_in;
using test::Json;
using test::kFailed;
using test::pointer_in;
using test::Steered;

int status_of(Steered &mock, const test::Ask &asked) {
  return test::ask(mock.service, asked).status;
}

TEST(Guard, LetsInWhoReachesTheMockByALoopbackName) {
  Steered mock;
  for (const char *host : {"localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.1.2.3", "127.255.255.255:1",
                           "[::1]:8080", "[::1]", "localhost:65535"}) {
    EXPECT_EQ(status_of(mock, admin_ask("GET", "/settings").set("Host", host)), 200) << host;
  }
}

TEST(Guard, RefusesForeignHostsAsOfDnsRebinding) {
  Steered mock;
  for (const char *host :
       {"evil.example", "evil.example:8080", "localhost.evil.example", "10.0.0.1", "",
        // no authority, or one that only begins as ours do
        "[::1].evil.example", "[::1].8080", "[::1]evil.example", "[::1]:evil", "[::1]:", "[::1", "[", "[]",
        "[::2]", "::1", "[0:0:0:0:0:0:0:1]", "[localhost]", "[127.0.0.1]", "localhost:evil.example",
        "localhost:", "localhost:0", "localhost:080", "localhost:65536", "localhost:+80", "localhost:80:80",
        "localhost.", "localhost@evil.example", "evil.example#localhost", "127.", "127.0.0.1.",
        "127.0.0.1.evil.example", "127.0.0.1:80:80", "127.0.0.1:8080,evil.example", "127.0.0.256",
        "127.0.0.01", "127.0.1", "127.1", "127.0.0.", "127...1", "127.0.0.0.1", "127.0.0.1 ", "127.0.0.1/",
        "128.0.0.1", "0127.0.0.1", "0.0.0.0"}) {
    const Response refused = test::ask(mock.service, admin_ask("GET", "/settings").set("Host", host));
    EXPECT_EQ(refused.status, 403) << host;
  }
  EXPECT_EQ(status_of(mock, admin_ask("GET", "/settings").drop("Host")), 403);
  EXPECT_EQ(status_of(mock, admin_ask("GET", "/settings").add("Host", "localhost")), 400) << "given twice";
}

TEST(Guard, LetsInWhoNamesTheHostThatTheMockListensOn) {
  Steered mock([](Settings &settings) { settings.control.host = "fe80::1"; });
  EXPECT_EQ(status_of(mock, admin_ask("GET", "/settings").set("Host", "[FE80::1]:8080")), 200);
  EXPECT_EQ(status_of(mock, admin_ask("GET", "/settings").set("Host", "[fe80::2]")), 403);
  Steered named([](Settings &settings) { settings.control.host = "mock.internal"; });
  EXPECT_EQ(status_of(named, admin_ask("GET", "/settings").set("Host", "Mock.Internal:8080")), 200);
  EXPECT_EQ(status_of(named, admin_ask("GET", "/settings").set("Host", "[mock.internal]")), 403);
}

TEST(Guard, RefusesWebPagesOfOtherOrigins) {
  Steered mock;
  for (const char *origin :
       {"http://evil.example", "null", "", "https://evil.example", "http://localhost", "https://localhost",
        "http://localhost:8081", "http://localhost:8080/", "http://localhost:8080.evil.example",
        "http://localhost:8080@evil.example", "HTTP://localhost:8080", "//localhost:8080", "localhost:8080",
        "http://localhost:8080 http://evil.example", "ws://localhost:8080", "file://"}) {
    test::Ask asked = admin_ask("POST", "/reset").add("Origin", origin);
    EXPECT_EQ(status_of(mock, asked), 403) << origin;
  }
  for (const char *origin : {"http://localhost:8080", "https://localhost:8080"}) {
    EXPECT_EQ(status_of(mock, admin_ask("POST", "/reset").add("Origin", origin)), 200) << origin;
  }
}

TEST(Guard, RefusesRequestsThatABrowserSaysAreOfOtherSites) {
  Steered mock;
  for (const char *site : {"cross-site", "same-site", "Same-Origin", "NONE", "", "same-origin, cross-site",
                           "none;x", "same-origin ", "unheard-of"}) {
    EXPECT_EQ(status_of(mock, admin_ask("POST", "/reset").add("Sec-Fetch-Site", site)), 403) << site;
    EXPECT_EQ(status_of(mock, admin_ask("GET", "/requests").add("sec-fetch-site", site)), 403) << site;
  }
  for (const char *site : {"same-origin", "none"}) {
    EXPECT_EQ(status_of(mock, admin_ask("POST", "/reset").add("Sec-Fetch-Site", site)), 200) << site;
  }
  test::Ask twice = admin_ask("POST", "/reset").add("Sec-Fetch-Site", "none");
  EXPECT_EQ(status_of(mock, twice.add("Sec-Fetch-Site", "cross-site")), 400);
}

TEST(Guard, TakesForLoopbackOnlyWhatIsOne) {
  for (const char *host : {"localhost", "LocalHost", "127.0.0.1", "127.8.9.10", "::1"}) {
    EXPECT_TRUE(admin::is_loopback(host)) << host;
  }
  for (const char *host : {"127.", "127", "127.1", "127.0.0.1.example", "127.0.0.999", "0.0.0.0",
                           "::", "[::1]", "localhost:80", "", "127.0.0.1:80", "localhost.example"}) {
    EXPECT_FALSE(admin::is_loopback(host)) << host;
  }
}

TEST(Guard, RefusesBeforeAnythingIsDone) {
  Steered mock;
  const std::string before = mock.steer("GET", "/snapshot").body;
  test::Ask asked =
      admin_ask("DELETE", "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D/runs/" + std::string(kFailed));
  EXPECT_EQ(status_of(mock, asked.set("Host", "evil.example")), 403);
  EXPECT_EQ(mock.steer("GET", "/snapshot").body, before);
}

TEST(Guard, AsksForTheTokenWhereThereIsOne) {
  Steered mock([](Settings &settings) { settings.control.token = "secret"; });
  EXPECT_EQ(status_of(mock, admin_ask("GET", "/settings")), 401);
  for (const char *wrong : {"Bearer secre", "Bearer secrets", "Bearer ", "secret", "Basic secret", ""}) {
    EXPECT_EQ(status_of(mock, admin_ask("GET", "/settings").add("Authorization", wrong)), 401) << wrong;
  }
  test::Ask asked = admin_ask("GET", "/settings").add("Authorization", "Bearer secret");
  EXPECT_EQ(status_of(mock, asked), 200);
  EXPECT_EQ(status_of(mock, asked.set("Host", "mock.internal:8080")), 200) << "who has it may use any name";
  EXPECT_EQ(status_of(mock, asked.add("Origin", "http://evil.example")), 403);
}

TEST(Guard, SaysHowToTurnOnAControlApiThatIsOff) {
  Steered mock([](Settings &settings) { settings.control.enabled = false; });
  const Response refused = test::ask(mock.service, admin_ask("GET", "/settings"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(detail_in(refused).find("--admin-token"), std::string::npos);
  EXPECT_EQ(status_of(mock, admin_ask("GET", "/nowhere")), 403) << "nothing is told, not even what there is";
}

TEST(Guard, HealthIsForAnyone) {
  Steered mock([](Settings &settings) {
    settings.control = {.enabled = false, .token = "secret", .host = "0.0.0.0"};
  });
  for (const char *path : {"/health/live", "/health/ready"}) {
    EXPECT_EQ(status_of(mock, admin_ask("GET", path).set("Host", "10.1.2.3")), 200) << path;
  }
}

TEST(ControlApi, HealthNamesTheServer) {
  Steered mock;
  for (const char *path : {"/health/live", "/health/ready"}) {
    EXPECT_EQ(Json::parse(mock.admin("GET", path).body).at("server"), "flow-mock") << path;
  }
}

TEST(ControlApi, SaysWhatIsWrongWithAPath) {
  Steered mock;
  EXPECT_EQ(mock.admin("GET", "/nowhere").status, 404);
  EXPECT_EQ(mock.admin("GET", "").status, 404);
  EXPECT_EQ(mock.admin("GET", "/sandboxes//x").status, 404);
  EXPECT_EQ(mock.admin("GET", "/sandboxes/a%20b/x").status, 400) << "no header could name it";
  EXPECT_EQ(mock.admin("GET", "/sandboxes/a%zz/x").status, 400);
  const Response refused = mock.admin("DELETE", "/clock");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.at(0), (std::pair<std::string, std::string>("Allow", "GET, PUT")));
}

TEST(ControlApi, BadBodiesAreRefused) {
  Steered mock;
  for (const char *body : {"", "[]", "{", "null", "{\"a\":1}", "\xff"}) {
    const auto asked = admin_ask("PUT", "/clock", body);
    EXPECT_EQ(status_of(mock, asked), 400) << body;
  }
  EXPECT_EQ(mock.steer("GET", "/runs?color=red").status, 400);
}

TEST(ControlApi, WhatCouldNotBeReadIsRefusedAsItsOwn) {
  Steered mock;
  mock.admin("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}});
  const test::Ask asked = admin_ask("POST", "/reset");
  Request request = asked.request();
  request.unreadable = "payload-too-large";
  const Response refused = mock.service.handle(request);
  EXPECT_EQ(refused.status, 413);
  EXPECT_FALSE(detail_in(refused).empty());
  EXPECT_EQ(body_of(mock.admin("GET", "/requests/count"))["count"], 0) << "nor is it in the journal";
}

TEST(ControlApi, KeepsTheViolationsOfEachSandboxHoweverManyOthersHave) {
  Steered mock;
  test::Ask noisy = test::retry(kFailed, "?op=wrong");
  noisy.set("x-sandbox-name", "noisy");
  for (int i = 0; i < 1100; ++i) {
    mock(noisy);
  }
  mock.call(test::retry(kFailed, "?op=wrong"));
  const Json told = body_of(mock.steer("GET", "/violations"));
  EXPECT_EQ(told["total"], 1);
  EXPECT_EQ(told["violations"].size(), 1U);
  EXPECT_EQ(body_of(mock.admin("GET", "/violations"))["total"], 1101);
}

TEST(ControlApi, ARefusedRequestOfAnUnusedSandboxIsNotedThoughItMakesNone) {
  Steered mock;
  test::Ask asked = test::get(kFailed);
  EXPECT_EQ(mock.call(asked.drop("x-api-key")).status, 403);
  EXPECT_EQ(body_of(mock.admin("GET", "/requests/count"))["count"], 1);
  EXPECT_EQ(body_of(mock.steer("GET", "/requests/count"))["count"], 0);
  EXPECT_EQ(body_of(mock.steer("GET", "/violations"))["total"], 1);
  EXPECT_EQ(mock.call(asked).status, 403);
  EXPECT_EQ(mock.call(test::get(kFailed)).status, 200);
  EXPECT_EQ(mock.call(asked).status, 403);
  const Json violations = body_of(mock.steer("GET", "/violations"));
  EXPECT_EQ(violations["total"], 3) << "as many before it was made as after";
  EXPECT_EQ(violations["violations"].size(), 3U);
  mock.steer("DELETE", "/violations");
  EXPECT_EQ(body_of(mock.steer("GET", "/violations"))["total"], 0);
}

TEST(ControlApi, TellsVersionAndSettings) {
  Steered mock([](Settings &settings) { settings.reading.take("unsupported-op=1434-400"); });
  EXPECT_FALSE(body_of(mock.admin("GET", "/version"))["version"].get<std::string>().empty());
  EXPECT_EQ(body_of(mock.admin("GET", "/settings"))["reading"]["unsupported-op"], "1434-400");
}

TEST(ControlApi, ShowsTheReadingsWithWhatIsInForce) {
  Steered mock([](Settings &settings) { settings.reading.take("op=RE_TRIGGER"); });
  const Json shown = body_of(mock.admin("GET", "/readings"));
  ASSERT_EQ(shown.size(), contract::matters().size());
  EXPECT_EQ(shown[0]["matter"], "op");
  EXPECT_EQ(shown[0]["choices"][0]["inForce"], false);
  EXPECT_EQ(shown[0]["choices"][1]["name"], "RE_TRIGGER");
  EXPECT_EQ(shown[0]["choices"][1]["inForce"], true);
  EXPECT_EQ(shown[1]["choices"][0]["inForce"], true);
}

/// The description with the components' references resolved, as far down as a schema goes.
Json resolved(const Json &value, const Json &document) {
  if (value.is_object() && value.contains("$ref")) {
    return resolved(document.at(Json::json_pointer(value["$ref"].get<std::string>().substr(1))), document);
  }
  if (!value.is_structured()) {
    return value;
  }
  Json copy = value;
  for (auto &member : copy.items()) {
    member.value() = resolved(member.value(), document);
  }
  if (copy.is_object() && copy.value("nullable", false)) {
    copy["type"] = Json::array({copy["type"], "null"}); // OpenAPI 3.0's word for it
  }
  return copy;
}

TEST(ControlApi, IsDescribedWholeAndNothingElseIs) {
  const Json document = Json::parse(contract::control_api_text());
  std::set<std::string> described;
  for (const auto &path : document.at("paths").items()) {
    for (const auto &method : path.value().items()) {
      if (method.key() != "parameters") {
        std::string name = method.key();
        std::transform(name.begin(), name.end(), name.begin(), ::toupper);
        described.insert(name + " " + path.key());
      }
    }
  }
  std::set<std::string> routed;
  for (const admin::Route &route : admin::routes()) {
    routed.insert(std::string(route.method) + " /__admin" + std::string(route.path));
  }
  EXPECT_EQ(routed, described);
}

/// A JSON Schema in the words of OpenAPI 3.0, which has no patternProperties.
Json in_openapi(const Json &schema) {
  if (!schema.is_structured()) {
    return schema;
  }
  Json copy = schema.is_array() ? Json::array() : Json::object();
  for (const auto &member : schema.items()) {
    if (schema.is_array()) {
      copy.push_back(in_openapi(member.value()));
    } else if (member.key() == "patternProperties") {
      copy["additionalProperties"] = in_openapi(member.value().front());
    } else if (!copy.contains(member.key())) {
      copy[member.key()] = in_openapi(member.value());
    }
  }
  return copy;
}

/// The component Fault, of contracts/data/faults.json and of what only answers have.
Json fault_component() {
  Json fault = in_openapi(contract::fault_schema(""));
  Json &attributes = fault["properties"]["attributes"];
  attributes = {{"description", "Depends on the type."}, {"anyOf", Json::array()}};
  for (const contract::FaultType &type : contract::fault_types()) {
    Json of_type = {{"title", type.name}};
    of_type.update(in_openapi(contract::attributes_schema(type)));
    attributes["anyOf"].push_back(std::move(of_type));
  }
  fault["properties"]["matched"] = {{"description", "In answers: requests it was applied to."},
                                    {"type", "integer"}};
  fault["properties"]["left"] = {
      {"description", "In answers: how often it will still be applied; null: without limit."},
      {"type", "integer"},
      {"nullable", true}};
  return fault;
}

TEST(ControlApi, DescribesAFaultAsTheContractDoes) {
  const Json document = Json::parse(contract::control_api_text());
  const Json fault = fault_component();
  EXPECT_EQ(document.at("components").at("schemas").at("Fault"), fault)
      << "the component Fault of contracts/data/control-api.openapi.json is stale; it is to be\n"
      << fault.dump(2);
}

TEST(ControlApi, AnswersAsItIsDescribed) {
  const Json document = Json::parse(contract::control_api_text());
  Steered mock;
  const std::string sandbox = "/__admin/sandboxes/{organisation}/{sandbox}";
  mock.steer("PUT", "/webhook", {{"url", "http://127.0.0.1:1/"}});
  mock.retried(kFailed);
  int answered = 0;
  for (const auto &path : document.at("paths").items()) {
    if (path.key().find("{id}") != std::string::npos || !path.value().contains("get") ||
        path.key() == "/__admin/openapi" ||
        !path.value()["get"]["responses"]["200"]["content"].contains("application/json")) {
      continue;
    }
    const bool is_sandboxes = path.key().starts_with(sandbox);
    std::string rest = path.key().substr(is_sandboxes ? sandbox.size() : std::string("/__admin").size());
    if (const std::size_t number = rest.find("{number}"); number != std::string::npos) {
      rest.replace(number, std::string("{number}").size(), "1");
    }
    if (const std::size_t resource = rest.find("{resource}"); resource != std::string::npos) {
      rest.replace(resource, std::string("{resource}").size(), "connections");
    }
    const Response answer = is_sandboxes ? mock.steer("GET", rest) : mock.admin("GET", rest);
    ASSERT_EQ(answer.status, 200) << path.key() << answer.body;
    const Json schema =
        resolved(path.value()["get"]["responses"]["200"]["content"]["application/json"]["schema"], document);
    for (const auto &violation : contract::validate(body_of(answer), schema)) {
      ADD_FAILURE() << path.key() << " " << violation.pointer << ": " << violation.reason << "\n"
                    << answer.body;
    }
    ++answered;
  }
  EXPECT_GT(answered, 15);
  const Json refusal = resolved(document["components"]["schemas"]["Refusal"], document);
  EXPECT_TRUE(contract::validate(body_of(mock.admin("GET", "/nowhere")), refusal).empty());
  EXPECT_TRUE(contract::validate(body_of(mock.admin("DELETE", "/clock")), refusal).empty());
}

/// One tester's hour: its own clock, script, faults and reset.
std::string scenario(Steered &mock, int number) {
  const std::string sandbox = "/sandboxes/o/s" + std::to_string(number);
  const auto steer = [&](std::string_view method, const std::string &path, const Json &body = nullptr) {
    return mock.admin(method, sandbox + path, body);
  };
  const auto call = [&](test::Ask asked) {
    asked.set("x-gw-ims-org-id", "o").set("x-sandbox-name", "s" + std::to_string(number));
    return test::ask(mock.service, asked);
  };
  std::string story;
  for (int round = 0; round < 3; ++round) {
    steer("POST", "/reset");
    steer("PUT", "/clock", {{"frozen", true}});
    steer("PUT", "/runs/" + std::string(kFailed) + "/script",
          {{"retries", {{{"outcome", number % 2 == 0 ? "failed" : "success"}, {"durationMs", 1000}}}}});
    const std::string made = body_of(call(test::retry(kFailed))).value("id", "refused");
    steer("PUT", "/clock", {{"advanceMs", 1000 + number}});
    const Json run = body_of(call(test::get(made)))["items"][0];
    story += run["metrics"]["statusSummary"]["status"].get<std::string>() + " ";
    steer("POST", "/faults",
          {{"type", "status"}, {"attributes", {{"status", 503}}}, {"times", number % 4 + 1}});
    int failures = 0;
    while (call(test::get(kFailed)).status == 503) {
      ++failures;
    }
    story += std::to_string(failures) + " ";
    story += std::to_string(body_of(steer("GET", "/requests/count"))["count"].get<int>()) + " ";
    story += std::to_string(body_of(steer("GET", "/clock"))["nowMs"].get<std::int64_t>() - test::kNow) + " ";
    story += std::to_string(body_of(steer("GET", "/runs"))["runs"].size()) + "; ";
  }
  return story;
}

TEST(Isolation, ThirtyTwoScenariosSideBySideDoNotSeeEachOther) {
  Steered mock;
  std::vector<std::future<std::string>> stories;
  for (int number = 0; number < 32; ++number) {
    stories.push_back(std::async(std::launch::async, [&mock, number] { return scenario(mock, number); }));
  }
  for (int number = 0; number < 32; ++number) {
    const std::string round = std::string(number % 2 == 0 ? "failed " : "success ") +
                              std::to_string(number % 4 + 1) + " " + std::to_string(number % 4 + 4) + " " +
                              std::to_string(1000 + number) + " " +
                              std::to_string(built_in_seed().run_count() + 1) + "; ";
    EXPECT_EQ(stories[static_cast<std::size_t>(number)].get(), round + round + round) << number;
  }
}

} // namespace

} // namespace flow::mock
