#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace flow::client {

/// Adobe's production URL of Flow Service (openapi).
inline constexpr const char *kDefaultBaseUrl = "https://platform.adobe.io/data/foundation/flowservice";

/// Returns the access token to send, without "Bearer ". Called before each attempt, from many threads at
/// once; the call of the client throws what it throws.
/// When the service says that the token is not valid (401013), `refused` is called, and then `token` again;
/// if it returns another token, the call is repeated with that one, once.
struct TokenSource {
  TokenSource() = default; ///< no token
  TokenSource(std::nullptr_t) {}
  /// `refused` may be left out, e.g. if `token` reads a file that another program keeps up to date.
  template <std::invocable Token>
  TokenSource(Token token, std::function<void(const std::string &token)> refused = {})
      : token(std::move(token)), refused(std::move(refused)) {}

  std::function<std::string()> token;
  std::function<void(const std::string &token)> refused;
};

/// Always the same token.
TokenSource static_token(std::string token);

struct Timeouts {
  std::chrono::milliseconds connect{10'000}; ///< to look up the name and to set up TCP and TLS
  std::chrono::milliseconds read{30'000};    ///< for each wait for a line of the head or bytes of the body
};

/// The fraction of a delay to wait, from 0 to 1. Called from many threads at once.
using Jitter = std::function<double()>;

/// Uniformly distributed from 0 to 1 ("full jitter"): clients that failed together do not retry together.
Jitter full_jitter();

/// How a call that failed is repeated. Before attempt n+1 the client waits
/// `jitter() * min(max_delay, base_delay * 2^(n-1))`, but at least what the answer's Retry-After asks for.
/// If Retry-After is longer than `max_delay`, the client does not wait: it throws the error, which has it.
///
/// | what happened                                  | a call that reads | one that makes a run |
/// |------------------------------------------------|-------------------|----------------------|
/// | no connection (refused, unknown host, TLS)     | repeated          | repeated             |
/// | the request could not be sent whole            | repeated          | repeated             |
/// | 429, 503: refused, nothing was done            | repeated          | repeated             |
/// | connection broke or time ran out after sending | repeated          | only when asked      |
/// | 502, 504: a gateway got no answer              | repeated          | only when asked      |
/// | 401013, and the token source has another token | once more         | once more            |
/// | certificate refused; any other status          | not repeated      | not repeated         |
///
/// "Only when asked": two re-triggers or creations make two runs, so one that may have arrived is an error of
/// kind `unknown_outcome`, unless `repeat_when_unknown` is set in its options. Documents (document.hpp) have
/// no such option: reading, replacing and deleting one is repeated like a call that reads; a creation, a
/// patch or an action like one that makes a run.
struct RetryPolicy {
  int attempts = 4; ///< in all; 1 never repeats
  std::chrono::milliseconds base_delay{500};
  std::chrono::milliseconds max_delay{60'000};
  Jitter jitter = full_jitter();
};

/// When `wait` polls: at once, after `first`, then with doubled delays of at most `max`.
struct PollPolicy {
  std::chrono::milliseconds first{1'000};
  std::chrono::milliseconds max{30'000};
};

/// The URL of Flow Service and the credentials of the caller: those of every documented call (retry-flows).
/// An empty one is not sent.
struct Settings {
  std::string base_url = kDefaultBaseUrl; ///< http or https; without a path, the documented one is added
  TokenSource token;                      ///< `Authorization: Bearer …`
  std::string api_key;                    ///< `x-api-key`
  std::string organisation;               ///< `x-gw-ims-org-id`
  std::string sandbox;                    ///< `x-sandbox-name`
  std::string ca_file;                    ///< of the authorities to trust; empty: see http_transport
  Timeouts timeouts = {};
  RetryPolicy retry_policy = {};
  PollPolicy poll = {};
};

} // namespace flow::client
