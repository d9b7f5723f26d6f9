#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include <flow_client/clock.hpp>
#include <flow_client/error.hpp>
#include <flow_client/settings.hpp>
#include <flow_client/transport.hpp>

#include "client/call.hpp"
#include "client/url.hpp"

namespace flow::client {

/// A call that changes something failed, and may have been carried out.
struct MayHaveHappened {
  Error error;
  std::chrono::system_clock::time_point since; ///< when it was first sent
};

/// What became of one attempt that brought no success.
struct Setback {
  Error error;
  bool passing = false; ///< may go better next time
  bool may_have_arrived = false;
};

/// Adds credentials to calls, sends them, and repeats what may be repeated (RetryPolicy).
class Caller {
public:
  /// Throws std::invalid_argument where the settings cannot be used.
  Caller(Settings settings, std::shared_ptr<Transport> transport, std::shared_ptr<Clock> clock);

  /// The answer, whose status is 2xx, or 404 of a call that is `done_if_gone`.
  /// Throws Error, or MayHaveHappened for a call that changes something.
  Response perform(const Call &call) const;

  const Settings &settings() const { return settings_; }
  Clock &clock() const { return *clock_; }

private:
  using Outcome = std::variant<Response, Setback>;

  Outcome attempt(const Call &call) const;
  Outcome send(const Call &call, const std::string &token) const;
  Request request_of(const Call &call, const std::string &token) const;
  std::string token() const;
  std::chrono::milliseconds delay_after(int attempt, const Error &error) const;
  bool can_wait(std::chrono::milliseconds delay, const Error &error, const Call &call) const;

  Settings settings_;
  BaseUrl base_url_;
  std::shared_ptr<Transport> transport_;
  std::shared_ptr<Clock> clock_;
};

} // namespace flow::client
