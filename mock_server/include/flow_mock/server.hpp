#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The mock of Flow Service inside a program, for example a test:
///
///     flow_mock::Server mock;
///     mock.start();
///     // … let the application send its requests to mock.url() …
///
/// All that the program flow-mock can do is here: it is a command line around a Server.
///
/// The program may use cpp-httplib in a version of its own, unless the mock was built with Debian's or
/// Ubuntu's package of it: that is a library, whose names cannot be changed.
namespace flow_mock {

/// Settings that cannot be used, or an address that cannot be listened on. what() names the setting as
/// flow-mock's option, and says what to change.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class LogLevel { debug, info, warn, error };

/// Takes one line of the log, without a line feed. Called from several threads at once.
using Log = std::function<void(LogLevel, std::string_view)>;

/// Whom the mock accepts; an empty list accepts everyone.
struct Allowed {
  std::vector<std::string> tokens{};
  std::vector<std::string> api_keys{};
  std::vector<std::string> organisations{};
  std::vector<std::string> sandboxes{};
};

/// HTTPS, served if `port` is set: with a certificate and key from two PEM files, or with those that are made
/// in `folder`.
struct Https {
  std::optional<int> port{};      ///< 0: any free one
  std::string certificate_file{}; ///< PEM: the certificate, then those between it and its authority
  std::string key_file{};         ///< PEM: its private key, without a passphrase
  std::string folder{}; ///< for a generated authority (ca.pem, which clients have to trust) and certificate
  std::vector<std::string> names{}; ///< for the generated certificate, besides the usual ones
};

/// How much the mock serves and keeps at most.
struct Limits {
  std::size_t threads = 0;        ///< that read, answer and send; 0: one for each core, at least 2
  std::size_t connections = 4096; ///< served at once; others are answered 503
  std::size_t sandboxes = 20'000;
  std::uint64_t runs = 2'000'000;                       ///< of a sandbox from one reset to the next
  std::size_t webhooks = 1'000;                         ///< each has a thread
  std::size_t tokens = 100'000;                         ///< valid at the same time
  std::size_t journal_requests = 1000;                  ///< kept of each sandbox; 0: none
  std::size_t journal_bytes = std::size_t{16} << 20U;   ///< of memory, for each sandbox
  std::chrono::milliseconds read_timeout{5000};         ///< for a request to arrive whole
  std::chrono::milliseconds keep_alive_timeout{75'000}; ///< for the next request on a connection
};

/// How a mock answers. As it stands: on a free port of the loopback address, with the built-in seed, the
/// system's time and random ids, accepting everyone.
struct Settings {
  std::string host = "127.0.0.1";
  int port = 0; ///< 0: any free one
  Https https{};
  std::vector<std::string> seed_files{}; ///< instead of the built-in seed (mock_server/seed/seed.schema.json)
  std::optional<std::chrono::milliseconds>
      run_duration{};                  ///< from a retry to the end of its run, where no script says otherwise
  std::vector<std::string> readings{}; ///< as flow-mock's --reading: "openapi", or "MATTER=CHOICE"
  Allowed allowed{};                   ///< besides those whom the seed allows
  bool schedules = false;              ///< flows made through the API make runs at their scheduled times
  bool strict = false;                 ///< accepts only callers that are listed
  std::optional<std::uint64_t>
      deterministic{};       ///< number from which all ids follow; time stands still at 2026-01-01T00:00:00Z
  std::string admin_token{}; ///< the control API's; without one, it is there on loopback addresses only
  std::string token_key_file{}; ///< tokens hold at all mocks that are given the same 32 bytes or more
  /// Where what happens lasts: "memory", as long as the process; "sqlite:FILE", in a file of SQLite's, also
  /// when the process is killed; "postgresql://USER@HOST/DATABASE", in a database that several mocks may
  /// share: any of them answers any request; what Server itself tells of sandboxes, without a request, is
  /// then as of when this one was last asked about them. No answer is given before the store has what it
  /// tells of.
  std::string store = "memory";
  std::optional<bool> durable_journal{}; ///< such a store also has reads in the journal before they are
                                         ///< answered; none: a database has, a file has not
  std::string ca_file{};                 ///< PEM: authorities of webhooks' receivers, instead of the system's
  Limits limits{};
  Log log{};                           ///< none: nothing is logged
  LogLevel log_level = LogLevel::info; ///< the least that is logged; info: a line for each request
};

/// An organisation's sandbox.
struct SandboxName {
  std::string organisation{};
  std::string sandbox{};
  bool operator==(const SandboxName &) const = default;
};

/// Which requests of the journal are meant: those that match every member that is set.
struct RequestFilter {
  std::optional<SandboxName> sandbox{};
  std::string method{};    ///< "POST"
  std::string path{};      ///< glob of the whole path, or of the part below the service's: "/runs/*/action"
  std::string operation{}; ///< "retry_run", as in contracts/data/operations.json
  std::string run{};       ///< id of the run that was read, changed, retried or made
  std::optional<int> status{};
  std::optional<bool> violated{}; ///< whether the application broke the contract
};

/// A request that the mock has answered, without secrets, and with the beginning of long texts only.
struct SeenRequest {
  std::uint64_t number = 0; ///< in the order of the answers
  SandboxName sandbox{};    ///< empty: it reached none
  std::int64_t at_ms = 0;   ///< Unix time in ms, on the sandbox's clock
  std::string method{};
  std::string target{};  ///< path and query
  std::string headers{}; ///< lines "name: value\n"
  std::string body{};
  int status = 0;
  std::string answer{};    ///< body of the answer
  std::string operation{}; ///< empty: none that is documented
  std::string request_id{};
  std::string run{};                  ///< id of the run in its path
  std::string made_run{};             ///< id of the run it made
  std::vector<std::string> clauses{}; ///< ids of the contract's clauses that it is a case of
  bool violated = false;
};

/// An answer of the control API.
struct ControlAnswer {
  int status = 0;
  std::string body{}; ///< JSON
};

/// A mock server. There may be several in a process. Its functions may be called from several threads.
class Server {
public:
  /// Throws Error.
  explicit Server(const Settings &settings = {});
  /// Stops, and waits until all requests have ended.
  ~Server();
  Server(const Server &) = delete;
  Server &operator=(const Server &) = delete;

