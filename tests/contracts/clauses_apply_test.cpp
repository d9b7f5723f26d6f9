#include <algorithm>
#include <cctype>
#include <set>

#include <gtest/gtest.h>

#include "contracts/judge/bindings.hpp"
#include "contracts/judge/judge.hpp"
#include "contracts/model/resources.hpp"
#include "contracts/suite/run.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/service.hpp"
#include "tests/contracts/each_reading.hpp"

/// What each clause says it applies to, held against what the mock answers to its own steps.
namespace flow::contract {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// An exchange with all that it looks at.
struct Played {
  std::string operation;
  std::string method;
  Pairs headers;
  Pairs query;
  std::string body;
  int status = 0;
  std::string path;
  std::string answer;

  std::string error() const {
    const ErrorEntry *shown = error_in(status, answer);
    return shown == nullptr ? "" : shown->name;
  }
  Exchange exchange() const {
    return {.operation = operation,
            .method = method,
            .path = path,
            .headers = headers,
            .query = query,
            .body = body,
            .status = status,
            .answer = answer};
  }
};

/// The mock without a socket, which would leave out an empty header.
class Server {
public:
  explicit Server(const Reading &reading) : service_(settings(reading)) {}

  /// Plays the steps; the last is what the clause is about.
  Played play(const Clause &clause) {
    Bindings bindings = {{"token", "t"},
                         {"api_key", "k"},
                         {"org", "o@AdobeOrg"},
                         {"sandbox", "sandbox-of-" + clause.id},
                         {"other_sandbox", "another"}};
    const auto &states = built_in_states();
    const auto state = std::find_if(states.begin(), states.end(),
                                    [&](const auto &each) { return each.first == clause.given; });
    bindings[std::string(given_by(clause.given))] =
        state == states.end() ? "00000000-0000-4000-8000-000000000000" : state->second;
    Played played;
    for (const Step &step : clause.when) {
      played = play(step, bindings);
    }
    return played;
  }

private:
  static mock::Settings settings(const Reading &reading) {
    mock::Settings settings;
    settings.reading = reading;
    return settings;
  }

  static Pairs headers_of(const Step &step, const Bindings &bindings) {
    Pairs headers;
    if (!step.is_token) {
      headers = {{"authorization", "Bearer {token}"},
                 {"x-api-key", "{api_key}"},
                 {"x-gw-ims-org-id", "{org}"},
                 {"x-sandbox-name", "{sandbox}"}};
    }
    if (!step.is_token && step.method != "GET" && step.method != "DELETE") {
      headers.emplace_back("content-type", "application/json");
    }
    for (const auto &[name, value] : step.headers) {
      std::string lower = name;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      std::erase_if(headers, [&](const auto &usual) { return usual.first == lower; });
      if (value) {
        headers.emplace_back(lower, *value);
      }
    }
    for (auto &[name, value] : headers) {
      value = substituted_text(value, bindings);
    }
    return headers;
  }

  Played play(const Step &step, Bindings &bindings) {
    Played played;
    played.method = step.method;
    played.headers = headers_of(step, bindings);
    if (step.body) {
      played.body = substituted_text(*step.body, bindings);
      played.headers.emplace_back("content-length", std::to_string(played.body.size()));
    }
    const std::string address =
        (step.at_origin ? "" : std::string(kBasePath)) + substituted_path(step.path, bindings);
    const auto target = mock::parse_target(address);
    played.query = target->query;
    const Identified identified = identify(step.method, target->segments);
    played.operation = identified.operation == nullptr ? "" : identified.operation->name;
    played.path = substituted_path(step.path, bindings);
    played.path.erase(std::min(played.path.find('?'), played.path.size()));
    if (identified.operation != nullptr && identified.operation->body == "form") {
      const auto fields = mock::parse_parameters(played.body);
      played.query.insert(played.query.begin(), fields->begin(), fields->end());
    }

    mock::Request request;
    request.method = played.method;
    request.target = address;
    request.body = played.body;
    for (const auto &[name, value] : played.headers) {
      request.headers.push_back({name, value});
    }
    const mock::Response response = service_.handle(request);
    played.status = response.status;
    played.answer = response.body;

    for (const Capture &capture : step.captures) {
      const HttpResponse received = {
          .status = response.status, .headers = response.headers, .body = response.body};
      bindings[capture.name] = captured(capture, exchange_of(received)).value_or(Json());
    }
    return played;
  }

  mock::FlowService service_;
};

/// The last exchange of a clause in a reading it holds in.
struct Case {
  const Clause *clause;
  const Reading *reading;
  Played played;
};

/// Every clause in each reading it holds in; `readings` have to last.
std::vector<Case> played_in(const std::vector<Reading> &readings) {
  std::vector<Case> all;
  for (const Reading &reading : readings) {
    Server server(reading);
    for (const Clause *each : matching("")) {
      if (reading.has_all(each->reading)) {
        all.push_back({.clause = each, .reading = &reading, .played = server.play(*each)});
      }
    }
  }
  return all;
}

/// They are played once, for all tests.
const std::vector<Case> &cases() {
  static const std::vector<Reading> readings = each_reading();
  static const std::vector<Case> all = played_in(readings);
  return all;
}

/// Each case with the clauses that apply to its exchange and those of them that it breaks.
template <typename Judge> void for_each_played(Judge judge) {
  for (const Case &each : cases()) {
    std::set<std::string> applying;
    std::vector<std::string> breaches;
    Rules::of(*each.reading).applying(each.played.exchange(), [&](ClauseNumber number) {
      applying.insert(clause(number).id);
      if (is_violation(number)) {
        breaches.push_back(clause(number).id);
      }
    });
    SCOPED_TRACE(each.clause->id + " in " + told(*each.reading));
    judge(*each.clause, each.played, applying, breaches);
  }
}

TEST(EveryClause, AppliesToItsOwnExchange) {
  for_each_played([](const Clause &each, const Played &played, const auto &applying, const auto &) {
    EXPECT_TRUE(!each.applies || applying.contains(each.id))
        << each.id << ": " << played.operation << " " << played.status << " " << played.error() << " "
        << played.answer;
  });
}

TEST(EveryClause, IsBrokenByTheApplicationForOneReasonAtMost) {
  for_each_played([](const Clause &each, const Played &, const auto &, const auto &breaches) {
    if (!each.id.starts_with("order/")) { // two things wrong: that is what they are about
      EXPECT_LE(breaches.size(), 1U) << each.id << ": " << (breaches.empty() ? "" : breaches.back());
    }
    EXPECT_TRUE(!each.violation || (breaches.size() == 1 && breaches[0] == each.id)) << each.id;
  });
}

TEST(EveryRefusal, ForWhatTheApplicationSentIsABreach) {
  // Not the application's doing, or not for one exchange to tell.
  std::set<std::string> excused = {"flow-of-run-unknown"};
  for (const Resource &resource : resources()) {
    excused.insert(resource.error_name("not-found"));
    excused.insert(resource.error_name("not-found-message"));
    excused.insert(resource.error_name("version-mismatch"));
  }
  excused.insert("version-mismatch"); // of a run
  for_each_played([&](const Clause &each, const Played &played, const auto &, const auto &breaches) {
    if (played.status >= 400 && !excused.contains(played.error())) {
      EXPECT_FALSE(breaches.empty()) << each.id << ": " << played.status << " " << played.error();
    }
    EXPECT_TRUE(breaches.empty() || played.status >= 400 || each.id.ends_with("undocumented-parameter"))
        << each.id;
  });
}

} // namespace

} // namespace flow::contract
