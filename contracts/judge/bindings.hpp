#pragma once

#include <map>
#include <string>
#include <string_view>

#include "contracts/model/contract.hpp"

namespace flow::contract {

/// What the placeholders of a clause stand for: strings in requests, any JSON in expectations.
using Bindings = std::map<std::string, Json, std::less<>>;

/// `text` with each `{name}` replaced by what is bound to it; an unbound one stays as it is.
std::string substituted_text(std::string_view text, const Bindings &bindings);

/// The same in a path with its query: values are percent-encoded, but for one the path begins with, which is
/// a path itself.
std::string substituted_path(std::string_view text, const Bindings &bindings);

/// The same in every string within `json`. One that is nothing but `{name}` becomes the bound JSON itself.
Json substituted(const Json &json, const Bindings &bindings);

} // namespace flow::contract
