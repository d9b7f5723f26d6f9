#include "contracts/suite/run.hpp"

#include <algorithm>
#include <optional>

#include <fnmatch.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "common/json_text.hpp"
#include "common/text.hpp"
#include "contracts/judge/bindings.hpp"
#include "contracts/suite/subjects.hpp"
#include "contracts/suite/whole_list.hpp"
#include "contracts/suite/writes.hpp"

namespace flow::contract {

namespace {

std::string fresh_uuid() {
  return boost::uuids::to_string(boost::uuids::random_generator()());
}

Bindings bindings_for(const Clause &clause, const Target &target) {
  Bindings bindings = {
      {"token", target.token},
      {"api_key", target.api_key},
      {"org", target.org},
      {"sandbox", target.sandbox.empty() ? "contract-" + fresh_uuid() : target.sandbox},
      {"other_sandbox", "contract-" + fresh_uuid()},
  };
  const std::string given(given_by(clause.given));
  if (clause.given == kNoSuchRun || clause.given == kNoSuchFlow) {
    bindings[given] = fresh_uuid();
  } else if (const auto state = target.states.find(clause.given); state != target.states.end()) {
    bindings[given] = state->second;
  }
  return bindings;
}

std::vector<std::pair<std::string, std::string>> usual_headers(const std::string &method) {
  std::vector<std::pair<std::string, std::string>> headers = {{"Authorization", "Bearer {token}"},
                                                              {"x-api-key", "{api_key}"},
                                                              {"x-gw-ims-org-id", "{org}"},
                                                              {"x-sandbox-name", "{sandbox}"}};
  if (method == "POST" || method == "PUT" || method == "PATCH") {
    headers.emplace_back("Content-Type", "application/json");
  }
  return headers;
}

HttpRequest request_of(const Step &step, const Target &target, const Bindings &bindings) {
  auto headers =
      step.is_token ? std::vector<std::pair<std::string, std::string>>() : usual_headers(step.method);
  for (const auto &[name, value] : step.headers) {
    std::erase_if(headers,
                  [&, &name = name](const auto &usual) { return equal_ignoring_case(usual.first, name); });
    if (value) {
      headers.emplace_back(name, *value);
    }
  }
  for (auto &[name, value] : headers) {
    value = substituted_text(value, bindings);
  }
  const std::string base = step.at_origin ? target.origin() : target.base_url;
  HttpRequest request{.method = step.method,
                      .url = base + substituted_path(step.path, bindings),
                      .headers = std::move(headers),
                      .body = std::nullopt};
  if (step.body) {
    request.body = substituted_text(*step.body, bindings);
  }
  return request;
}

/// Binds what the answer gives for later steps, then judges it.
std::vector<Deviation> judge_step(const Clause &clause, const Step &step, const HttpResponse &response,
                                  Bindings &bindings) {
  const Exchange exchange = exchange_of(response);
  std::vector<Deviation> missing;
  for (const Capture &capture : step.captures) {
    if (auto value = captured(capture, exchange)) {
      bindings[capture.name] = *std::move(value);
    } else {
      const std::string where =
          capture.header.empty() ? "body " + capture.pointer : "header " + capture.header;
      missing.push_back({where, "a value", "nothing, with status " + std::to_string(response.status)});
    }
  }
  auto deviations = judge(exchange, clause, &step, bindings).deviations;
  return deviations.empty() ? missing : deviations;
}

/// One attempt at a clause, with what it gathers.
class Attempt {
public:
  Attempt(const Clause &clause, const Target &target, const Ask &ask)
      : clause_(clause), target_(target), ask_(ask),
        bindings_(bindings_for(clause, target)), verdict_{.clause = &clause} {}

  Verdict verdict() {
    try {
      prepare();
      for (const Step &step : clause_.when) {
        judge_answer(step);
        if (!verdict_.deviations.empty()) {
          verdict_.outcome = Outcome::broken;
          break; // the later steps stand on this one
        }
      }
    } catch (const CannotJudge &error) {
      verdict_.outcome = Outcome::skipped;
      verdict_.reason = error.what();
    }
    return std::move(verdict_);
  }

private:
  void judge_answer(const Step &step) {
    try {
      verdict_.deviations = judge_step(clause_, step, send(step), bindings_);
    } catch (const HttpFailure &error) {
      verdict_.deviations = {{"exchange", "an answer", error.what()}};
      verdict_.unanswered = true;
    }
  }

  HttpResponse send(const Step &step) {
    const HttpRequest &request = verdict_.requests.emplace_back(request_of(step, target_, bindings_));
    HttpResponse response = ask_(request);
    if (response.status == 429) {
      throw CannotJudge("the server accepts no more requests for now (429)");
    }
    return target_.is_shared() && lists_whole(request)
               ? whole_list(request, std::move(response), target_, ask_)
               : response;
  }

