#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <flow_client/clock.hpp>
#include <flow_client/settings.hpp>
#include <flow_client/transport.hpp>

namespace flow::client {

/// Adobe's production address of tokens (ims).
inline constexpr const char *kDefaultTokenUrl = "https://ims-na1.adobelogin.com/ims/token/v3";

/// The OAuth server-to-server credentials of a project in Adobe's developer console (ims).
struct OAuthSettings {
  std::string token_url = kDefaultTokenUrl; ///< http or https; without a path, the documented one is added
  std::string client_id;                    ///< also the API key of the calls
  std::string client_secret;                ///< is sent to `token_url` and appears nowhere else
  std::string scopes;                       ///< comma-separated, e.g. "openid,AdobeID,read_organizations"
  /// How long before its end a token is replaced; at most half of its life.
  std::chrono::milliseconds renew_before = std::chrono::minutes(5);
  std::string ca_file = {}; ///< of the authorities to trust; empty: see http_transport
};

/// Tokens by `grant_type=client_credentials` (RFC 6749, 4.4): one is asked for when first needed, kept until
/// shortly before it expires, and replaced at once when the service says that it is not valid (401013).
/// While one thread asks, others go on with a token that still holds, or wait for the new one. Where a
/// renewal fails, the old token is given out as long as it holds.
/// What comes of a refusal is an Error of kind `token_refused`, whose `code` is that of RFC 6749, 5.2:
/// "invalid_client", "invalid_scope", ….
/// Throws std::invalid_argument where the settings cannot be used.
TokenSource server_to_server(OAuthSettings settings);

/// With a network and a time of your own. `transport` leads to the host of `token_url`.
TokenSource server_to_server(OAuthSettings settings, std::shared_ptr<Transport> transport,
                             std::shared_ptr<Clock> clock);

} // namespace flow::client
