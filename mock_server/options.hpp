#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <flow_mock/server.hpp>
#include <spdlog/common.h>

namespace flow::mock {

/// The exit code for options, seeds and addresses that cannot be used.
inline constexpr int kCannotStart = 2;

/// The exit code after a stop by a signal, with --fail-on-violation, when the application broke the contract.
inline constexpr int kViolated = 3;

/// The same, with --fail-on-unused, when something was set up and not used.
inline constexpr int kUnused = 4;

/// The same, with --fail-on-assumed, when an exchange rested on an assumed rule.
inline constexpr int kAssumed = 5;

/// What flow-mock's command line says.
struct Options {
  flow_mock::Settings settings{.port = 8080};
  std::optional<std::size_t> connections; ///< served at once; none: as many as are usual and files allow
  std::string port_file;
  std::string https_port_file;
  std::int64_t shutdown_timeout_ms = 2000; ///< for answers to be finished after SIGINT or SIGTERM
  bool exit_with_parent = false;
  bool fail_on_violation = false;
  bool fail_on_unused = false;
  bool fail_on_assumed = false;
  std::string coverage_file;
  std::string report;
  std::string compare; ///< an earlier --report file
  spdlog::level::level_enum log_level = spdlog::level::info;
};

/// Reads the command line. Returns an exit code instead where there is nothing to serve: 0 after --help or
/// --version, kCannotStart after an error, which has then been said on standard error.
std::variant<Options, int> read_options(int argc, char **argv);

} // namespace flow::mock
