#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/percent_encoding.hpp"

namespace flow::client {

namespace {

std::string text_of_run(const Json &run) {
  std::string lines =
      line("run", text(at(run, "id"))) + line("flow", text(at(run, "flowId"))) + line("state", state_of(run));
  const Json &ends = at(run, "ends");
  if (ends.is_object()) {
    lines += line("ends", text(at(ends, "outcome")) + " in " + duration(at(ends, "afterMs")));
  }
  return lines + script_line(run);
}

} // namespace

void add_mock_state(CLI::App &mock, Session &session) {
  struct Given {
    std::string run, state;
  };
  CLI::App &command = add_mock_command(mock, "state", "Show or set the state of a run");
  const auto given = std::make_shared<Given>();
  add_id(command, "RUN", "Id of the run", given->run)->required();
  command.add_option("STATE", given->state, kOutcomes)->type_name("");
  on_mock_call(command, session, [given](const MockSettings &mock) -> MockCall {
    const std::string run = sandbox_path(mock, "/runs/" + percent_encoded(given->run));
    if (given->state.empty()) {
      return {{"GET", run}, text_of_run, advice_where(mock)};
    }
    return {{"PUT", run + "/state", body_of({{"state", given->state}})}, text_of_run, advice_where(mock)};
  });
}

} // namespace flow::client
