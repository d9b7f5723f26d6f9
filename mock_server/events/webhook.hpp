#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "contracts/contract.hpp"

namespace flow::mock {

/// Where the ends of runs are told, and how patiently. The platform's own times (retries for 24 hours) are of
/// no use in a test, so these are ours.
struct Webhook {
  std::string url;                    ///< http or https
  int attempts = 5;                   ///< 1 to 20, the first one included
  std::int64_t first_delay_ms = 1000; ///< 0 to 600000, before the second attempt; the others: delay_after()
  std::int64_t timeout_ms = 5000;     ///< 1 to 60000, for the whole of an attempt
};

/// What of a webhook cannot be used.
struct WebhookError : std::runtime_error {
  WebhookError(std::string where, std::string why)
      : std::runtime_error(where + ": " + why), pointer(std::move(where)), reason(std::move(why)) {}

  std::string pointer; ///< JSON Pointer to it, "" for the whole
  std::string reason;  ///< and what to change
};

/// The webhook that {"url","attempts","firstDelayMs","timeoutMs"} describes, all but the URL optional. Throws
/// WebhookError.
Webhook webhook_of(const contract::Json &json);

/// What webhook_of reads.
contract::Json to_json(const Webhook &webhook);

/// How long to wait after `failed` attempts, 1 or more, in ms: the first delay, doubled each time, up to 60
/// s; a first delay that is longer stays as it is.
std::int64_t delay_after(int failed, const Webhook &webhook);

} // namespace flow::mock
