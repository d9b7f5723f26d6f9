#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mock_server/clock.hpp"
#include "mock_server/http_message.hpp"
#include "mock_server/id_source.hpp"
#include "mock_server/runs/sandbox.hpp"
#include "mock_server/runs/seed.hpp"

namespace flow::mock {

/// Adobe's token endpoint, as far as server-to-server credentials need it (ims): POST /ims/token/v3, and /v2.
/// Safe to use from several threads.
class TokenService {
public:
  /// Without `clients`, anyone is given a token. Tokens expire on `clock`.
  TokenService(const std::vector<TokenClient> &clients, const Clock &clock, IdSource &ids);

  /// Whether a request is for this service.
  static bool is_for(const Request &request);

  /// {"access_token","token_type":"bearer","expires_in"}, or an error as RFC 6749, 5.2 has it.
  Response answer(const Request &request);

  /// Whether the token was given out here and has not expired.
  bool holds(std::string_view token);

private:
  Response issue();

  const std::vector<TokenClient> &clients_;
  const Clock &clock_;
  IdSource &ids_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> expiry_ms_; ///< by token
};

} // namespace flow::mock
