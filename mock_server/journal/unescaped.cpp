#include "mock_server/journal/unescaped.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <numeric>
#include <utility>

namespace flow::mock {

namespace {

constexpr std::size_t kMostLevels = 4;

struct Escape {
  std::size_t length = 0; ///< 0: there is none
  char byte = 0;
};

/// The number of `digits` hexadecimal digits at `at`; -1: they are not there.
int hexadecimal(std::string_view text, std::size_t at, std::size_t digits) {
  unsigned number = 0;
  if (text.size() < at + digits) {
    return -1;
  }
  const char *const end = text.data() + at + digits;
  const auto [parsed, error] = std::from_chars(text.data() + at, end, number, 16);
  return error == std::errc() && parsed == end ? static_cast<int>(number) : -1;
}

Escape escape_at(std::string_view text, std::size_t at) {
  if (text[at] == '%') {
    const int byte = hexadecimal(text, at + 1, 2);
    return byte < 0 ? Escape() : Escape{.length = 3, .byte = static_cast<char>(byte)};
  }
  if (text[at] != '\\' || at + 1 == text.size()) {
    return {};
  }
  const char kind = text[at + 1];
  if (kind == 'u') {
    const int unit = hexadecimal(text, at + 2, 4);
    constexpr int kAscii = 0x80;
    return unit < 0 ? Escape() : Escape{.length = 6, .byte = unit < kAscii ? static_cast<char>(unit) : '?'};
  }
  const bool stands_for_itself = kind == '/' || kind == '"' || kind == '\\';
  return stands_for_itself ? Escape{.length = 2, .byte = kind} : Escape();
}

} // namespace

bool has_escapes(std::string_view text) {
  if (text.find('%') != std::string_view::npos) {
    return true;
  }
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at + 2)) {
    const char kind = at + 1 < text.size() ? text[at + 1] : '"';
    if (kind == 'u' || kind == '/' || kind == '\\') {
      return true;
    }
  }
  return false;
}

Unescaped::Unescaped(std::string_view text) : raw_(text) {
  Level undone;
  while (undo(this->text(), undone)) {
    if (levels_.size() == kMostLevels) {
      is_escaped_more_ = true;
      return;
    }
    if (!levels_.empty()) {
      for (std::uint32_t &origin : undone.origins) {
        origin = levels_.back().origins.at(origin);
      }
    }
    levels_.push_back(std::exchange(undone, {}));
  }
}

bool Unescaped::undo(std::string_view text, Level &undone) {
  const auto next_escape = [&](std::size_t from) {
    std::size_t at = text.find_first_of("%\\", from);
    while (at < text.size() && escape_at(text, at).length == 0) {
      at = text.find_first_of("%\\", at + 1);
    }
    return std::min(at, text.size());
  };
  std::size_t escape = next_escape(0);
  if (escape == text.size()) {
    return false;
  }
  undone.text.reserve(text.size());
  undone.origins.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size(); escape = next_escape(at)) {
    const std::size_t plain = undone.origins.size();
    undone.text.append(text.substr(at, escape - at));
    undone.origins.resize(plain + escape - at);
    std::iota(undone.origins.begin() + static_cast<std::ptrdiff_t>(plain), undone.origins.end(),
              static_cast<std::uint32_t>(at));
    if (escape == text.size()) {
      break;
    }
    const Escape found = escape_at(text, escape);
    undone.origins.push_back(static_cast<std::uint32_t>(escape));
    undone.text += found.byte;
    at = escape + found.length;
  }
  undone.origins.push_back(static_cast<std::uint32_t>(text.size()));
  return true;
}

} // namespace flow::mock
