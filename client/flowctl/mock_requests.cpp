#include "client/flowctl/mock_requests.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "client/flowctl/fault_entry.hpp"
#include "client/flowctl/mock_tables.hpp"
#include "client/flowctl/text_table.hpp"
#include "client/flowctl/time_text.hpp"
#include "client/url.hpp"
#include "common/printable.hpp"
#include "common/whole_file.hpp"

namespace flow::client {

namespace {

/// A command as it was given.
struct Given {
  const MockArguments &arguments;
  const MockSettings &settings;
};

/// A text as a JSON value, or invalid_argument: a command line may hold any bytes.
std::string body_of(const Json &document) {
  try {
    return document.dump();
  } catch (const Json::exception &) {
    throw std::invalid_argument("an argument is not UTF-8");
  }
}

std::string sandbox_path(const Given &given, const std::string &below) {
  require_sandbox(given.settings);
  return "/sandboxes/" + percent_encode(given.settings.organisation) + "/" +
         percent_encode(given.settings.sandbox) + below;
}

/// Below the sandbox, or below /__admin for all of them.
std::string path(const Given &given, const std::string &below) {
  return given.arguments.global ? below : sandbox_path(given, below);
}

std::function<std::string(const Json &)> sentence(const std::string &text) {
  return [text](const Json &) { return printable(text) + "\n"; };
}

std::string name_of(const Given &given) {
  return "sandbox " + given.settings.sandbox + " of organisation " + given.settings.organisation;
}

/// "5 runs, 4 flows" of a sandbox's summary.
std::string contents_of(const Json &summary) {
  return std::to_string(number(at(summary, "runs")).value_or(0)) + " runs, " +
         std::to_string(number(at(summary, "flows")).value_or(0)) + " flows";
}

MockRequest state(const Given &given) {
  const std::string run = sandbox_path(given, "/runs/" + percent_encode(given.arguments.id));
  if (given.arguments.state.empty()) {
    return {{"GET", run}, readable_run};
  }
  return {{"PUT", run + "/state", body_of({{"state", given.arguments.state}})}, readable_run};
}

MockRequest flow(const Given &given) {
  const std::string entry = sandbox_path(given, "/flows/" + percent_encode(given.arguments.id));
  if (given.arguments.state.empty()) {
    return {{"GET", entry}, readable_flow};
  }
  return {{"PATCH", entry, body_of({{"state", given.arguments.state}})}, readable_flow};
}

Json scripted_outcome(const std::string &word) {
  const std::size_t colon = word.find(':');
  const std::string outcome = word.substr(0, colon); // the mock knows which there are
  if (colon == std::string::npos) {
    return outcome;
  }
  return {{"outcome", outcome}, {"durationMs", parse_duration(word.substr(colon + 1)).count()}};
}

MockRequest script(const Given &given) {
  std::vector<std::string> words = given.arguments.script;
  const std::string &flow_id = given.arguments.flow_id;
  const std::string &id = given.arguments.id; // with --flow, the first outcome stands where the run would
  if (flow_id.empty() && id.empty()) {
    throw std::invalid_argument("whose script? mock script RUN …, or mock script --flow FLOW …");
  }
  if (!flow_id.empty() && !id.empty()) {
    words.insert(words.begin(), id);
  }
  const std::string place =
      flow_id.empty() ? "/runs/" + percent_encode(id) : "/flows/" + percent_encode(flow_id);
  const std::string entry = sandbox_path(given, place);
  if (given.arguments.clear && !words.empty()) {
    throw std::invalid_argument("--clear forgets the script: give it without outcomes");
  }
  if (words.empty() && !given.arguments.clear) {
    return {{"GET", entry}, readable_script};
  }
  Json retries = Json::array();
  for (const std::string &word : words) {
    retries.push_back(scripted_outcome(word));
  }
  return {{"PUT", entry + "/script", body_of({{"retries", retries}})}, readable_script};
}

MockRequest clock(const Given &given) {
  return {{"GET", path(given, "/clock")}, readable_clock};
}

MockRequest move_clock(const Given &given, const Json &change) {
  return {{"PUT", path(given, "/clock"), body_of(change)}, readable_clock};
}

MockRequest freeze(const Given &given) {
  return move_clock(given, {{"frozen", true}});
}

MockRequest resume(const Given &given) {
  return move_clock(given, {{"frozen", false}});
}

MockRequest set_clock(const Given &given) {
  return move_clock(given, {{"nowMs", parse_time(given.arguments.time).time_since_epoch().count()}});
}

MockRequest advance(const Given &given) {
  return move_clock(given, {{"advanceMs", parse_duration(given.arguments.duration).count()}});
}

MockRequest add_fault(const Given &given) {
  return {{"POST", path(given, "/faults"), body_of(fault_entry(given.arguments.fault))},
          [](const Json &fault) { return "fault " + printable(text(at(fault, "id"))) + " added\n"; }};
}

MockRequest list_faults(const Given &given) {
  return {{"GET", path(given, "/faults")}, readable_faults};
}

MockRequest remove_fault(const Given &given) {
  return {{"DELETE", path(given, "/faults/" + percent_encode(given.arguments.id))},
          sentence("fault " + given.arguments.id + " removed")};
}

MockRequest clear_faults(const Given &given) {
  return {{"DELETE", path(given, "/faults")}, sentence("all faults removed")};
}

MockRequest journal(const Given &given) {
  std::string query;
  for (const auto &[name, value] : given.arguments.filters) {
    query += (query.empty() ? "?" : "&") + name + "=" + percent_encode(value);
  }
  if (given.arguments.count) {
    return {{"GET", path(given, "/requests/count") + query}, readable_count};
  }
  const std::string target = path(given, "/requests") + query;
  if (given.arguments.clear) {
    return {{"DELETE", target},
            sentence(query.empty() ? "the journal is empty" : "these requests are forgotten")};
  }
  return {{"GET", target},
          [of_all = given.arguments.global](const Json &answer) { return readable_journal(answer, of_all); }};
}

MockRequest violations(const Given &given) {
  const std::string target = path(given, "/violations");
  if (given.arguments.clear) {
    return {{"DELETE", target}, sentence("the violations are forgotten")};
  }
  return {{"GET", target}, [of_all = given.arguments.global](const Json &answer) {
            return readable_violations(answer, of_all);
          }};
}

MockRequest expect(const Given &given) {
  const MockArguments &arguments = given.arguments;
  return {{"POST", sandbox_path(given, "/expectations"),
           body_of({{"clauses", arguments.clauses}, {"requests", arguments.requests}})},
          readable_expectation};
}

MockRequest coverage(const Given &given) {
  return given.arguments.clear
             ? MockRequest{{"DELETE", "/coverage"}, sentence("no clause counts as exercised any more")}
             : MockRequest{{"GET", "/coverage"}, readable_coverage};
}

MockRequest reset(const Given &given) {
  if (given.arguments.global) {
    return {{"POST", "/reset"}, sentence("every sandbox is as the seed has it")};
  }
  return {{"POST", sandbox_path(given, "/reset")}, [name = name_of(given)](const Json &summary) {
            return printable(name + " is as the seed has it: " + contents_of(summary)) + "\n";
          }};
}

MockRequest snapshot(const Given &given) {
  return {{"GET", sandbox_path(given, "/snapshot")},
          [](const Json &seed) { return printable_json(seed.dump(2)) + "\n"; }};
}

MockRequest restore(const Given &given) {
  const std::string seed = read_whole(given.arguments.file);
  if (seed.empty()) {
    throw std::invalid_argument("the file " + given.arguments.file + " is empty; a seed file is JSON");
  }
  return {{"POST", sandbox_path(given, "/restore"), seed},
          [name = name_of(given), file = given.arguments.file](const Json &summary) {
            return printable(name + " is as " + file + " has it: " + contents_of(summary)) + "\n";
          }};
}

MockRequest webhook(const Given &given) {
  const std::string target = sandbox_path(given, "/webhook");
  if (given.arguments.webhook.empty()) {
    return {{"GET", target}, readable_webhook};
  }
  if (given.arguments.webhook == "off") {
    return {{"DELETE", target}, sentence("no webhook")};
  }
  return {{"PUT", target, body_of({{"url", given.arguments.webhook}})}, readable_webhook};
}

MockRequest events(const Given &given) {
  return {{"GET", sandbox_path(given, "/events")}, readable_events};
}

MockRequest redeliver(const Given &given) {
  return {{"POST", sandbox_path(given, "/events/" + percent_encode(given.arguments.id) + "/redeliver")},
          sentence("event " + given.arguments.id +
                   " is posted once more; what became of it: flowctl mock events")};
}

MockRequest health(const Given & /*given*/) {
  return {{"GET", "/health/ready"},
          [](const Json &health) { return printable(text(at(health, "status"))) + "\n"; }};
}

MockRequest settings(const Given & /*given*/) {
  return {{"GET", "/settings"}, readable_members};
}

struct MockCommand {
  std::string_view name;
  MockRequest (*request)(const Given &given);
};

constexpr std::array kCommands{
    MockCommand{"state", state},
    MockCommand{"flow", flow},
    MockCommand{"script", script},
    MockCommand{"clock", clock},
    MockCommand{"clock freeze", freeze},
    MockCommand{"clock resume", resume},
    MockCommand{"clock set", set_clock},
    MockCommand{"clock advance", advance},
    MockCommand{"fault add", add_fault},
    MockCommand{"fault list", list_faults},
    MockCommand{"fault remove", remove_fault},
    MockCommand{"fault clear", clear_faults},
    MockCommand{"journal", journal},
    MockCommand{"violations", violations},
    MockCommand{"expect", expect},
    MockCommand{"coverage", coverage},
    MockCommand{"reset", reset},
    MockCommand{"snapshot", snapshot},
    MockCommand{"restore", restore},
    MockCommand{"webhook", webhook},
    MockCommand{"events", events},
    MockCommand{"redeliver", redeliver},
    MockCommand{"health", health},
    MockCommand{"settings", settings},
};

} // namespace

MockRequest mock_request(const std::string &command, const MockArguments &arguments,
                         const MockSettings &settings) {
  const auto *const known = std::find_if(kCommands.begin(), kCommands.end(),
                                         [&](const MockCommand &each) { return each.name == command; });
  if (known == kCommands.end()) {
    throw std::logic_error("no such command: mock " + command);
  }
  return known->request({arguments, settings});
}

} // namespace flow::client
