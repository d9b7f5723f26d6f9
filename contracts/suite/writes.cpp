#include "contracts/suite/writes.hpp"

#include <algorithm>

#include "common/json_text.hpp"
#include "contracts/model/resources.hpp"

namespace flow::contract {

namespace {

constexpr std::string_view kNotRetriedYet = "the documented run, not retried yet";
constexpr std::string_view kTableWithoutRun = "a flow of a table, scheduled once, without a run";
constexpr std::string_view kDefaultSandbox = "prod"; // openapi, x-sandbox-name

bool is_named(std::string_view state) {
  return !state.empty() && state != kNoSuchRun && state != kNoSuchFlow;
}

bool is_action(const Step &step) {
  return step.method == "POST" && step.path.find("/action") != std::string::npos;
}

bool asks_to_delete(const Step &step) {
  return step.method == "DELETE" || (is_action(step) && step.path.find("op=delete") != std::string::npos);
}

/// The placeholders in the path of the step, without its query.
std::vector<std::string> named_in_path(const Step &step) {
  return placeholders(step.path.substr(0, step.path.find('?')));
}

/// Whether all that the path of the step names is what the clause has created.
bool is_of_created(const Step &step, const Clause &clause) {
  const auto is_created = [&](const std::string &name) {
    return std::any_of(clause.when.begin(), clause.when.end(), [&](const Step &each) {
      return each.method == "POST" && std::any_of(each.captures.begin(), each.captures.end(),
                                                  [&](const Capture &its) { return its.name == name; });
    });
  };
  const auto names = named_in_path(step);
  return !names.empty() && std::all_of(names.begin(), names.end(), is_created);
}

/// Whether a run that the clause has found, and nobody has named, is retried.
bool retries_found_run(const Clause &clause) {
  return std::any_of(clause.when.begin(), clause.when.end(), [&](const Step &step) {
    const auto names = named_in_path(step);
    return is_action(step) && step.path.starts_with("/runs/") &&
           std::any_of(names.begin(), names.end(), [](const std::string &name) { return name != "run"; });
  });
}

bool uses(const Clause &clause, std::string_view placeholder) {
  return std::any_of(clause.when.begin(), clause.when.end(), [&](const Step &step) {
    return std::any_of(step.headers.begin(), step.headers.end(), [&](const auto &header) {
      return header.second.value_or("").find(placeholder) != std::string::npos;
    });
  });
}

/// Whether a call without x-sandbox-name has to succeed.
bool is_about_default_sandbox(const Clause &clause) {
  return std::any_of(clause.when.begin(), clause.when.end(), [](const Step &step) {
    const bool without = std::any_of(step.headers.begin(), step.headers.end(), [](const auto &header) {
      return header.first == "x-sandbox-name" && !header.second;
    });
    return without && step.then.status && *step.then.status < 300;
  });
}

/// What keeps a clause from being judged where it is not alone.
std::optional<std::string> obstacle_in_shared(const Clause &clause, const Target &target) {
  const auto any_step = [&](auto condition) {
    return std::any_of(clause.when.begin(), clause.when.end(), condition);
  };
  if (any_step([](const Step &step) { return step.is_token; })) {
    return "it requests tokens, which only the mock issues on the same host and to everyone";
  }
  if (any_step([](const Step &step) { return step.at_origin && !step.is_token; })) {
    return "it activates audiences, which would be sent to a destination";
  }
  if (uses(clause, "{other_sandbox}")) {
    return "it needs a second sandbox, which only the mock creates on first use";
  }
  if (clause.given == kNotRetriedYet) {
    return "it needs a run that nobody has retried, which only a fresh sandbox of the mock has";
  }
  const auto &last = clause.when.back().then.status;
  if (clause.given == kTableWithoutRun && last && *last < 300) {
    return "it makes the first run of a flow that other clauses need without one";
  }
  if (is_about_default_sandbox(clause) && target.sandbox != kDefaultSandbox) {
    return "it is about the default sandbox, prod";
  }
  if (is_named(clause.given) &&
      any_step([&](const Step &step) { return asks_to_delete(step) && !is_of_created(step, clause); })) {
    return "it sends a deletion, and the suite deletes only what it has created";
  }
  if (retries_found_run(clause)) {
    return "it retries a run that it finds in a list, and only runs of the states file are retried";
  }
  if (needs_own_run(clause) && !target.states.contains(kFlowScheduledOnce)) {
    return "it ends a run, which it would create for '" + std::string(kFlowScheduledOnce) +
           "', and the states file names none";
  }
  return std::nullopt;
}

std::string named(std::string_view state, const Target &target) {
  if (!is_named(state)) {
    return "nothing that exists";
  }
  const auto found = target.states.find(state);
  const std::string id = found == target.states.end() ? "?" : found->second;
  return std::string(given_by(state)) + " " + id + " (" + std::string(state) + ")";
}

/// The resource that the step creates one of, but for runs; null where it creates none.
const Resource *made_by(const Step &step) {
  const std::string_view path = std::string_view(step.path).substr(0, step.path.find('?'));
  const auto &all = resources();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Resource &resource) {
    return path == "/" + resource.name && resource.name != "runs";
  });
  return step.method == "POST" && found != all.end() ? &*found : nullptr;
}

