#include "contracts/suite/run.hpp"

#include <algorithm>
#include <optional>

#include <fnmatch.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "common/text.hpp"
#include "contracts/suite/bindings.hpp"

namespace flow::contract {

namespace {

std::string fresh_uuid() {
  return boost::uuids::to_string(boost::uuids::random_generator()());
}

bool uses(const Clause &clause, std::string_view placeholder) {
  return std::any_of(clause.when.begin(), clause.when.end(), [&](const Step &step) {
    return std::any_of(step.headers.begin(), step.headers.end(), [&](const auto &header) {
      return header.second.value_or("").find(placeholder) != std::string::npos;
    });
  });
}

/// Why the clause cannot be judged on this target; none when it can.
std::optional<std::string> obstacle(const Clause &clause, const Target &target) {
  const bool is_made_up = clause.given.empty() || clause.given == kNoSuchRun || clause.given == kNoSuchFlow;
  if (!is_made_up && !target.states.contains(clause.given)) {
    return "no " + std::string(given_by(clause.given)) + " is named for the state '" + clause.given + "'";
  }
  if (!target.sandbox.empty() &&
      std::any_of(clause.when.begin(), clause.when.end(), [](const Step &step) { return step.at_origin; })) {
    return "it asks for tokens, which only the mock gives at the same host and to everyone";
  }
  if (!target.sandbox.empty() && uses(clause, "{other_sandbox}")) {
    return "it needs a second sandbox, which only the mock makes up at a name";
  }
  return std::nullopt;
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
      step.at_origin ? std::vector<std::pair<std::string, std::string>>() : usual_headers(step.method);
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
  const std::string base =
      step.at_origin ? target.base_url.substr(0, target.base_url.size() - kBasePath.size()) : target.base_url;
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
std::vector<Deviation> judge_step(const Step &step, const HttpResponse &response, Bindings &bindings) {
  std::vector<Deviation> missing;
  for (const Capture &capture : step.captures) {
    if (auto value = captured(capture, response)) {
      bindings[capture.name] = *std::move(value);
    } else {
      const std::string where =
          capture.header.empty() ? "body " + capture.pointer : "header " + capture.header;
      missing.push_back({where, "a value", "nothing, with status " + std::to_string(response.status)});
    }
  }
  auto deviations = judge(step.then, response, bindings);
  return deviations.empty() ? missing : deviations;
}

} // namespace

Target Target::mock(std::string base_url) {
  const auto &states = built_in_states();
  Target target{.base_url = std::move(base_url)};
  target.states = {states.begin(), states.end()};
  return target;
}

std::string service_url(std::string_view base_url) {
  while (base_url.ends_with('/')) {
    base_url.remove_suffix(1);
  }
  std::string url(base_url);
  return base_url.ends_with(kBasePath) ? url : url.append(kBasePath);
}

HttpResponse ask(HttpSender &sender, const HttpRequest &request) {
  using std::chrono::milliseconds;
  HttpRequest sent = request;
  sent.headers.emplace_back("User-Agent", "flow-contract");
  sent.idempotent = request.method != "POST" && request.method != "PATCH"; // RFC 9110, 9.2.2
  return sender.send(sent, {.connect = milliseconds(5'000), .whole = milliseconds(10'000)});
}

Verdict run_clause(const Clause &clause, const Target &target, HttpSender &sender) {
  Verdict verdict{.clause = &clause};
  if (auto reason = obstacle(clause, target)) {
    verdict.outcome = Outcome::skipped;
    verdict.reason = *std::move(reason);
    return verdict;
  }
  Bindings bindings = bindings_for(clause, target);
  for (const Step &step : clause.when) {
    verdict.requests.push_back(request_of(step, target, bindings));
    try {
      verdict.deviations = judge_step(step, ask(sender, verdict.requests.back()), bindings);
    } catch (const HttpFailure &error) {
      verdict.deviations = {{"exchange", "an answer", error.what()}};
    }
    if (!verdict.deviations.empty()) {
      verdict.outcome = Outcome::broken;
      return verdict; // the later steps stand on this one
    }
  }
  return verdict;
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
  std::erase_if(clauses, [&](const Clause *clause) {
    return (!clause->reading.empty() && clause->reading != target.reading) ||
           (!clause->edition.empty() && clause->edition != target.edition);
  });
  return clauses;
}

} // namespace flow::contract
