#include "client/flowctl/mock_commands.hpp"

#include <iostream>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands.hpp"
#include "client/flowctl/exit_code.hpp"
#include "client/flowctl/mock_requests.hpp"
#include "common/printable.hpp"
#include "common/whole_file.hpp"

namespace flow::client {

namespace {

/// What to do about a refusal of the control API, where its own words do not say.
std::string advice_on_refusal(int status, const std::string &command, const MockSettings &settings) {
  if (status == 401) {
    return "Give the token that the mock was started with: FLOW_MOCK_ADMIN_TOKEN, mock_admin_token in the "
           "settings file, or --admin-token.";
  }
  constexpr int kTooLarge = 413;
  if (command == "restore" && status == kTooLarge) {
    return "Over HTTP a snapshot has at most 1 MiB; start a mock with it: flow-mock --seed FILE";
  }
  if (command == "restore") {
    return "The place is in the file; the sandbox is as it was.";
  }
  if (status != 404) {
    return "";
  }
  if (command == "fault remove") {
    return "Which there are: flowctl mock fault list (and with --any-sandbox, those of all sandboxes)";
  }
  const std::string where = "in sandbox " + settings.sandbox + " of organisation " + settings.organisation;
  if (command == "redeliver") {
    return "Which there are " + where + ": flowctl mock events";
  }
  if (command == "webhook" || command == "events") {
    return "Set one: flowctl mock webhook URL";
  }
  const bool is_of_one = command == "state" || command == "flow" || command == "script";
  return is_of_one ? "It was looked for " + where + "; others are named by --sandbox and --org." : "";
}

std::string advice_on(const Error &error, const std::string &command, const MockSettings &settings) {
  switch (error.kind) {
  case ErrorKind::service:
    return advice_on_refusal(error.status, command, settings);
  case ErrorKind::malformed_answer:
    return "flowctl mock steers a flow-mock, not Flow Service: check the base URL (FLOW_BASE_URL or "
           "--base-url).";
  case ErrorKind::unknown_outcome:
    return "See how it stands before asking again, e.g. with flowctl mock clock, journal or fault list.";
  default:
    return client::advice_on(error, "");
  }
}

std::string with_line_break(const std::string &answer) {
  return answer.ends_with('\n') ? answer : answer + "\n";
}

/// Writes the snapshot to the file; what is to be said of it.
std::string keep(const Json &seed, const std::string &text, const Arguments &arguments) {
  const std::string &file = arguments.mock.file;
  write_whole(file, text);
  const std::size_t runs = at(seed, "runs").size();
  const std::size_t flows = at(seed, "flows").size();
  if (arguments.json) {
    const Json summary = {{"file", file}, {"runs", runs}, {"flows", flows}};
    return printable_json(summary.dump(-1, ' ', false, Json::error_handler_t::replace)) + "\n";
  }
  return printable(file) + ": " + std::to_string(runs) + " runs, " + std::to_string(flows) +
         " flows; flow-mock --seed reads it, too\n";
}

} // namespace

int perform_mock(const std::string &command, const Arguments &arguments) {
  const MockSettings settings = mock_settings_from(arguments.flags, arguments.config);
  const MockRequest asked = mock_request(command, arguments.mock, settings);
  std::string answer;
  try {
    answer = ControlApi(settings).perform(asked.request);
  } catch (const Error &error) {
    return tell(error, arguments, advice_on(error, command, settings));
  }
  const Json document = read_answer(answer);
  const bool to_file = command == "snapshot" && !arguments.mock.file.empty();
  if (to_file) {
    std::cout << keep(document, asked.readable(document), arguments);
  } else {
    std::cout << (arguments.json ? printable_json(with_line_break(answer)) : asked.readable(document));
  }
  return kDone;
}

} // namespace flow::client
