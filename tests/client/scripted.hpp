#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include <flow_client/client.hpp>

/// A network that answers by script and a time that passes by sleeping only.
namespace flow::client {

constexpr const char *kRunId = "4fb0418e-1804-45d6-8d56-dd51f05c0baf";
constexpr const char *kNewRun =
    R"({"id":"3fb0418e-1804-45d6-8d56-dd51f05c0baf","etag":"\"1100c53e-0000-0200-0000-627138980000\""})";

using Script = std::deque<std::variant<Response, TransportFailure>>;

struct ScriptedTransport : Transport {
  Response send(const Request &request) override {
    requests.push_back(request);
    if (script.empty()) {
      ADD_FAILURE() << "a request too many: " << request.method << " " << request.target;
      throw TransportFailure("the script is at its end");
    }
    const auto next = std::move(script.front());
    script.pop_front();
    if (const auto *failure = std::get_if<TransportFailure>(&next)) {
      throw *failure;
    }
    return std::get<Response>(next);
  }

  Script script;
  std::vector<Request> requests;
};

struct SteppedClock : Clock {
  Instant now() override { return Instant(elapsed); }
  std::chrono::system_clock::time_point today() override {
    return std::chrono::sys_days(std::chrono::year(2022) / 5 / 3) + std::chrono::hours(14) + elapsed;
  }
  void sleep_for(std::chrono::milliseconds time) override {
    sleeps.push_back(time);
    elapsed += time;
  }

  std::chrono::milliseconds elapsed{0};
  std::vector<std::chrono::milliseconds> sleeps;
};

inline TransportFailure refused_connection() {
  TransportFailure failure("could not connect");
  failure.may_have_arrived = false;
  return failure;
}

inline TransportFailure lost_answer(bool timed_out = false) {
  TransportFailure failure("the answer was lost");
  failure.timed_out = timed_out;
  return failure;
}

inline Response run_answer(const std::string &status) {
  return {.status = 200,
          .headers = {},
          .body = R"({"items":[{"id":"4fb0418e","metrics":{"statusSummary":{"status":")" + status +
                  R"("}}}],"_links":{}})"};
}

/// A client over a script; jitter takes the whole of each delay unless a test says otherwise.
struct ScriptedClient : ::testing::Test {
  ScriptedClient() {
    settings.base_url = "https://flow.test";
    settings.token = static_token("secret");
    settings.api_key = "key";
    settings.organisation = "org@AdobeOrg";
    settings.sandbox = "prod";
    settings.retry_policy.jitter = [] { return 1.0; };
  }

  Client client(Script script = {}) {
    transport->script = std::move(script);
    return Client(settings, transport, clock);
  }

  /// The Error that `call` throws.
  template <typename CallAny> Error error_of_call(CallAny call) {
    try {
      call();
    } catch (const Error &error) {
      return error;
    }
    ADD_FAILURE() << "no error was thrown";
    return Error("none");
  }

  Error error_of_retry(Script script, const RetryOptions &options = {}) {
    const Client caller = client(std::move(script));
    return error_of_call([&] { caller.retry(kRunId, options); });
  }

  Error error_of_get(Script script) {
    const Client caller = client(std::move(script));
    return error_of_call([&] { caller.get(kRunId); });
  }

  std::vector<int> sleeps_ms() const {
    std::vector<int> counts;
    for (const auto sleep : clock->sleeps) {
      counts.push_back(static_cast<int>(sleep.count()));
    }
    return counts;
  }

  Settings settings;
  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
  std::shared_ptr<SteppedClock> clock = std::make_shared<SteppedClock>();
};

} // namespace flow::client
