#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace flow::client {

/// `mock fault add`, as given.
struct FaultArguments {
  std::string type;
  std::vector<std::string> attributes; ///< "key=value"
  std::string at;
  std::string method;
  std::string path;
  std::vector<std::string> headers; ///< "Name: value"
  std::optional<std::int64_t> times;
  std::optional<double> probability;
  std::optional<std::int64_t> seed;
};

/// The command line behind `flowctl mock`, as given.
struct MockArguments {
  std::string id; ///< of the run, flow, fault or event
  std::string state;
  std::vector<std::string> script; ///< "OUTCOME[:DURATION]"; where --flow is given, `id` is the first
  std::string flow_id;
  std::string time;
  std::string duration;
  bool global = false; ///< all sandboxes, and what reaches none
  FaultArguments fault;
  std::vector<std::pair<std::string, std::string>> filters; ///< of the journal: parameter and value
  bool count = false;
  bool clear = false;
  std::string file;
  std::string webhook; ///< URL or "off"
  std::vector<std::string> clauses;
  std::int64_t requests = 1;
};

/// `flowctl mock` and its commands, which fill `arguments` when `app` parses.
void add_mock(CLI::App &app, MockArguments &arguments);

} // namespace flow::client