  /// A sandbox that is shared may not be as the clause needs it.
  void prepare() {
    if (!target_.is_shared() || clause_.given != kRunInProgress) {
      return;
    }
    try {
      if (needs_own_run(clause_)) {
        make_own_run();
      }
      require_in_progress();
    } catch (const HttpFailure &error) {
      throw CannotJudge(std::string("its run could not be prepared: ") + error.what());
    }
  }

  void make_own_run() {
    bindings_["flow"] = target_.states.find(kFlowScheduledOnce)->second;
    Step create = simple_step("POST", "/runs");
    create.body = R"({"flowId":"{flow}","params":{"startTime":"1663735590","windowStartTime":"1651584991",)"
                  R"("windowEndTime":"1651588591"}})";
    const HttpResponse answer = send(create);
    const Json body = json_or_discarded(answer.body);
    for (const char *const place : {"/items/0/id", "/id"}) { // tutorial, openapi
      if (answer.status < 300 && body.contains(Json::json_pointer(place))) {
        bindings_["run"] = body.at(Json::json_pointer(place));
        return;
      }
    }
    throw CannotJudge("the creation of a run for it was answered with status " +
                      std::to_string(answer.status));
  }

  /// Only where the server says otherwise: what else it answers wrongly is the clause's to find.
  void require_in_progress() {
    const HttpResponse answer = ask_(request_of(simple_step("GET", "/runs/{run}"), target_, bindings_));
    const Json body = json_or_discarded(answer.body);
    const Json::json_pointer place("/items/0/metrics/statusSummary/status");
    if (answer.status != 200 || !body.contains(place) || !body.at(place).is_string()) {
      return;
    }
    const std::string status = body.at(place);
    if (!equal_ignoring_case(status, "inProgress") && !equal_ignoring_case(status, "in_progress")) {
      throw CannotJudge("its run " + bindings_["run"].dump() + " is no longer in progress, but " + status);
    }
  }

  static Step simple_step(std::string method, std::string path) {
    Step step;
    step.method = std::move(method);
    step.path = std::move(path);
    return step;
  }

  const Clause &clause_;
  const Target &target_;
  const Ask &ask_;
  Bindings bindings_;
  Verdict verdict_;
};

} // namespace

Target Target::mock(std::string base_url) {
  const auto &states = built_in_states();
  Target target{.base_url = std::move(base_url)};
  target.states = {states.begin(), states.end()};
  return target;
}

std::string service_url(std::string_view base_url, std::string_view base_path) {
  while (base_url.ends_with('/')) {
    base_url.remove_suffix(1);
  }
  std::string url(base_url);
  return base_url.ends_with(base_path) ? url : url.append(base_path);
}

Ask asking(HttpSender &sender, const Target &target) {
  return [&sender, limits = target.limits](const HttpRequest &request) {
    HttpRequest sent = request;
    sent.headers.emplace_back("User-Agent", "flow-contract");
    sent.idempotent = request.method != "POST" && request.method != "PATCH"; // RFC 9110, 9.2.2
    return sender.send(sent, limits);
  };
}

Verdict run_clause(const Clause &clause, const Target &target, const Ask &ask) {
  if (auto reason = obstacle(clause, target)) {
    return {.clause = &clause, .outcome = Outcome::skipped, .reason = *std::move(reason)};
  }
  Verdict verdict = Attempt(clause, target, ask).verdict();
  const bool may_be_chance = target.is_shared() && clause.when.size() > 1 && !writes(clause);
  if (verdict.outcome == Outcome::broken && !verdict.unanswered && may_be_chance) {
    verdict = Attempt(clause, target, ask).verdict();
  }
  return verdict;
}

Verdict run_clause(const Clause &clause, const Target &target, HttpSender &sender) {
  return run_clause(clause, target, asking(sender, target));
}

std::vector<Verdict> run_clauses(std::span<const Clause *const> clauses, const Target &target) {
  HttpSender sender(target.ca_file);
  std::vector<Verdict> verdicts;
  for (const Clause *clause : clauses) {
    verdicts.push_back(run_clause(*clause, target, sender));
  }
  return verdicts;
}

std::vector<const Clause *> matching(std::string_view pattern) {
  const std::string glob(pattern);
  std::vector<const Clause *> chosen;
  for (const Subject &subject : subjects()) {
    for (const Clause &clause : subject.clauses) {
      if (glob.empty() || clause.id.starts_with(glob + "/") ||
          fnmatch(glob.c_str(), clause.id.c_str(), 0) == 0) {
        chosen.push_back(&clause);
      }
    }
  }
  return chosen;
}

std::vector<const Clause *> fitting(std::vector<const Clause *> clauses, const Target &target) {
  std::erase_if(clauses, [&](const Clause *clause) { return !target.reading.has_all(clause->reading); });
  return clauses;
}

} // namespace flow::contract
