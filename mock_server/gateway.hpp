#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "mock_server/error.hpp"
#include "mock_server/http_message.hpp"
#include "mock_server/ims/token_service.hpp"
#include "mock_server/settings.hpp"

/// The checks in front of every operation (facts: headers and their errors).
namespace flow::mock {

/// The values of the five documented headers. Views into the request.
struct Credentials {
  std::string_view token;
  std::string_view api_key;
  std::string_view organisation;
  std::string_view sandbox;
};

/// The organisation and sandbox that a request names, whether it is let in or not; empty where
/// it does not. Where the reading has sandbox-header=optional, the sandbox it does not name is `prod`.
std::pair<std::string_view, std::string_view> named_sandbox(const Request &request,
                                                            const contract::Reading &reading);

/// How the token service knows a token that is used in a sandbox: token, organisation, sandbox's name.
using TokenCheck = std::function<TokenStanding(std::string_view, std::string_view, std::string_view)>;

/// Checks Authorization, x-api-key, x-gw-ims-org-id, x-sandbox-name and, for methods that send, Content-Type,
/// in this order; the first that is wrong is the error. A header that is empty counts as missing; one that is
/// given twice, or holds white space or anything else beyond visible ASCII, as not valid. `strict` and
/// `allow` as in Settings.
/// Of its matters, the reading decides sandbox-header, org-header and content-type; `operation` is the name
/// of that asked for. A token that the token service gave out is valid until it expires, whoever else is let
/// in; an expired one never is.
std::variant<Credentials, Error> check_headers(const Request &request, std::string_view operation,
                                               const Settings &settings, const TokenCheck &standing_of);

} // namespace flow::mock
