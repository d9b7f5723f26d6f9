#include <flow_mock/server.hpp>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <new>
#include <optional>
#include <utility>

#include "common/whole_file.hpp"
#include "contracts/report/earlier.hpp"
#include "mock_server/admin/control_api.hpp"
#include "mock_server/http/awaited.hpp"
#include "mock_server/http/http_server.hpp"
#include "mock_server/http/memory_reserve.hpp"
#include "mock_server/http/stream.hpp"
#include "mock_server/http/tls.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/log/access_log.hpp"
#include "mock_server/report/report_page.hpp"
#include "mock_server/service.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/tls/certificates.hpp"

namespace flow_mock {

namespace mock = flow::mock;

namespace {

/// The same; throws Error where a setting lacks another, or contradicts it.
const Https &checked(const Https &https) {
  const bool has_files = !https.certificate_file.empty() || !https.key_file.empty();
  if (!https.port && (has_files || !https.folder.empty() || !https.names.empty())) {
    throw Error("--https-port is missing: without it, nothing is served by HTTPS (0 picks a free port)");
  }
  if (https.certificate_file.empty() != https.key_file.empty()) {
    throw Error(std::string(https.key_file.empty() ? "--tls-key" : "--tls-cert") +
                " is missing: a certificate and its key are given together");
  }
  if (https.port && has_files == !https.folder.empty()) {
    throw Error(has_files ? "--https-port takes --tls-auto, or --tls-cert and --tls-key, not both"
                          : "--https-port needs a certificate: --tls-auto FOLDER makes one; or give "
                            "--tls-cert and --tls-key");
  }
  if (https.folder.empty() && !https.names.empty()) {
    throw Error("--tls-name is for certificates that --tls-auto makes");
  }
  for (const std::string &name : https.names) {
    if (!mock::is_certifiable(name)) {
      throw Error("--tls-name: '" + name + "' is neither a host name nor an address");
    }
  }
  return https;
}

/// Null where there is no HTTPS.
std::shared_ptr<mock::TlsContext> tls_of(const Https &https) {
  if (!https.port) {
    return nullptr;
  }
  constexpr std::size_t kMostBytes = 1 << 20; // of a device, such as /dev/zero, there is no end
  const bool is_made = !https.folder.empty();
  try {
    const mock::Certificate certificate =
        is_made ? mock::certificate_in(https.folder, https.names, std::time(nullptr))
                : mock::Certificate{flow::read_whole(https.certificate_file, kMostBytes),
                                    flow::read_whole(https.key_file, kMostBytes)};
    return mock::tls_context(certificate.chain, certificate.key);
  } catch (const std::runtime_error &error) {
    throw Error((is_made ? "--tls-auto " + https.folder
                         : "--tls-cert " + https.certificate_file + " with --tls-key " + https.key_file) +
                ": " + error.what());
  }
}

mock::ServerLimits limits_of(const Limits &given) {
  mock::ServerLimits limits;
  limits.threads = given.threads;
  limits.connections = given.connections;
  limits.read_timeout = given.read_timeout;
  limits.keep_alive_timeout = given.keep_alive_timeout;
  return limits;
}

std::string url_of(std::string_view scheme, const std::string &host, int port) {
  if (port == 0) {
    return "";
  }
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

SeenRequest seen_request(mock::JournalEntry entry, const SandboxName &sandbox) {
  std::vector<std::string> clauses;
  for (const flow::contract::ClauseNumber number : entry.clauses) {
    clauses.push_back(flow::contract::clause(number).id);
  }
  return {.number = entry.number,
          .sandbox = sandbox,
          .at_ms = entry.at_ms,
          .method = std::move(entry.method),
          .target = std::move(entry.target),
          .headers = std::move(entry.headers),
          .body = std::move(entry.body),
          .status = entry.status,
          .answer = std::move(entry.answer),
          .operation = std::string(entry.operation),
          .request_id = std::move(entry.request_id),
          .run = std::move(entry.run),
          .made_run = std::move(entry.made_run),
          .clauses = std::move(clauses),
          .violated = entry.violated};
}

SandboxName name_of(const mock::Sandbox &sandbox) {
  return {.organisation = sandbox.objects.organisation, .sandbox = sandbox.objects.name};
}

} // namespace

class Server::State {
public:
  explicit State(const Settings &given)
      : host_(given.host), port_(given.port), https_(checked(given.https)), log_(given.log),
        log_level_(given.log_level), service_(service_of(given)),
        http_(
            handler(), limits_of(given.limits),
            [this](const std::string &sentence) { log(LogLevel::warn, sentence); },
            [this](const mock::Request &request) { return service_.is_slow(request); }) {
    service().metrics.connections = [this] { return http_.connections(); };
  }

