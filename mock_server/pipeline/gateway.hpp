#pragma once

#include <functional>
#include <string_view>
#include <variant>

#include "contracts/model/operations.hpp"
#include "mock_server/auth/token_service.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/pipeline/credentials.hpp"
#include "mock_server/pipeline/parse.hpp"
#include "mock_server/sandbox/leases.hpp"
#include "mock_server/settings.hpp"

/// The fourth step of a request: the checks in front of every operation (facts: headers and their errors).
namespace flow::mock {

struct Exchange;

/// How the token service knows a token.
using TokenCheck = std::function<TokenStanding(std::string_view)>;

/// Checks Authorization, x-api-key, x-gw-ims-org-id, x-sandbox-name and, for methods that send, Content-Type,
/// in this order; the first that is wrong is the error. A header that is empty counts as missing; one that is
/// given twice, or holds white space or anything else beyond visible ASCII, as not valid. `strict` and
/// `allow` as in Settings.
/// Of its matters, the reading decides org-header and content-type; `operation` is the one asked for, or
/// null. What a lease names is let in as if it were listed; `leases` may be null. A token that the token
/// service gave out is valid until it expires, whoever else is let in; an expired one never is.
std::variant<Credentials, Error> check_headers(const Request &request, const GivenHeaders &given,
                                               const contract::OperationEntry *operation,
                                               const Settings &settings, const TokenCheck &standing_of,
                                               const Leases *leases = nullptr);

/// All the checks of a request, in their order: that it could be read and announces only clauses that there
/// are, its headers, and that its target could be taken apart. The token service asks for no credentials.
std::variant<Credentials, Error> pass_gateway(const Exchange &exchange, const Settings &settings,
                                              TokenService &tokens, const Leases &leases);

} // namespace flow::mock
