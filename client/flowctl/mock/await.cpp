#include <chrono>
#include <memory>
#include <string>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/mock/requests.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

struct AwaitArguments {
  bool of_all = false;
  RequestFilters filters;
  std::int64_t count = 1;
  std::string timeout = "5s";
};

constexpr int kTimedOut = 408;

bool has_timed_out(const Json &answer) {
  return at(answer, "errors").is_array();
}

/// "path: /runs/a instead of /runs/b"
std::string text_of_differences(const Json &request) {
  std::vector<std::string> differences;
  for (const Json &each : at(request, "differences")) {
    const std::string is = plain(at(each, "is"));
    differences.push_back(text(at(each, "filter")) + ": " + (is.empty() ? "none" : is) + " instead of " +
                          plain(at(each, "wanted")));
  }
  return joined(differences, ", ");
}

/// What came instead.
std::string text_of_nearest(const Json &answer, const AwaitArguments &given) {
  std::string lines = counted(number(at(answer, "count")).value_or(0), "request") + " of " +
                      std::to_string(given.count) + " came within " + given.timeout + "\n";
  for (const Json &near : at(answer, "nearest")) {
    const Json &request = at(near, "request");
    lines += printable(text(at(request, "method")) + " " + text(at(request, "target")) + " (" +
                       plain(at(request, "status")) + "): " + text_of_differences(near)) +
             "\n";
  }
  return lines;
}

MockCall await_call(const AwaitArguments &given, const MockSettings &mock) {
  const std::chrono::milliseconds patience = parse_duration_or_seconds(given.timeout);
  RequestFilters filters = given.filters;
  filters.emplace_back("count", std::to_string(given.count));
  filters.emplace_back("timeoutMs", std::to_string(patience.count()));
  const auto shown = [given](const Json &answer) {
    return has_timed_out(answer) ? text_of_nearest(answer, given) : text_of_requests(answer, given.of_all);
  };
  return {.request = {.method = "GET",
                      .path = path(mock, "/requests/await", given.of_all) + query_of(filters),
                      .patience = patience,
                      .also_taken = kTimedOut},
          .text = shown,
          .exit_code = [](const Json &answer) {
            if (has_timed_out(answer)) {
              return kNotEnded;
            }
            list_in(answer, "requests");
            return kDone;
          }};
}

} // namespace

void add_mock_await(CLI::App &mock, Session &session) {
  CLI::App &command =
      add_mock_command(mock, "await", "Wait until the mock has answered such requests, and list them");
  command.footer("flowctl mock await --operation retry_run --count 2 --timeout 30s\n"
                 "If they do not come in time, those that differ least are listed, and the exit code is 4.\n"
                 "Settings and DURATION: flowctl mock --help");
  const auto given = std::make_shared<AwaitArguments>();
  command.add_flag("--any-sandbox", given->of_all, "Requests of all sandboxes, and those that reached none");
  add_request_filters(command, {given, &given->filters});
  command.add_option("--count", given->count, "So many of them, past ones included")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}).description(""))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--timeout", given->timeout,
                  "How long to wait at most, up to 10m; a number alone is in seconds")
      ->type_name("DURATION")
      ->capture_default_str();
  on_mock_call(command, session, [given](const MockSettings &mock) { return await_call(*given, mock); });
}

} // namespace flow::client
