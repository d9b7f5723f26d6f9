#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <flow_mock/server.hpp>
#include <unistd.h>

#include "common/printable.hpp"
#include "common/standard_streams.hpp"
#include "common/whole_file.hpp"
#include "contracts/report/earlier.hpp"
#include "mock_server/http/memory_reserve.hpp"
#include "mock_server/http/open_files.hpp"
#include "mock_server/log/log.hpp"
#include "mock_server/options.hpp"
#include "mock_server/parent_watch.hpp"
#include "mock_server/report/sums.hpp"
#include "mock_server/tls/trust_advice.hpp"

namespace {

using namespace flow::mock;

/// More than what the JSON of the largest body takes to be made and taken down.
constexpr std::size_t kMemoryReserve = 32UL * 1024 * 1024;

/// More than any test needs, and less than what would take a machine's memory while all of them are idle.
constexpr std::size_t kUsualConnections = 16'384;

/// SIGINT and SIGTERM wait to be taken by sigwait. Called before any thread starts, so that all inherit it.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Names the option in front of what is wrong with its file.
void write_file(const std::string &option, const std::string &file, const std::string &text) {
  try {
    flow::write_whole(file, text + '\n');
  } catch (const flow::FileError &error) {
    throw flow::FileError(option + ": " + error.what());
  }
}

/// Better now than after all the tests.
void check_writable(const std::string &option, const std::string &file) {
  try {
    if (!file.empty()) {
      flow::check_writable(file);
    }
  } catch (const flow::FileError &error) {
    throw flow::FileError(option + ": " + error.what());
  }
}

/// The page of --compare, empty where none is given; throws where it is none.
std::string earlier_page(const std::string &file) {
  if (file.empty()) {
    return "";
  }
  try {
    return flow::report::earlier_in(file, [](std::string_view page) {
      sums_in(page);
      return std::string(page);
    });
  } catch (const std::runtime_error &error) {
    throw std::runtime_error(std::string("--compare: ") + error.what());
  }
}

void say_where(const Options &options, const flow_mock::Server &server) {
  const flow_mock::Settings &settings = options.settings;
  std::cout << "flow-mock listening on " << server.url() << '\n';
  if (!server.https_url().empty()) {
    std::cout << "flow-mock listening on " << server.https_url() << '\n';
  }
  if (!settings.https.folder.empty() && options.log_level < spdlog::level::err) {
    const auto authority = std::filesystem::absolute(settings.https.folder) / "ca.pem";
    std::cout << flow::printable_lines(
        trust_advice(authority.lexically_normal(), settings.host, server.https_port()));
  }
  std::cout << std::flush;
  if (const auto problem = flow::standard_output_problem()) {
    throw std::runtime_error(*problem + "; redirect it, e.g. to /dev/null");
  }
}

void write_port(const std::string &option, const std::string &file, int port) {
  if (!file.empty()) {
    write_file(option, file, std::to_string(port));
  }
}

/// How many connections can be served at once: as many as were asked for, or are usual, if files allow.
std::size_t connections_of(const Options &options, spdlog::logger &log) {
  const std::size_t room = make_room_for_connections(options.connections.value_or(kUsualConnections));
  if (options.connections && room < *options.connections) {
    log.warn("serving {} connections at once, not {}, as the hard limit of open files is low: ulimit -Hn "
             "raises it",
             room, *options.connections);
  }
  return room;
}

spdlog::level::level_enum spdlog_level(flow_mock::LogLevel level) {
  switch (level) {
  case flow_mock::LogLevel::debug:
    return spdlog::level::debug;
  case flow_mock::LogLevel::info:
    return spdlog::level::info;
  case flow_mock::LogLevel::warn:
    return spdlog::level::warn;
  case flow_mock::LogLevel::error:
    break;
  }
  return spdlog::level::err;
}

/// The settings, with all that the process decides.
flow_mock::Settings settings_in(const Options &options, std::shared_ptr<spdlog::logger> log) {
  flow_mock::Settings settings = options.settings;
  settings.limits.connections = connections_of(options, *log);
  using flow_mock::LogLevel;
  for (const LogLevel level : {LogLevel::error, LogLevel::warn, LogLevel::info, LogLevel::debug}) {
    if (log->should_log(spdlog_level(level))) {
      settings.log_level = level;
    }
  }
  settings.log = [log = std::move(log)](LogLevel level, std::string_view line) {
    log->log(spdlog_level(level), "{}", line);
  };
  return settings;
}

/// What a test run leaves behind. Returns the exit code.
int report(const Options &options, const flow_mock::Server &server, const std::string &earlier,
           LogWriter &standard_error) {
  const bool violated = options.fail_on_violation && server.violations() > 0;
  if (violated) {
    standard_error.write(flow::printable_lines(server.violations_text()));
  }
  const std::string unused = options.fail_on_unused ? server.unused_text() : "";
  if (!unused.empty()) {
    standard_error.write(flow::printable_lines(unused));
  }
  const std::string assumed = options.fail_on_assumed ? server.assumed_text() : "";
  if (!assumed.empty()) {
    standard_error.write(flow::printable_lines(assumed));
  }
  if (!options.coverage_file.empty()) {
    write_file("--coverage-file", options.coverage_file, server.coverage());
  }
  if (!options.report.empty()) {
    write_file("--report", options.report, server.report(earlier));
  }
  return violated ? kViolated : !unused.empty() ? kUnused : !assumed.empty() ? kAssumed : 0;
}

int serve(const Options &options, const sigset_t &stop_signals, LogWriter &standard_error) {
  const auto log = log_to(standard_error, options.log_level);
  check_writable("--port-file", options.port_file);
  check_writable("--https-port-file", options.https_port_file);
  check_writable("--coverage-file", options.coverage_file);
  check_writable("--report", options.report);
  const std::string earlier = earlier_page(options.compare);
  const MemoryReserve reserve(kMemoryReserve);
  const MemoryReserve::Claim claim; // what the server keeps is taken down here
  flow_mock::Server server(settings_in(options, log));
  server.start();
  if (options.exit_with_parent) {
    stop_with_parent();
  }
  say_where(options, server);
  write_port("--port-file", options.port_file, server.port());
  write_port("--https-port-file", options.https_port_file, server.https_port());
  int received = 0;
  sigwait(&stop_signals, &received);
  const bool all_ended = server.stop(std::chrono::milliseconds(options.shutdown_timeout_ms));
  log->info("stopped signal={}", received == SIGINT ? "SIGINT" : "SIGTERM");
  const int exit_code = report(options, server, earlier, standard_error);
  if (!all_ended) {
    log->warn("a request was not finished within --shutdown-timeout {} ms", options.shutdown_timeout_ms);
    standard_error.end();
    std::_Exit(exit_code); // its thread still uses what would be taken down now
  }
  return exit_code;
}

int serve(const Options &options) {
  const sigset_t stop_signals = block_stop_signals();
  std::signal(SIGXFSZ, SIG_IGN); // a file beyond its limit (ulimit -f) is an error like a full disk
  LogWriter standard_error(STDERR_FILENO);
  try {
    return serve(options, stop_signals, standard_error);
  } catch (const std::exception &error) {
    // Not by std::cerr: nobody may be reading it, and the end must not wait.
    standard_error.write("flow-mock: " + flow::printable_lines(error.what()) + '\n');
    return kCannotStart;
  }
}

} // namespace

int main(int argc, char **argv) {
  flow::guard_standard_streams();
  try {
    const auto options = read_options(argc, argv);
    return std::holds_alternative<Options>(options)
               ? serve(std::get<Options>(options))
               : flow::exit_code_after_output("flow-mock", std::get<int>(options), kCannotStart);
  } catch (const std::exception &error) {
    std::cerr << "flow-mock: " << flow::printable_lines(error.what()) << '\n';
    return kCannotStart;
  }
}
