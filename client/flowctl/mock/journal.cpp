#include <memory>
#include <utility>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/percent_encoding.hpp"

namespace flow::client {

namespace {

struct JournalArguments {
  bool of_all = false;
  std::vector<std::pair<std::string, std::string>> filters; ///< parameter and value
  bool count = false;
  bool clear = false;
};

std::string violated_clauses(const Json &request) {
  std::vector<std::string> ids;
  for (const Json &clause : at(request, "clauses")) {
    if (at(clause, "violated") == true) {
      ids.push_back(text(at(clause, "id")));
    }
  }
  return joined(ids, ",");
}

/// "0.35"
std::string milliseconds_of(const Json &us) {
  const auto duration_us = number(us);
  if (!duration_us) {
    return "";
  }
  const std::string hundredths = std::to_string(*duration_us % 1000 / 10);
  return std::to_string(*duration_us / 1000) + "." + (hundredths.size() == 1 ? "0" : "") + hundredths;
}

std::string text_of_journal(const Json &answer, bool of_all) {
  std::vector<Row> rows{
      {"NO", "TIME (UTC)", "MS", "STATUS", "ERROR", "OPERATION", "RUN", "FAULT", "VIOLATED", "REQUEST"}};
  for (const Json &request : at(answer, "requests")) {
    rows.push_back({plain(at(request, "number")), instant(at(request, "atMs")),
                    milliseconds_of(at(request, "durationUs")), plain(at(request, "status")),
                    plain(at(request, "error")), text(at(request, "operation")), text(at(request, "run")),
                    plain(at(request, "fault")), violated_clauses(request),
                    text(at(request, "method")) + " " + text(at(request, "target"))});
  }
  if (of_all) {
    add_owners(rows, at(answer, "requests"));
  }
  return table(rows) + dropped(answer, "request");
}

/// "2 requests from … to …, at least 5s apart"
std::string text_of_count(const Json &answer) {
  const std::int64_t count = number(at(answer, "count")).value_or(0);
  std::string sentence = counted(count, "request");
  const std::string first = instant(at(answer, "firstMs"));
  const std::string last = instant(at(answer, "lastMs"));
  if (count == 1) {
    sentence += first.empty() ? "" : " at " + first + " UTC";
  } else if (count > 1 && !first.empty() && !last.empty()) {
    const std::string gap = duration(at(answer, "shortestGapMs"));
    sentence +=
        " from " + first + " to " + last + " UTC" + (gap.empty() ? "" : ", at least " + gap + " apart");
  }
  return sentence + "\n" + dropped(answer, "request");
}

MockCall journal_call(const JournalArguments &given, const MockSettings &mock) {
  std::string query;
  for (const auto &[name, value] : given.filters) {
    query += (query.empty() ? "?" : "&") + name + "=" + percent_encoded(value);
  }
  if (given.count) {
    return {{"GET", path(mock, "/requests/count", given.of_all) + query}, text_of_count};
  }
  const std::string target = path(mock, "/requests", given.of_all) + query;
  if (given.clear) {
    return {{"DELETE", target},
            sentence(query.empty() ? "the journal is empty" : "these requests are deleted")};
  }
  return {{"GET", target},
          [of_all = given.of_all](const Json &answer) { return text_of_journal(answer, of_all); }};
}

} // namespace

void add_mock_journal(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(mock, "journal", "List the requests that the mock has answered");
  const auto given = std::make_shared<JournalArguments>();
  command.add_flag("--any-sandbox", given->of_all, "Requests of all sandboxes, and those that reached none");
  for (const auto &[name, about] : {std::pair{"run", "Only requests about this run"},
                                    {"status", "Only those answered with this status"},
                                    {"operation", "Only those of this operation: retry_run, get_run, …"},
                                    {"method", "Only those with this method"},
                                    {"path", "Only those with this path"},
                                    {"fault", "Only those that this fault was applied to"},
                                    {"clause", "Only those that this clause of the contract applies to"}}) {
    command
        .add_option_function<std::string>(
            std::string("--") + name,
            [given, name = name](const std::string &value) { given->filters.emplace_back(name, value); },
            about)
        ->type_name("TEXT");
  }
  command.add_flag_callback(
      "--violated", [given] { given->filters.emplace_back("violated", "true"); },
      "Only those that break the contract");
  CLI::Option *clear = command.add_flag("--clear", given->clear, "Delete the requests recorded so far");
  CLI::Option *limit =
      command
          .add_option_function<int>(
              "--limit", [given](int limit) { given->filters.emplace_back("limit", std::to_string(limit)); },
              "Maximum number to list: the latest ones")
          ->check(CLI::Range(1, 1'000'000).description(""))
          ->type_name("N");
  command.add_flag("--count", given->count, "Only print their number, and the shortest time between two")
      ->excludes(clear)
      ->excludes(limit);
  on_mock_call(command, session, [given](const MockSettings &mock) { return journal_call(*given, mock); });
}

} // namespace flow::client
