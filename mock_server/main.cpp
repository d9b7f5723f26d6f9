#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

#include "common/printable.hpp"
#include "common/standard_streams.hpp"
#include "common/whole_file.hpp"
#include "mock_server/access_log.hpp"
#include "mock_server/admin/control_api.hpp"
#include "mock_server/http/http_server.hpp"
#include "mock_server/http/open_files.hpp"
#include "mock_server/http/tls.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/log.hpp"
#include "mock_server/memory_reserve.hpp"
#include "mock_server/options.hpp"
#include "mock_server/service.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/tls/certificates.hpp"
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

/// Where clients come in. `https`: 0 where there is no such port.
struct Ports {
  int http = 0;
  int https = 0;
};

void say_where(const Options &options, Ports ports) {
  const std::string host =
      options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
  std::cout << "flow-mock listening on http://" << host << ":" << ports.http << '\n';
  if (ports.https != 0) {
    std::cout << "flow-mock listening on https://" << host << ":" << ports.https << '\n';
  }
  if (!options.https.folder.empty() && options.log_level < spdlog::level::err) {
    const auto authority = std::filesystem::absolute(options.https.folder) / "ca.pem";
    std::cout << flow::printable_lines(trust_advice(authority.lexically_normal(), options.host, ports.https));
  }
  std::cout << std::flush;
  if (const auto problem = flow::standard_output_problem()) {
    throw std::runtime_error(*problem + "; redirect it, e.g. to /dev/null");
  }
}

/// Null where there is no HTTPS. Throws TlsError and flow::FileError, which name the option.
std::shared_ptr<TlsContext> tls_of(const HttpsOptions &https) {
  if (!https.port) {
    return nullptr;
  }
  const bool is_made = !https.folder.empty();
  try {
    const Certificate certificate =
        is_made ? certificate_in(https.folder, https.names, std::time(nullptr))
                : Certificate{flow::read_whole(https.certificate_file), flow::read_whole(https.key_file)};
    return tls_context(certificate.chain, certificate.key);
  } catch (const std::runtime_error &error) {
    throw TlsError((is_made ? "--tls-auto " + https.folder
                            : "--tls-cert " + https.certificate_file + " with --tls-key " + https.key_file) +
                   ": " + error.what());
  }
}

int listen(HttpServer &server, const Options &options, const std::string &port_option, int port,
           std::shared_ptr<TlsContext> tls) {
  try {
    return server.start(options.host, port, std::move(tls));
  } catch (const std::exception &error) {
    throw std::runtime_error("cannot listen on " + options.host + ":" + std::to_string(port) + ": " +
                             error.what() + "; choose another --host or " + port_option +
                             " (0 picks a free port)");
  }
}

Ports listen(HttpServer &server, const Options &options) {
  const auto tls = tls_of(options.https);
  Ports ports{.http = listen(server, options, "--port", options.port, nullptr)};
  if (tls) {
    ports.https = listen(server, options, "--https-port", *options.https.port, tls);
  }
  return ports;
}

ServerLimits limits_of(const Options &options, spdlog::logger &log) {
  ServerLimits limits;
  limits.threads = options.threads;
  limits.connections = make_room_for_connections(options.connections.value_or(kUsualConnections));
  if (options.connections && limits.connections < *options.connections) {
    log.warn("serving {} connections at once, not {}, as the hard limit of open files is low: ulimit -Hn "
             "raises it",
             limits.connections, *options.connections);
  }
  return limits;
}

/// What a test run leaves behind. Returns the exit code.
int report(const Options &options, ServiceState &state, LogWriter &standard_error) {
  for (const auto &sandbox : state.sandboxes.all()) {
    end_expectations(state, *sandbox);
  }
  const bool violated = options.fail_on_violation && state.violations.total() > 0;
  if (violated) {
    standard_error.write(flow::printable_lines(violations_text(state.violations)));
  }
  if (!options.coverage_file.empty()) {
    write_file("--coverage-file", options.coverage_file,
               coverage_json(state.coverage, state.settings).dump(2));
  }
  return violated ? kViolated : 0;
}

int serve(const Options &options, const sigset_t &stop_signals, LogWriter &standard_error) {
  const auto log = log_to(standard_error, options.log_level);
  check_writable("--port-file", options.port_file);
  check_writable("--https-port-file", options.https.port_file);
  check_writable("--coverage-file", options.coverage_file);
  const MemoryReserve reserve(kMemoryReserve);
  FlowService service(options.settings, [log](std::string_view line) { log->error("{}", line); });
  HttpServer server(
      logged([&service](const Request &request) { return service.handle(request); }, log),
      limits_of(options, *log), [log](const std::string &sentence) { log->warn("{}", sentence); },
      admin::is_for);
  const Ports ports = listen(server, options);
  if (!options.settings.control.enabled) {
    log->warn("the control API is off, as other machines can reach {}: --admin-token TOKEN turns it on",
              options.host);
  }
  say_where(options, ports);
  if (!options.port_file.empty()) {
    write_file("--port-file", options.port_file, std::to_string(ports.http));
  }
  if (!options.https.port_file.empty()) {
    write_file("--https-port-file", options.https.port_file, std::to_string(ports.https));
  }
  int received = 0;
  sigwait(&stop_signals, &received);
  const bool all_ended = server.stop(std::chrono::milliseconds(options.shutdown_timeout_ms));
  log->info("stopped signal={}", received == SIGINT ? "SIGINT" : "SIGTERM");
  const int exit_code = report(options, service.state(), standard_error);
  if (!all_ended) {
    log->warn("a request was not finished within --shutdown-timeout {} ms", options.shutdown_timeout_ms);
    standard_error.end();
    std::_Exit(exit_code); // its thread still uses what would be taken down now
  }
  return exit_code;
}

int serve(const Options &options) {
  const sigset_t stop_signals = block_stop_signals();
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
