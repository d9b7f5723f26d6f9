#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "flow_mock/server.hpp"

namespace flow_mock {

/// What a run comes to: "failed", "success", "success-without-records", "in-progress", or another documented
/// status.
struct Outcome {
  Outcome(const char *state) : state(state) {}            // NOLINT(google-explicit-constructor)
  Outcome(std::string state) : state(std::move(state)) {} // NOLINT(google-explicit-constructor)
  Outcome(std::string state, std::chrono::milliseconds duration)
      : state(std::move(state)), duration(duration) {}

  std::string state;
  std::optional<std::chrono::milliseconds> duration{}; ///< from its start; none: the mock's default
};

/// A run that a test wants to be there.
struct RunSetUp {
  std::string state = "failed"; ///< as in Outcome
  std::string id{};             ///< empty: a new one
  std::string flow{};           ///< id of its flow, which is created if need be; empty: one for all such runs
  std::vector<Outcome> retries{}; ///< what its retries, and theirs, come to, in this order
};

/// What goes wrong with requests: docs/control-api.md, Faults.
struct Fault {
  std::string type = "status"; ///< latency, status, reset, truncate, slow-body, malformed-json, hang
  std::vector<std::pair<std::string, std::variant<std::int64_t, std::string>>>
      attributes{};                    ///< {"status", 503}
  std::string method{};                ///< of the requests; empty: any
  std::string operation{};             ///< "retry_run"; empty: any
  std::string path{};                  ///< glob: "/runs/*/action"; empty: any
  std::int64_t after = 0;              ///< so many of them are let through before
  std::optional<std::int64_t> times{}; ///< how many of them; none: until it is removed
  std::string at{};                    ///< "request" or "answer"; empty: as is usual for the type
};

/// Requests that a test waited for, and that did not come. what() says which came nearest, and in what they
/// differ.
struct NotCome : Error {
  using Error::Error;
};

/// A sandbox that one test has for itself, in a mock that others may share (a lease):
///
///     flow_mock::Sandbox sandbox(mock);
///     const std::string run = sandbox.put_runs({{.state = "failed", .retries = {"failed",
///     "success"}}}).front();
///     // … let the application retry that run at sandbox.url(), with sandbox.headers() …
///     sandbox.await({.operation = "retry_run"}, 2);
///
/// Functions throw Error where the mock refuses what they ask for; it says what to change. Not to be used by
/// several threads at once, but for await().
class Sandbox {
public:
  /// `mock` has been started, and has to outlive it. It holds for an hour of real time.
  explicit Sandbox(Server &mock);
  /// Removes the sandbox.
  ~Sandbox();
  Sandbox(const Sandbox &) = delete;
  Sandbox &operator=(const Sandbox &) = delete;

  const std::string &url() const { return url_; } ///< of the mock
  const SandboxName &name() const { return name_; }
  const std::string &token() const { return token_; }
  const std::string &api_key() const { return api_key_; }
  /// Those that a request has to have, Content-Type apart.
  std::vector<std::pair<std::string, std::string>> headers() const;

  /// Lets the sandbox hold just these runs, all or none. Returns their ids.
  std::vector<std::string> put_runs(const std::vector<RunSetUp> &runs);
  /// Sets what the next retries of a run, and theirs, come to.
  void script(std::string_view run, const std::vector<Outcome> &outcomes);
  /// What a run is now, as GET shows it: "inProgress", "failed", "success".
  std::string state_of(std::string_view run);

  /// Returns the fault's id.
  std::string add_fault(const Fault &fault);
  void clear_faults();

  /// Its time: stops, goes on, moves forward; or skips to the end of a run that somebody reads.
  void freeze();
  void resume();
  void advance(std::chrono::milliseconds by);
  void skip_time();

  /// The requests that came, oldest first. `filter.sandbox` is set.
  std::vector<SeenRequest> requests(RequestFilter filter = {}) const;
  /// Waits until so many have come, and returns them. Throws NotCome after `patience`, in real time.
  std::vector<SeenRequest> await(RequestFilter filter, std::size_t count = 1,
                                 std::chrono::milliseconds patience = std::chrono::seconds(5)) const;

  /// Where the application broke the contract, a line for each breach; empty where it kept it.
  std::string violations_text() const;
  /// What was set up and no request has met, a line for each; empty where all was used.
  std::string unused_text() const;

  /// A call of the control API in this sandbox: control("GET", "/snapshot").
  ControlAnswer control(std::string_view method, std::string_view path, std::string_view body = {}) const;

private:
  Server &mock_;
  std::string id_;
  SandboxName name_;
  std::string token_;
  std::string api_key_;
  std::string url_;
  std::string path_; ///< in the control API
};

} // namespace flow_mock
