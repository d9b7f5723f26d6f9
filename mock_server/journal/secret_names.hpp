#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

/// Names of what nobody else may read, in every spelling: "apiKey", "api_key", "x-apikey", "api%5Fkey".
namespace flow::mock {

/// Whether a header, a parameter or a member of that name may hold a secret: its letters and digits, in any
/// case and however they are escaped, contain a word such as "token", "password" or "privatekey". A
/// continuation token opens nothing.
bool is_secret_name(std::string_view name);

/// The same of a header's name that is met again and again, without looking into it; nothing of others.
std::optional<bool> usual_header_is_secret(std::string_view name);

/// Whether some of `text` may be such a name, or announces a credential ("Bearer …"). Quick, and sometimes
/// true without need. Of a text with escapes it knows nothing.
bool may_name_secrets(std::string_view text);

/// Where a value begins that a plain text gives to such a name ("client_secret=", "password: "); npos: it
/// does to none.
std::size_t assigned_secret(std::string_view text);

} // namespace flow::mock
