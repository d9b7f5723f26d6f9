#include "client/caller.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "client/answer_error.hpp"
#include "client/retry_after.hpp"
#include "common/text.hpp"
#include "contracts/model/errors.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;

/// 429 and 503 refuse: whoever answers so has done nothing. 502 and 504 come from a gateway that passed the
/// request on and lost sight of it.
Setback setback_of(const Response &answer) {
  const bool lost = answer.status == 502 || answer.status == 504;
  return {.error = error_of(answer),
          .passing = lost || answer.status == 429 || answer.status == 503,
          .may_have_arrived = lost};
}

Setback setback_of(const TransportFailure &failure) {
  return {
      .error = error_of(failure), .passing = failure.passing, .may_have_arrived = failure.may_have_arrived};
}

/// Whether the token has expired, or was never good.
bool is_token_refusal(const Error &error) {
  static const contract::ErrorEntry &refusal = contract::error("token-invalid");
  return error.status == refusal.status && error.code == refusal.code;
}

void require_header_value(const std::string &name, const std::string &value) {
  if (has_controls(value)) {
    throw std::invalid_argument("the " + name + " has a line break or another control character in it");
  }
}

void require_usable(const Settings &settings) {
  require_header_value("API key", settings.api_key);
  require_header_value("organisation", settings.organisation);
  require_header_value("sandbox", settings.sandbox);
  if (settings.retry_policy.attempts < 1) {
    throw std::invalid_argument("the retry policy needs at least one attempt");
  }
  if (settings.timeouts.connect <= milliseconds(0) || settings.timeouts.read <= milliseconds(0)) {
    throw std::invalid_argument("timeouts must be longer than 0 ms");
  }
}

} // namespace

Caller::Caller(Settings settings, std::shared_ptr<Transport> transport, std::shared_ptr<Clock> clock)
    : settings_(std::move(settings)), base_url_(parse_base_url(settings_.base_url)),
      transport_(std::move(transport)), clock_(std::move(clock)) {
  require_usable(settings_);
}

std::string Caller::token() const {
  std::string token = settings_.token.token ? settings_.token.token() : "";
  require_header_value("token", token);
  return token;
}

Request Caller::request_of(const Call &call, const std::string &token) const {
  Request request{.method = call.method,
                  .target = base_url_.path + call.target,
                  .headers = call.headers,
                  .body = call.body,
                  .connect_timeout = settings_.timeouts.connect,
                  .read_timeout = settings_.timeouts.read,
                  .idempotent = call.idempotent};
  for (const auto &[name, value] : call.headers) {
    require_header_value(name, value);
  }
  const auto add = [&](const char *name, const std::string &value) {
    if (!value.empty()) {
      request.headers.emplace_back(name, value);
    }
  };
  add("Authorization", token.empty() ? "" : "Bearer " + token);
  add("x-api-key", settings_.api_key);
  add("x-gw-ims-org-id", settings_.organisation);
  add("x-sandbox-name", settings_.sandbox);
  add("Accept", "application/json");
  add("User-Agent", "flow-client/" FLOW_CLIENT_VERSION);
  if (call.deadline) {
    // An attempt just before the deadline still gets a fair chance.
    const auto left = std::chrono::ceil<milliseconds>(*call.deadline - clock_->now());
    const milliseconds limit = std::max(left, milliseconds(1'000));
    request.connect_timeout = std::min(limit, request.connect_timeout);
    request.read_timeout = std::min(limit, request.read_timeout);
  }
  return request;
}

milliseconds Caller::delay_after(int attempt, const Error &error) const {
  const RetryPolicy &policy = settings_.retry_policy;
  milliseconds delay = std::min(policy.base_delay, policy.max_delay);
  for (int doubled = 1; doubled < attempt && delay < policy.max_delay; ++doubled) {
    delay = std::min(delay * 2, policy.max_delay);
  }
  const double part = policy.jitter ? std::clamp(policy.jitter(), 0.0, 1.0) : 1.0;
  const auto jittered =
      milliseconds(static_cast<milliseconds::rep>(static_cast<double>(delay.count()) * part));
  return std::max(jittered, error.retry_after.value_or(milliseconds(0)));
}

bool Caller::can_wait(milliseconds delay, const Error &error, const Call &call) const {
  if (error.retry_after && *error.retry_after > settings_.retry_policy.max_delay) {
    return false;
  }
  return !call.deadline || clock_->now() + delay < *call.deadline;
}

Caller::Outcome Caller::send(const Call &call, const std::string &token) const {
  try {
    Response answer = transport_->send(request_of(call, token));
    if (answer.status >= 200 && answer.status < 300) {
      return answer;
    }
    Setback setback = setback_of(answer);
    setback.error.retry_after = parse_retry_after(answer.header("retry-after"), clock_->today());
    return setback;
  } catch (const TransportFailure &failure) {
    return setback_of(failure);
  }
}

Caller::Outcome Caller::attempt(const Call &call) const {
  try {
    const std::string sent = token();
    Outcome outcome = send(call, sent);
    const Setback *setback = std::get_if<Setback>(&outcome);
    if (setback == nullptr || !is_token_refusal(setback->error)) {
      return outcome;
    }
    if (settings_.token.refused) {
      settings_.token.refused(sent);
    }
    const std::string other = token();
    return other == sent ? outcome : send(call, other); // what was refused has done nothing
  } catch (const Error &no_token) {
    return Setback{.error = no_token};
  }
}

Response Caller::perform(const Call &call) const {
  const auto since = clock_->today();
  bool may_have_arrived = false; // an earlier attempt, or this one
  for (int number = 1;; ++number) {
    Outcome outcome = attempt(call);
    if (Response *answer = std::get_if<Response>(&outcome)) {
      return std::move(*answer);
    }
    const Setback &setback = std::get<Setback>(outcome);
    if (call.done_if_gone && may_have_arrived && setback.error.status == 404 &&
        setback.error.kind == ErrorKind::service) {
      return {.status = setback.error.status, .headers = {}, .body = ""};
    }
    may_have_arrived = may_have_arrived || setback.may_have_arrived;
    const bool repeatable = call.idempotent || call.repeat_when_unknown || !setback.may_have_arrived;
    if (setback.passing && repeatable && number < settings_.retry_policy.attempts) {
      const milliseconds delay = delay_after(number, setback.error);
      if (can_wait(delay, setback.error, call)) {
        clock_->sleep_for(delay);
        continue;
      }
    }
    // Where twice is as once, a refusal to the last attempt says how things stand, whatever became of others.
    const bool is_settled =
        call.idempotent && (!call.changes || (setback.error.kind == ErrorKind::service && !setback.passing));
    if (may_have_arrived && !is_settled) {
      throw MayHaveHappened{setback.error, since};
    }
    throw setback.error;
  }
}

} // namespace flow::client
