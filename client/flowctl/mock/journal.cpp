#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/mock/requests.hpp"

namespace flow::client {

namespace {

struct JournalArguments {
  bool of_all = false;
  RequestFilters filters;
  bool count = false;
  bool clear = false;
};

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
  const std::string query = query_of(given.filters);
  if (given.count) {
    return {{"GET", path(mock, "/requests/count", given.of_all) + query}, text_of_count};
  }
  const std::string target = path(mock, "/requests", given.of_all) + query;
  if (given.clear) {
    return {{"DELETE", target},
            sentence(query.empty() ? "the journal is empty" : "these requests are deleted")};
  }
  return {{"GET", target},
          [of_all = given.of_all](const Json &answer) { return text_of_requests(answer, of_all); }};
}

} // namespace

void add_mock_journal(CLI::App &mock, Session &session) {
  CLI::App &command = add_mock_command(mock, "journal", "List the requests that the mock has answered");
  const auto given = std::make_shared<JournalArguments>();
  command.add_flag("--any-sandbox", given->of_all, "Requests of all sandboxes, and those that reached none");
  add_request_filters(command, {given, &given->filters});
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
