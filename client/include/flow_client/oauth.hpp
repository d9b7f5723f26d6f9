#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <flow_client/clock.hpp>
#include <flow_client/settings.hpp>
#include <flow_client/transport.hpp>

namespace flow::client {

/// Adobe's production URL for tokens (ims).
inline constexpr const char *kDefaultTokenUrl = "https://ims-na1.adobelogin.com/ims/token/v3";

/// The OAuth server-to-server credentials of a project in Adobe's developer console (ims).
struct OAuthSettings {
  std::string token_url = kDefaultTokenUrl; ///< http or https; without a path, the documented one is added
  std::string client_id;                    ///< also the API key of the calls
  std::string client_secret;                ///< sent to `token_url` only
  std::string scopes;                       ///< comma-separated, e.g. "openid,AdobeID,read_organizations"
  /// How long before it expires a token is replaced; at most half of its lifetime.
  std::chrono::milliseconds renew_before = std::chrono::minutes(5);
  std::string ca_file = {}; ///< of the authorities to trust; empty: see http_transport
};

/// Tokens by `grant_type=client_credentials` (RFC 6749, 4.4): a token is requested when first needed, kept
/// until shortly before it expires, and replaced at once when the service says that it is not valid (401013).
/// While one thread requests a token, others use the old one if it is still valid, or wait for the new one.
/// If a renewal fails, the old token is used as long as it is valid.
/// A refusal is an Error of kind `token_refused`, whose `code` is that of RFC 6749, 5.2: "invalid_client",
/// "invalid_scope", ….
/// Throws std::invalid_argument where the settings cannot be used.
TokenSource server_to_server(OAuthSettings settings);

/// With your own transport and clock. `transport` connects to the host of `token_url`.
TokenSource server_to_server(OAuthSettings settings, std::shared_ptr<Transport> transport,
                             std::shared_ptr<Clock> clock);

} // namespace flow::client