  /// Listens, and answers from then on. Throws Error. To be called once.
  void start();

  /// Where to send requests: "http://127.0.0.1:PORT". Empty before start().
  std::string url() const;
  /// Empty where there is no HTTPS.
  std::string https_url() const;
  /// The ports; 0 where there is none.
  int port() const;
  int https_port() const;

  /// Stops serving: lets requests end for as long as `patience`, and then cuts them off. What a test expected
  /// and did not come is a violation from then on. Returns false where a request is still being worked on.
  bool stop(std::chrono::milliseconds patience = std::chrono::seconds(2));

  /// The sandboxes that have been used, by organisation and name.
  std::vector<SandboxName> sandboxes() const;

  /// The requests that the journals keep, oldest first.
  std::vector<SeenRequest> journal(const RequestFilter &filter = {}) const;

  /// How often the application broke the contract.
  std::uint64_t violations() const;
  /// The same in words: for each broken clause what it says, where it was broken and what to change. Empty
  /// where none was.
  std::string violations_text() const;
  /// What tests have set up and no request has met: scripted outcomes, faults, runs; a line for each. Empty
  /// where all was used.
  std::string unused_text() const;
  /// The same of one sandbox, as it is now.
  std::string unused_text(const SandboxName &name) const;
  /// JSON: which clauses of the contract the traffic was a case of.
  std::string coverage() const;
  /// Assumed rules of the contract, documented nowhere, that requests rested on: what they say, how often and
  /// where first. Empty where none did.
  std::string assumed_text() const;
  /// One HTML page that stands alone: requests, violations, set-up that was not used, coverage, and how much
  /// rests on documented, inferred and assumed rules. `earlier` is such a page, to say what differs from it;
  /// empty for none. Throws Error where it is no such page.
  std::string report(std::string_view earlier = {}) const;

  /// Carries out one call of the control API (contracts/data/control-api.openapi.json) without a socket,
  /// whether or not others may use it: control("PUT", "/clock", R"({"advanceMs":60000})"). `path` is what
  /// follows
  /// /__admin, percent-encoded; `body` is JSON. What is refused is an answer, too.
  ControlAnswer control(std::string_view method, std::string_view path, std::string_view body = {});

private:
  class State;
  std::unique_ptr<State> state_;
};

} // namespace flow_mock
