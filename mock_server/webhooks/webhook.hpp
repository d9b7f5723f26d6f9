#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "contracts/model/contract.hpp"

namespace flow::mock {

/// When a delivery that failed is repeated, by the sandbox's clock. The defaults are the documented schedule
/// (events, retry-doc): after 1 minute, doubling, at most 15 minutes apart, for 24 hours.
struct RetrySchedule {
  std::int64_t first_delay_ms = 60'000; ///< 1 to 86400000
  std::int64_t max_delay_ms = 900'000;  ///< 1 to 86400000
  std::int64_t for_ms = 86'400'000;     ///< 0 (no retries) to 86400000, from the first attempt on
};

/// Where the ends of runs are posted, and how often.
struct Webhook {
  std::string url; ///< http or https
  /// Of who registered it, up to 200 bytes; empty: notifications name none.
  std::string client_id{};
  /// For the whole of an attempt, in real time: 1 to 60000 (retry-doc: 10 s).
  std::int64_t timeout_ms = 10'000;
  RetrySchedule retry{};
};

/// What of a webhook cannot be used.
struct WebhookError : std::runtime_error {
  WebhookError(std::string where, std::string why)
      : std::runtime_error(where + ": " + why), pointer(std::move(where)), reason(std::move(why)) {}

  std::string pointer; ///< JSON Pointer to it, "" for the whole
  std::string reason;  ///< and what to change
};

/// The webhook that {"url","clientId","timeoutMs","retry":{"firstDelayMs","maxDelayMs","forMs"}} describes,
/// all but the URL optional. Throws WebhookError.
Webhook webhook_of(const contract::Json &json);

/// What webhook_of reads.
contract::Json to_json(const Webhook &webhook);

/// How long to wait after `failed` attempts, 1 or more, in ms: the first delay, doubled each time, up to the
/// longest.
std::int64_t delay_after(int failed, const RetrySchedule &retry);

} // namespace flow::mock
