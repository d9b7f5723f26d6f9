#include <memory>
#include <stdexcept>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/percent_encoding.hpp"

namespace flow::client {

namespace {

std::string text_of_runs(const Json &answer) {
  std::vector<Row> rows{{"RUN", "FLOW", "STATE", "CREATED (UTC)", "SCRIPT"}};
  for (const Json &run : at(answer, "runs")) {
    rows.push_back({text(at(run, "id")), text(at(run, "flowId")), state_of(run),
                    instant(at(run, "createdAt")), script_of(run)});
  }
  std::string shown = table(rows);
  const auto total = number(at(answer, "total"));
  const auto shown_now = static_cast<std::int64_t>(rows.size()) - 1;
  const std::int64_t next = number(at(answer, "offset")).value_or(0);
  if (total && shown_now > 0 && next < *total - shown_now) {
    shown += "There are " + std::to_string(*total) + " runs; --offset " + std::to_string(next + shown_now) +
             " shows the next ones.\n";
  }
  return shown;
}

/// "RUN[=STATE]", failed if no state is given.
Json run_of(const std::string &word) {
  const std::size_t sign = word.find('=');
  const std::string id = word.substr(0, sign);
  if (id.empty()) {
    throw std::invalid_argument("\"" + word + "\" is not RUN[=STATE]");
  }
  return {{"id", id}, {"state", sign == std::string::npos ? "failed" : word.substr(sign + 1)}};
}

void add_run_list(CLI::App &run, Session &session) {
  CLI::App &list = add_mock_command(run, "list", "List the runs, with their scripts");
  struct Page {
    std::vector<std::string> properties;
    std::size_t offset = 0, limit = 1000;
  };
  const auto page = std::make_shared<Page>();
  list.add_option("--property", page->properties, "A filter as of flowctl list, e.g. state==failed")
      ->type_name("FILTER");
  list.add_option("--offset", page->offset, "Number of the first run shown, from 0")->type_name("NUMBER");
  list.add_option("--limit", page->limit, "Most runs shown")
      ->check(CLI::Range(1, 10'000))
      ->type_name("NUMBER")
      ->capture_default_str();
  on_mock_call(list, session, [page](const MockSettings &mock) -> MockCall {
    std::string query = "?offset=" + std::to_string(page->offset) + "&limit=" + std::to_string(page->limit);
    for (const std::string &property : page->properties) {
      query += "&property=" + percent_encoded(property);
    }
    return {{"GET", sandbox_path(mock, "/runs" + query)}, text_of_runs};
  });
}

} // namespace

void add_mock_run(CLI::App &mock, Session &session) {
  CLI::App &run = add_mock_command(mock, "run", "List, put and delete runs of a sandbox");
  run.require_subcommand(1);

  add_run_list(run, session);

  struct Given {
    std::string run, flow, state = "failed";
    std::vector<std::string> words;
  };
  const auto given = std::make_shared<Given>();
  CLI::App &put = add_mock_command(run, "put", "Create or replace a run");
  add_id(put, "RUN", "Id of the run", given->run)->required();
  put.add_option("STATE", given->state, kOutcomes)->type_name("")->capture_default_str();
  add_id(put, "--flow", "Id of its flow", given->flow)->required()->type_name("FLOW");
  on_mock_call(put, session, [given](const MockSettings &mock) -> MockCall {
    return {{"PUT", sandbox_path(mock, "/runs/" + percent_encoded(given->run)),
             body_of({{"flowId", given->flow}, {"state", given->state}})},
            sentence("run " + given->run + " is there, " + given->state),
            {{400, "If there is no such flow yet: flowctl mock flow put " + given->flow}}};
  });

  CLI::App &only = add_mock_command(
      run, "only",
      "Let the sandbox hold just these runs, failed if nothing else is said; others are deleted");
  only.footer("flowctl mock run only first second=success third=in-progress\n"
              "They are all of one new flow.\nSettings: flowctl mock --help");
  only.add_option("RUN", given->words, "Ids, and the state of each")->required()->type_name("[=STATE]...");
  on_mock_call(only, session, [given](const MockSettings &mock) -> MockCall {
    Json runs = Json::array();
    for (const std::string &word : given->words) {
      runs.push_back(run_of(word));
    }
    return {{"PUT", sandbox_path(mock, "/runs"), body_of({{"runs", runs}})}, text_of_runs};
  });

  CLI::App &remove = add_mock_command(run, "delete", "Delete a run");
  add_id(remove, "RUN", "Id of the run", given->run)->required();
  on_mock_call(remove, session, [given](const MockSettings &mock) -> MockCall {
    return {{"DELETE", sandbox_path(mock, "/runs/" + percent_encoded(given->run))},
            sentence("run " + given->run + " is deleted"),
            advice_where(mock)};
  });
}

} // namespace flow::client
