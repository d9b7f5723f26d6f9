#include <memory>

#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

struct ClockArguments {
  bool global = false;
  std::string time;
  std::string duration;
};

/// "2026-01-01T00:00:00.000Z, frozen, auto"
std::string text_of_clock(const Json &clock) {
  return printable(text(at(clock, "now"))) + (at(clock, "frozen") == true ? ", frozen" : "") +
         (at(clock, "mode") == "auto" ? ", auto\n" : "\n");
}

/// An offset is from the clock that is set, so the mock reckons it.
Json instant_of(const std::string &time) {
  const std::int64_t ms = parse_time(time).time_since_epoch().count(); // it is one
  return time.front() == '+' || time.front() == '-' ? Json(time) : Json(ms);
}

} // namespace

void add_mock_clock(CLI::App &mock, Session &session) {
  CLI::App &clock = add_mock_command(mock, "clock", "Show or change the time of a sandbox");
  clock.require_subcommand(0, 1);
  const auto given = std::make_shared<ClockArguments>();
  clock.add_flag("--global", given->global,
                 "The mock's clock, which sandboxes without their own clock follow");
  on_mock_call(clock, session, [given](const MockSettings &mock) -> MockCall {
    return {{"GET", path(mock, "/clock", given->global)}, text_of_clock};
  });
  // `change` gives the body of the request.
  const auto moves = [given, &session](CLI::App &command, const std::function<Json()> &change) {
    on_mock_call(command, session, [given, change](const MockSettings &mock) -> MockCall {
      return {{"PUT", path(mock, "/clock", given->global), body_of(change())}, text_of_clock};
    });
  };
  moves(add_mock_command(clock, "freeze", "Stop the clock"), [] { return Json{{"frozen", true}}; });
  moves(add_mock_command(clock, "resume", "Let the clock run again"), [] { return Json{{"frozen", false}}; });
  moves(add_mock_command(clock, "auto", "Let runs in progress be found ended, whoever reads them"), [] {
    return Json{{"mode", "auto"}};
  });
  moves(add_mock_command(clock, "normal", "Let them take their time again"), [] {
    return Json{{"mode", "normal"}};
  });
  CLI::App &set = add_mock_command(clock, "set", "Move the clock forward to a time");
  set.add_option("TIME", given->time, "The new time; +1h is from its present one")->required()->type_name("");
  moves(set, [given] { return Json{{"nowMs", instant_of(given->time)}}; });
  CLI::App &advance = add_mock_command(clock, "advance", "Move the clock forward by a duration");
  advance.add_option("DURATION", given->duration, "500ms, 30s, 5m, 1h")->required()->type_name("");
  moves(advance, [given] { return Json{{"advanceMs", parse_duration(given->duration).count()}}; });
}

} // namespace flow::client
