#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What of a request's texts may be kept and shown: neither tokens nor secrets, and no more than so many
/// bytes. Each function appends to `kept`, whose memory is used again, and returns whether something was cut
/// off.
namespace flow::mock {

/// Stands in the place of what is not kept.
inline constexpr std::string_view kNotKept = "(not kept)";

/// Whether a header, a parameter or a member of that name may hold what nobody else may read: Authorization,
/// x-api-key, cookies, and whatever is named after a secret, a token, a password or an assertion. A
/// continuation token opens nothing.
bool is_secret_name(std::string_view name);

/// "name: value\n", or nothing where that is longer than what `kept` may still grow to.
bool keep_header(std::string &kept, std::string_view name, std::string_view value, std::size_t bytes);

/// Path and query, without the origin, which may hold a password. `no_query`: of the query nothing.
bool keep_target(std::string &kept, std::string_view target, bool no_query, std::size_t bytes);

/// A body as it may be shown: JSON without the values of members with such names; of what is not JSON
/// nothing, where it speaks of secrets.
bool show_body(std::string &shown, std::string_view body, std::size_t bytes);

} // namespace flow::mock
