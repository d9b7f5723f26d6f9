#include "client/flowctl/mock/mock.hpp"

#include <iostream>
#include <memory>
#include <stdexcept>
#include <utility>

#include "client/flowctl/advice.hpp"
#include "common/percent_encoding.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

std::string advice_on_refusal(int status, const std::map<int, std::string> &of_command) {
  if (status == 401) {
    return "Give the token that the mock was started with: FLOW_MOCK_ADMIN_TOKEN, mock_admin_token in the "
           "settings file, or --admin-token.";
  }
  const auto known = of_command.find(status);
  return known == of_command.end() ? "" : known->second;
}

std::string advice_on_mock(const Error &error, const std::map<int, std::string> &of_command) {
  switch (error.kind) {
  case ErrorKind::service:
    return advice_on_refusal(error.status, of_command);
  case ErrorKind::malformed_answer:
    return "flowctl mock controls a flow-mock, not Flow Service: check the base URL (FLOW_BASE_URL or "
           "--base-url).";
  case ErrorKind::unknown_outcome:
    return "Check the state of the mock before trying again, e.g. with flowctl mock clock, journal or fault "
           "list.";
  default:
    return advice_on(error, "");
  }
}

std::string with_line_break(const std::string &answer) {
  return answer.ends_with('\n') ? answer : answer + "\n";
}

} // namespace

CLI::App &add_mock_command(CLI::App &app, const char *name, const char *about) {
  CLI::App *command = app.add_subcommand(name, about);
  command->footer("Settings, DURATION and TIME: flowctl mock --help");
  return *command;
}

CLI::Option *add_id(CLI::App &command, const char *name, const char *about, std::string &id) {
  const auto not_empty = [](const std::string &text) {
    return text.empty() ? std::string("an id must not be empty") : std::string();
  };
  return command.add_option(name, id, about)->type_name("")->check(not_empty);
}

void on_mock_call(CLI::App &command, Session &session,
                  std::function<MockCall(const MockSettings &mock)> call) {
  const auto made = std::make_shared<MockCall>();
  on_parsed(
      command, session,
      [made, call = std::move(call), &session] {
        const MockSettings mock = mock_settings_from(session.sources);
        *made = call(mock);
        if (made->request.method != "GET") {
          require_agreement(session, "change the mock " + mock.base_url);
        }
        const std::string answer = ControlApi(mock).perform(made->request);
        const Json document = read_answer(answer);
        const ExitCode code = made->exit_code ? made->exit_code(document) : kDone;
        if (!session.json) {
          std::cout << made->text(document);
        } else {
          std::cout << (made->json ? made->json(document) : printable_json(with_line_break(answer)));
        }
        return code;
      },
      [made](const Error &error) { return advice_on_mock(error, made->advice); });
}

std::string sandbox_path(const MockSettings &mock, const std::string &below) {
  require_sandbox(mock);
  return "/sandboxes/" + percent_encoded(mock.organisation) + "/" + percent_encoded(mock.sandbox) + below;
}

std::string path(const MockSettings &mock, const std::string &below, bool of_all) {
  return of_all ? below : sandbox_path(mock, below);
}

std::string name_of_sandbox(const MockSettings &mock) {
  return "sandbox " + mock.sandbox + " of organisation " + mock.organisation;
}

std::map<int, std::string> advice_where(const MockSettings &mock) {
  return {
      {404, "It was looked for in " + name_of_sandbox(mock) + "; choose another with --sandbox and --org."}};
}

std::string body_of(const Json &document) {
  try {
    return document.dump();
  } catch (const Json::exception &) {
    throw std::invalid_argument("an argument is not UTF-8");
  }
}

std::function<std::string(const Json &)> sentence(const std::string &text) {
  return [text](const Json &) { return printable(text) + "\n"; };
}

} // namespace flow::client
