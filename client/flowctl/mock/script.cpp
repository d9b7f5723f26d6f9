#include <memory>
#include <stdexcept>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/percent_encoding.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

struct ScriptArguments {
  std::string id;                    ///< of the run; with --flow it is the first outcome
  std::vector<std::string> outcomes; ///< "OUTCOME[:DURATION]"
  std::string flow_id;
  bool clear = false;
};

Json scripted_outcome(const std::string &word) {
  const std::size_t colon = word.find(':');
  const std::string outcome = word.substr(0, colon); // the mock knows which there are
  if (colon == std::string::npos) {
    return outcome;
  }
  return {{"outcome", outcome}, {"durationMs", parse_duration(word.substr(colon + 1)).count()}};
}

std::string text_of_script(const Json &entry) {
  const std::string script = script_of(entry);
  return printable(script.empty() ? "no script: " + text(at(entry, "id")) + " follows the defaults"
                                  : script) +
         "\n";
}

MockCall script_call(const ScriptArguments &given, const MockSettings &mock) {
  std::vector<std::string> words = given.outcomes;
  if (given.flow_id.empty() && given.id.empty()) {
    throw std::invalid_argument("give a run or a flow: mock script RUN …, or mock script --flow FLOW …");
  }
  if (!given.flow_id.empty() && !given.id.empty()) {
    words.insert(words.begin(), given.id);
  }
  const std::string entry =
      sandbox_path(mock, given.flow_id.empty() ? "/runs/" + percent_encoded(given.id)
                                               : "/flows/" + percent_encoded(given.flow_id));
  if (given.clear && !words.empty()) {
    throw std::invalid_argument("--clear removes the script: give it without outcomes");
  }
  if (words.empty() && !given.clear) {
    return {{"GET", entry}, text_of_script, advice_where(mock)};
  }
  Json retries = Json::array();
  for (const std::string &word : words) {
    retries.push_back(scripted_outcome(word));
  }
  return {{"PUT", entry + "/script", body_of({{"retries", retries}})}, text_of_script, advice_where(mock)};
}

} // namespace

void add_mock_script(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(
      mock, "script", "Show or set the outcomes of the next retries of a run, or of new runs of a flow");
  command.footer("flowctl mock script RUN failed failed:30s success:5m\n"
                 "An OUTCOME is " +
                 std::string(kOutcomes) +
                 ".\nA DURATION is how long the run takes.\nSettings and DURATION: flowctl mock --help");
  const auto given = std::make_shared<ScriptArguments>();
  command.add_option("RUN", given->id, "Id of the run; not with --flow")->type_name("");
  command.add_option("OUTCOME", given->outcomes, "The outcomes in order; without any, the script is shown")
      ->type_name("[:DURATION]");
  command.add_flag("--clear", given->clear, "Remove the script");
  command.add_option("--flow", given->flow_id, "Script this flow instead of a run")->type_name("FLOW");
  on_mock_call(command, session, [given](const MockSettings &mock) { return script_call(*given, mock); });
}

} // namespace flow::client
