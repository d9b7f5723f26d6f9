#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "mock_server/access_log.hpp"
#include "mock_server/connection_room.hpp"
#include "mock_server/http_edge.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/memory_reserve.hpp"
#include "mock_server/options.hpp"
#include "mock_server/service.hpp"
#include "mock_server/service_state.hpp"

namespace {

using namespace flow::mock;

/// More than what the JSON of the largest body takes to be made and taken down.
constexpr std::size_t kMemoryReserve = 48UL * 1024 * 1024;

/// SIGINT and SIGTERM wait to be taken by sigwait. Called before any thread starts, so that all inherit it.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

std::shared_ptr<spdlog::logger> stderr_log(spdlog::level::level_enum level) {
  auto log = spdlog::stderr_logger_mt("flow-mock");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  log->set_level(level);
  return log;
}

/// Whole or not at all: who waits for the file never reads half of it.
void write_file(const std::string &option, const std::string &file, const std::string &text) {
  const std::string unfinished = file + ".tmp";
  std::ofstream out(unfinished);
  out << text << '\n';
  out.close();
  if (!out) {
    throw std::runtime_error(option + " " + file + ": cannot be written");
  }
  std::filesystem::rename(unfinished, file);
}

/// Better now than after all the tests.
void check_writable(const std::string &option, const std::string &file) {
  const std::string unfinished = file + ".tmp";
  if (std::filesystem::is_directory(file) || !std::ofstream(unfinished, std::ios::app)) {
    throw std::runtime_error(option + " " + file +
                             ": cannot be written; name a file in a folder that can be");
  }
  std::filesystem::remove(unfinished);
}

/// What a test run leaves behind. Returns the exit code.
int report(const Options &options, ServiceState &state) {
  const bool violated = options.fail_on_violation && state.violations.total() > 0;
  if (violated) {
    std::cerr << violations_text(state.violations);
  }
  if (!options.coverage_file.empty()) {
    write_file("--coverage-file", options.coverage_file,
               coverage_json(state.coverage, state.settings).dump(2));
  }
  return violated ? kViolated : 0;
}

int serve(const Options &options) {
  const sigset_t stop_signals = block_stop_signals();
  const auto log = stderr_log(options.log_level);
  if (!options.coverage_file.empty()) {
    check_writable("--coverage-file", options.coverage_file);
  }
  const MemoryReserve reserve(kMemoryReserve);
  FlowService service(options.settings);
  EdgeLimits limits;
  const std::size_t wanted = limits.connections;
  limits.connections = make_room_for_connections(wanted);
  if (limits.connections < wanted) {
    log->warn("serving {} connections at once, not {}, as the hard limit of open files is low: ulimit -Hn "
              "raises it",
              limits.connections, wanted);
  }
  HttpEdge edge(logged([&service](const Request &request) { return service.handle(request); }, log), limits,
                [log](const std::string &sentence) { log->warn("{}", sentence); });
  int port = 0;
  try {
    port = edge.start(options.host, options.port);
  } catch (const std::exception &error) {
    std::cerr << "flow-mock: cannot listen on " << options.host << ":" << options.port << ": " << error.what()
              << "; choose another --host or --port (0 picks a free port)\n";
    return kCannotStart;
  }
  if (!options.settings.control.enabled) {
    log->warn("the control API is off, as other machines can reach {}: --admin-token TOKEN turns it on",
              options.host);
  }
  const bool is_v6 = options.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + options.host + "]" : options.host;
  std::cout << "flow-mock listening on http://" << host << ":" << port << std::endl;
  if (!options.port_file.empty()) {
    write_file("--port-file", options.port_file, std::to_string(port));
  }
  int received = 0;
  sigwait(&stop_signals, &received);
  const bool all_ended = edge.stop(std::chrono::milliseconds(options.shutdown_timeout_ms));
  log->info("stopped signal={}", received == SIGINT ? "SIGINT" : "SIGTERM");
  const int exit_code = report(options, service.state());
  if (!all_ended) {
    log->warn("a request was not finished within --shutdown-timeout {} ms", options.shutdown_timeout_ms);
    log->flush();
    std::_Exit(exit_code); // its thread still uses what would be taken down now
  }
  return exit_code;
}

} // namespace

int main(int argc, char **argv) {
  try {
    const auto options = read_options(argc, argv);
    return std::holds_alternative<Options>(options) ? serve(std::get<Options>(options))
                                                    : std::get<int>(options);
  } catch (const std::exception &error) {
    std::cerr << "flow-mock: " << error.what() << '\n';
    return kCannotStart;
  }
}
