#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <spdlog/common.h>

#include "mock_server/settings.hpp"

namespace flow::mock {

/// The exit code for options, seeds and addresses that cannot be used.
inline constexpr int kCannotStart = 2;

/// The exit code after a stop by a signal, with --fail-on-violation, when the application broke the contract.
inline constexpr int kViolated = 3;

/// How HTTPS is served, if `port` is set: with the certificate and key of two PEM files, or with those that
/// are made and kept in `folder` (tls/certificates.hpp).
struct HttpsOptions {
  std::optional<int> port; ///< 0: any free one
  std::string port_file;
  std::string certificate_file;
  std::string key_file;
  std::string folder;
  std::vector<std::string> names; ///< besides the usual ones
};

/// What flow-mock's command line says.
struct Options {
  std::string host = "127.0.0.1";
  int port = 8080; ///< 0: any free one
  std::string port_file;
  HttpsOptions https;
  std::size_t threads = 0;                ///< that read, answer and send; 0: as many as the machine has cores
  std::optional<std::size_t> connections; ///< served at once; none: as many as are usual and files allow
  std::int64_t shutdown_timeout_ms = 2000; ///< for answers to be finished after SIGINT or SIGTERM
  bool fail_on_violation = false;
  std::string coverage_file;
  spdlog::level::level_enum log_level = spdlog::level::info;
  Settings settings;
};

/// Reads the command line. Returns an exit code instead where there is nothing to serve: 0 after --help or
/// --version, kCannotStart after an error, which has then been said on standard error.
std::variant<Options, int> read_options(int argc, char **argv);

} // namespace flow::mock