Write write_of(const Step &step, const Clause &clause, const Target &target) {
  const auto is = [&](std::string_view placeholder) {
    return (step.path + step.body.value_or("")).find(placeholder) != std::string::npos;
  };
  if (const Resource *made = made_by(step)) {
    return {WriteKind::create, "a " + made->singular};
  }
  const bool own = target.is_shared() && needs_own_run(clause);
  const bool of_given = !clause.given.empty() && is("{" + std::string(given_by(clause.given)) + "}");
  const std::string subject = own                           ? "a run that it has created"
                              : is_of_created(step, clause) ? "what it has created"
                              : of_given                    ? named(clause.given, target)
                                                            : named("", target);
  if (is_action(step)) {
    const bool retries = step.path.find("op=re-trigger") != std::string::npos ||
                         step.path.find("op=RE_TRIGGER") != std::string::npos;
    return {retries ? WriteKind::retry : WriteKind::other, subject};
  }
  const bool creates = step.method == "POST" && step.path.starts_with("/runs") && !is("{run}");
  if (creates) {
    return {WriteKind::create, "a run for " + subject};
  }
  return {step.method == "PUT" ? WriteKind::update : WriteKind::other, subject};
}

} // namespace

bool writes(const Step &step) {
  return !step.is_token && step.method != "GET" && step.method != "HEAD";
}

bool writes(const Clause &clause) {
  return std::any_of(clause.when.begin(), clause.when.end(), [](const Step &step) { return writes(step); });
}

bool needs_own_run(const Clause &clause) {
  return clause.given == kRunInProgress &&
         std::any_of(clause.when.begin(), clause.when.end(), [](const Step &step) {
           const Json body = json_or_discarded(step.body.value_or(""));
           return writes(step) && body.is_object() &&
                  (body.contains("metrics") || body.contains("activities"));
         });
}

std::vector<Write> writes_of(const Clause &clause, const Target &target) {
  std::vector<Write> all;
  if (target.is_shared() && needs_own_run(clause)) {
    all.push_back({WriteKind::create, "a run for " + named(kFlowScheduledOnce, target)});
  }
  for (const Step &step : clause.when) {
    if (writes(step)) {
      all.push_back(write_of(step, clause, target));
    }
  }
  return all;
}

std::optional<std::string> obstacle(const Clause &clause, const Target &target) {
  if (writes(clause) && !target.may_write) {
    return "it writes, and the server is not a flow-mock; --allow-writes allows it";
  }
  if (is_named(clause.given) && !target.states.contains(clause.given)) {
    return "no " + std::string(given_by(clause.given)) + " is given for the state '" + clause.given + "'";
  }
  return target.is_shared() ? obstacle_in_shared(clause, target) : std::nullopt;
}

} // namespace flow::contract
