#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <flow_client/transport.hpp>

#include "client/flowctl/settings_sources.hpp"

namespace flow::client {

/// One request of a mock's control API.
struct ControlRequest {
  std::string method;
  std::string path; ///< below /__admin, with its query, percent-encoded
  std::string body = {};
  std::chrono::milliseconds patience{0}; ///< for which the mock may hold the answer back
  int also_taken = 0;                    ///< a status beside 2xx that is no refusal
};

/// Sends requests to the control API of a flow-mock (contracts/data/control-api.openapi.json). Nothing is
/// repeated.
class ControlApi {
public:
  /// Throws std::invalid_argument where the base URL is none.
  explicit ControlApi(const MockSettings &settings);

  /// The answer, whose status is 2xx or `also_taken` and whose body is JSON. Throws Error: `service` where
  /// the control API refused, with its title and detail; `unknown_outcome` where a request that changes
  /// something may have arrived; `malformed_answer` where the server has no control API.
  std::string perform(const ControlRequest &request) const;

private:
  std::shared_ptr<Transport> transport_;
  std::string origin_;
  std::string admin_token_;
};

} // namespace flow::client
