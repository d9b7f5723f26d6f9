#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flow::contract {

/// Where `secret` stands next in `text` as a whole value, and not as a part of a longer word; npos where it
/// does not, or is empty.
std::size_t find_whole(std::string_view text, std::string_view secret);

/// `text` with `$FLOW_TOKEN` in place of each whole `secret`.
std::string masked(std::string_view text, std::string_view secret);

} // namespace flow::contract
