#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flow::mock {

/// A request target taken apart: decoded path segments and query parameters.
struct Target {
  std::vector<std::string> segments; ///< of the path; one trailing slash makes no segment
  std::vector<std::pair<std::string, std::string>> query; ///< in their order; '+' is a space
};

/// Takes apart "/a/b%20c?x=1&y"; also the absolute form "http://host/a". Segments are split before they are
/// decoded, so that an encoded slash stays within its segment. Nothing where a percent sign is not followed
/// by two hexadecimal digits, or the path does not begin with a slash.
std::optional<Target> parse_target(std::string_view text);

/// The same, as far as it goes: of a target whose query cannot be taken apart the path alone, of any other
/// nothing.
struct TargetParts {
  Target target;
  bool is_whole = false;
};
TargetParts target_parts(std::string_view text);

/// The path of a target as it was sent: without origin (which may hold a password) and query, still encoded.
std::string_view path_of(std::string_view target);

/// Takes apart "x=1&y", a query or a form body, likewise.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_parameters(std::string_view text);

} // namespace flow::mock
