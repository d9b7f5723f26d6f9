#pragma once

#include <string>
#include <string_view>

namespace flow {

/// `text` as one segment of a path, or as a name or value of a query or a form: every byte but unreserved
/// characters (letters, digits, "-", ".", "_", "~") as %XX in upper case (RFC 3986, 2.1 and 2.3).
std::string percent_encoded(std::string_view text);

} // namespace flow
