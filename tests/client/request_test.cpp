#include "tests/client/scripted.hpp"

#include <functional>
#include <sstream>

#include "contracts/model/contract.hpp"
#include "contracts/model/operations.hpp"

namespace flow::client {

namespace {

using RequestSent = ScriptedClient;

std::string header(const Request &request, const std::string &name) {
  return Response{.status = 0, .headers = request.headers, .body = ""}.header(name);
}

/// Of a target's path.
std::vector<std::string> segments_of(const std::string &target) {
  std::istringstream path(target.substr(1, target.find('?') - 1));
  std::vector<std::string> segments;
  for (std::string segment; std::getline(path, segment, '/');) {
    segments.push_back(segment);
  }
  return segments;
}

TEST_F(RequestSent, ARetryIsTheDocumentedPost) {
  client({Response{200, {}, kNewRun}}).retry(kRunId);
  ASSERT_EQ(transport->requests.size(), 1u);
  const Request &request = transport->requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/data/foundation/flowservice/runs/4fb0418e-1804-45d6-8d56-dd51f05c0baf/"
                            "action?op=re-trigger");
  EXPECT_EQ(request.body, "");
  EXPECT_FALSE(request.idempotent);
  EXPECT_EQ(header(request, "Authorization"), "Bearer secret");
  EXPECT_EQ(header(request, "x-api-key"), "key");
  EXPECT_EQ(header(request, "x-gw-ims-org-id"), "org@AdobeOrg");
  EXPECT_EQ(header(request, "x-sandbox-name"), "prod");
  EXPECT_EQ(header(request, "Content-Type"), "application/json");
  EXPECT_EQ(header(request, "If-Match"), "");
}

TEST_F(RequestSent, ARetryAnswersTheNewRunsIdAndEtag) {
  const Client caller = client({Response{200, {}, contract::example("retry-answer").dump()}});
  const NewRun run = caller.retry(kRunId);
  EXPECT_EQ(run.id, "3fb0418e-1804-45d6-8d56-dd51f05c0baf");
  EXPECT_EQ(run.etag, "\"1100c53e-0000-0200-0000-627138980000\"");
}

TEST_F(RequestSent, IfMatchIsSentAsGiven) {
  client({Response{200, {}, kNewRun}}).retry(kRunId, {.if_match = "\"b8003af1\""});
  EXPECT_EQ(header(transport->requests.front(), "If-Match"), "\"b8003af1\"");
}

TEST_F(RequestSent, AGetReadsTheRun) {
  client({run_answer("success")}).get(kRunId);
  const Request &request = transport->requests.front();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/data/foundation/flowservice/runs/4fb0418e-1804-45d6-8d56-dd51f05c0baf");
  EXPECT_TRUE(request.idempotent);
  EXPECT_EQ(request.connect_timeout, settings.timeouts.connect);
  EXPECT_EQ(request.read_timeout, settings.timeouts.read);
}

TEST_F(RequestSent, EachIsAnOperationOfTheContractAndRepeatedAsItSays) {
  settings.retry_policy.attempts = 1;
  const Client caller = client();
  const NewRunRequest request{.flow_id = "f-1", .window = {}};
  for (const auto &[name, call] : std::vector<std::pair<std::string, std::function<void()>>>{
           {"retry_run", [&] { caller.retry("x"); }},
           {"create_run", [&] { caller.create(request); }},
           {"get_run", [&] { caller.get("x"); }},
           {"get_flow", [&] { caller.get_flow("x"); }},
           {"list_runs", [&] { caller.runs().begin(); }},
           {"list_flows", [&] { caller.flows().begin(); }},
           {"list_runs", [&] { caller.count(RunQuery()); }},
           {"list_flows", [&] { caller.count(FlowQuery()); }},
           {"get_run", [&] { caller.wait("x", std::chrono::milliseconds(1)); }},
       }) {
    transport->script = {Response{400, {}, ""}};
    EXPECT_THROW(call(), Error) << name;
    const Request &sent = transport->requests.back();
    const contract::Identified asked = contract::identify(sent.method, segments_of(sent.target));
    ASSERT_NE(asked.operation, nullptr) << name << ": " << sent.target;
    EXPECT_EQ(asked.operation->name, name);
    const contract::Repeat repeat = asked.operation->repeat;
    EXPECT_EQ(sent.idempotent, repeat == contract::Repeat::safe || repeat == contract::Repeat::idempotent)
        << name;
  }
}

TEST_F(RequestSent, IdsArePercentEncoded) {
  client({run_answer("success")}).get("../a b?c=%2F#é");
  EXPECT_EQ(transport->requests.front().target,
            "/data/foundation/flowservice/runs/..%2Fa%20b%3Fc%3D%252F%23%C3%A9");
}

TEST_F(RequestSent, IdsThatNameNoRunAreRefusedBeforeSending) {
  const Client caller = client();
  EXPECT_THROW(caller.get(""), std::invalid_argument);
  EXPECT_THROW(caller.get("."), std::invalid_argument);
  EXPECT_THROW(caller.retry(".."), std::invalid_argument);
}

TEST_F(RequestSent, CredentialsThatAreNotSetAreNotSent) {
  settings.token = nullptr;
  settings.api_key = settings.organisation = settings.sandbox = "";
  client({run_answer("success")}).get(kRunId);
  for (const char *name : {"Authorization", "x-api-key", "x-gw-ims-org-id", "x-sandbox-name"}) {
    EXPECT_EQ(header(transport->requests.front(), name), "") << name;
  }
}

TEST_F(RequestSent, TheTokenIsAskedForBeforeEachAttempt) {
  int asked = 0;
  settings.token = [&] { return "token-" + std::to_string(++asked); };
  client({Response{503, {}, ""}, run_answer("success")}).get(kRunId);
  EXPECT_EQ(header(transport->requests.at(0), "Authorization"), "Bearer token-1");
  EXPECT_EQ(header(transport->requests.at(1), "Authorization"), "Bearer token-2");
}

TEST_F(RequestSent, ALineBreakInASettingCannotMakeAHeader) {
  settings.sandbox = "prod\r\nx-evil: 1";
  EXPECT_THROW(client(), std::invalid_argument);
  settings.sandbox = "prod";
  settings.token = static_token("secret\n");
  EXPECT_THROW(client().get(kRunId), std::invalid_argument);
  settings.token = static_token("secret");
  EXPECT_THROW(client().retry(kRunId, {.if_match = "\"a\"\r\n"}), std::invalid_argument);
}

TEST_F(RequestSent, SettingsThatCannotWorkAreRefused) {
  settings.retry_policy.attempts = 0;
  EXPECT_THROW(client(), std::invalid_argument);
  settings.retry_policy.attempts = 1;
  settings.timeouts.read = std::chrono::milliseconds(0);
  EXPECT_THROW(client(), std::invalid_argument);
}

} // namespace

} // namespace flow::client