  void start();
  bool stop(std::chrono::milliseconds patience);

  const std::string &host() const { return host_; }
  std::string url() const { return url_of("http", host_, http_port_); }
  std::string https_url() const { return url_of("https", host_, https_port_); }
  int http_port() const { return http_port_; }
  int https_port() const { return https_port_; }
  mock::ServiceState &service() { return service_.state(); }
  mock::Response control(const mock::Request &request, const mock::ControlAccess &access) {
    return service_.control(request, access);
  }

private:
  void log(LogLevel level, std::string_view line) const {
    if (log_ && level >= log_level_) {
      log_(level, line);
    }
  }
  mock::Handler handler();
  mock::FlowService service_of(const Settings &given);
  int listen(int port, const std::string &port_option, std::shared_ptr<mock::TlsContext> tls);

  const std::string host_;
  const int port_;
  const Https https_;
  const Log log_;
  const LogLevel log_level_;
  mock::FlowService service_;
  mock::HttpServer http_; ///< ends before what it calls
  std::atomic<int> http_port_ = 0;
  std::atomic<int> https_port_ = 0;
};

/// With all that its store has.
mock::FlowService Server::State::service_of(const Settings &given) {
  mock::Settings settings = mock::settings_of(given);
  const auto log_failure = [this](std::string_view line) { log(LogLevel::error, line); };
  try {
    if (auto shared = mock::shared_store_of(given)) {
      return mock::FlowService(std::move(settings), log_failure, std::move(shared));
    }
    return mock::FlowService(std::move(settings), log_failure, mock::store_of(given));
  } catch (const mock::StoreError &error) {
    throw Error(std::string("--store: ") + error.what()); // without its name, which may hold a password
  } catch (const mock::StoreFailure &error) {
    throw Error(std::string("--store: ") + error.what()); // without its name, which may hold a password
  }
}

mock::Handler Server::State::handler() {
  mock::Handler plain = [this](const mock::Request &request) {
    // A reset may take what is left: where all memory is in what sandboxes keep, it alone gives some back.
    if (mock::MemoryReserve::is_spent() && !mock::admin::is_reset(request)) {
      throw std::bad_alloc();
    }
    return service_.handle(request);
  };
  return log_ && log_level_ <= LogLevel::info
             ? mock::logged(std::move(plain), [this](std::string_view line) { log_(LogLevel::info, line); })
             : plain;
}

int Server::State::listen(int port, const std::string &port_option, std::shared_ptr<mock::TlsContext> tls) {
  try {
    return http_.start(host_, port, std::move(tls));
  } catch (const std::exception &error) {
    throw Error("cannot listen on " + host_ + ":" + std::to_string(port) + ": " + error.what() +
                "; choose another --host or " + port_option + " (0 picks a free port)");
  }
}

void Server::State::start() {
  const auto tls = tls_of(https_);
  http_port_ = listen(port_, "--port", nullptr);
  if (tls) {
    https_port_ = listen(*https_.port, "--https-port", tls);
  }
  if (!service().settings.control.enabled) {
    log(LogLevel::warn,
        "the control API is off, as other machines can reach " + host_ + ": --admin-token TOKEN turns it on");
  }
}

bool Server::State::stop(std::chrono::milliseconds patience) {
  const bool all_ended = http_.stop(patience);
  if (service().replica) {
    return all_ended; // others go on with the sandboxes
  }
  for (const auto &sandbox : service().sandboxes.all()) {
    mock::end_expectations(service(), *sandbox);
  }
  if (service().keeper) {
    service().keeper->note_all();
  }
  return all_ended;
}

Server::Server(const Settings &settings) : state_(std::make_unique<State>(settings)) {}

Server::~Server() = default;

void Server::start() {
  state_->start();
}

bool Server::stop(std::chrono::milliseconds patience) {
  return state_->stop(patience);
}

std::string Server::url() const {
  return state_->url();
}

std::string Server::https_url() const {
  return state_->https_url();
}

int Server::port() const {
  return state_->http_port();
}

int Server::https_port() const {
  return state_->https_port();
}

std::vector<SandboxName> Server::sandboxes() const {
  std::vector<SandboxName> names;
  for (const auto &sandbox : state_->service().sandboxes.all()) {
    names.push_back(name_of(*sandbox));
  }
  return names;
}

std::vector<SeenRequest> Server::journal(const RequestFilter &filter) const {
  const mock::JournalFilter wanted{.method = filter.method,
                                   .path = filter.path,
                                   .operation = filter.operation,
                                   .run = filter.run,
                                   .status = filter.status,
                                   .violated = filter.violated};
  std::vector<SeenRequest> found;
  const auto look_in = [&](const mock::Journal &journal, const SandboxName &sandbox) {
    if (!filter.sandbox || *filter.sandbox == sandbox) {
      for (mock::JournalEntry &entry : journal.find(wanted, journal.capacity())) {
        found.push_back(seen_request(std::move(entry), sandbox));
      }
    }
  };
  look_in(state_->service().journal, {});
  for (const auto &sandbox : state_->service().sandboxes.all()) {
    look_in(sandbox->journal, name_of(*sandbox));
  }
  std::sort(found.begin(), found.end(),
            [](const SeenRequest &a, const SeenRequest &b) { return a.number < b.number; });
  return found;
}

std::uint64_t Server::violations() const {
  return state_->service().violations.total();
}

std::string Server::violations_text() const {
  return violations() == 0 ? "" : mock::violations_text(state_->service().violations);
}

std::string Server::unused_text() const {
  return mock::unused_text(mock::all_unused(state_->service()));
}

std::string Server::unused_text(const SandboxName &name) const {
  const auto sandbox = state_->service().sandboxes.find(name.organisation, name.sandbox);
  return sandbox ? mock::unused_text(mock::unused_in(*sandbox)) : "";
}

std::string Server::coverage() const {
  const mock::ServiceState &service = state_->service();
  return mock::coverage_json(service.coverage, service.settings).dump(2);
}

std::string Server::assumed_text() const {
  return mock::assumed_text(state_->service().coverage);
}

std::string Server::report(std::string_view earlier) const {
  std::optional<mock::Sums> sums;
  try {
    if (!earlier.empty()) {
      sums = mock::sums_in(earlier);
    }
  } catch (const flow::report::NoReport &error) {
    throw Error(std::string("the earlier report ") + error.what());
  }
  return mock::report_page(state_->service(), sums);
}

ControlAnswer Server::control(std::string_view method, std::string_view path, std::string_view body) {
  const std::string target = "/__admin" + std::string(path);
  constexpr std::string_view kScheme = "http://";
  const std::string url = state_->url();
  const std::string host = url.empty() ? "localhost" : url.substr(kScheme.size());
  const mock::Request request{.method = method,
                              .target = target,
                              .headers = {{.name = "Host", .value = host}},
                              .body = body,
                              .unreadable = {}};
  mock::ControlAccess access;
  access.host = state_->host();
  mock::Response response = mock::waited_for(state_->control(request, access));
  if (response.stream) {
    response.body = response.stream->next().value_or(""); // nobody goes on reading
  }
  return {.status = response.status, .body = std::move(response.body)};
}

} // namespace flow_mock
