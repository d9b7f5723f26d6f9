#include "mock_server/pipeline/target.hpp"

#include <algorithm>
#include <charconv>

#include "common/text.hpp"

namespace flow::mock {

namespace {

/// Appends what `text` stands for; false where a percent sign is not followed by two hexadecimal digits.
bool append_decoded(std::string &decoded, std::string_view text, bool plus_is_space) {
  const bool is_plain = text.find('%') == std::string_view::npos &&
                        (!plus_is_space || text.find('+') == std::string_view::npos);
  if (is_plain) {
    decoded += text;
    return true;
  }
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
      continue;
    }
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) {
      return false;
    }
    unsigned char byte = 0;
    const char *const end = text.data() + i + 3;
    if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end) {
      return false;
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return true;
}

/// The text up to the first `separator`, which is taken off `rest` with it.
std::string_view take_until(std::string_view &rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

/// Takes "http://host" off `text`, if it begins so.
bool take_origin(std::string_view &text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(text.substr(0, scheme.size()), scheme)) {
      text.remove_prefix(std::min(text.find_first_of("/?", scheme.size()), text.size()));
      return true;
    }
  }
  return false;
}

bool parse_path(std::string_view path, Target &target) {
  if (!path.starts_with('/')) {
    return false;
  }
  path.remove_prefix(1);
  target.segments.reserve(8);
  while (!path.empty()) {
    if (!append_decoded(target.segments.emplace_back(), take_until(path, '/'), false)) {
      return false;
    }
  }
  return true;
}

} // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> parse_parameters(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!text.empty()) {
    std::string_view value = take_until(text, '&');
    const std::string_view name = take_until(value, '=');
    if (name.empty() && value.empty()) {
      continue;
    }
    auto &[decoded_name, decoded_value] = parameters.emplace_back();
    if (!append_decoded(decoded_name, name, true) || !append_decoded(decoded_value, value, true)) {
      return std::nullopt;
    }
  }
  return parameters;
}

std::optional<Target> parse_target(std::string_view text) {
  TargetParts parts = target_parts(text);
  return parts.is_whole ? std::optional(std::move(parts.target)) : std::nullopt;
}

TargetParts target_parts(std::string_view text) {
  const bool had_origin = take_origin(text);
  TargetParts parts;
  std::string_view path = take_until(text, '?');
  if (had_origin && path.empty()) {
    path = "/";
  }
  if (!parse_path(path, parts.target)) {
    parts.target.segments.clear();
    return parts;
  }
  if (auto query = parse_parameters(text)) {
    parts.target.query = *std::move(query);
    parts.is_whole = true;
  }
  return parts;
}

std::string_view path_of(std::string_view target) {
  take_origin(target);
  return target.substr(0, target.find('?'));
}

} // namespace flow::mock
