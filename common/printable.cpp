#include "common/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace flow {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd"; // U+FFFD

struct Range {
  char32_t first;
  char32_t last;
};

/// U+200C and U+200D are left out: several scripts and emoji are not written without them.
constexpr std::array kHidden{
    Range{0x00, 0x1f},       Range{0x7f, 0x9f},     Range{0xad, 0xad},     Range{0x61c, 0x61c},
    Range{0x180e, 0x180e},   Range{0x200b, 0x200b}, Range{0x200e, 0x200f}, Range{0x2028, 0x202e},
    Range{0x2060, 0x206f},   Range{0xfeff, 0xfeff}, Range{0xfff0, 0xfffb}, Range{0x1d173, 0x1d17a},
    Range{0xe0000, 0xe0fff},
};

bool is_hidden(char32_t character) {
  return std::any_of(kHidden.begin(), kHidden.end(),
                     [=](const Range &range) { return range.first <= character && character <= range.last; });
}

bool is_plain(char c) {
  return c >= ' ' && c < 0x7f;
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

struct Decoded {
  char32_t character = 0;
  std::size_t length = 0; ///< in bytes; 0 where this is not UTF-8
};

/// The character at the beginning of `text`, which is not empty.
Decoded decoded(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000}; // shorter ones could be used below
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) {
    return {};
  }
  char32_t character = lead & (0x7fU >> length);
  for (const char c : text.substr(1, length - 1)) {
    if (!is_continuation(c)) {
      return {};
    }
    character = character << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  }
  const bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
  return character < kSmallest[length] || is_surrogate || character > 0x10ffff ? Decoded{}
                                                                               : Decoded{character, length};
}

std::string with_hex(const char *format, char32_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(number));
  return text.data();
}

std::string spelled(char32_t character) {
  return with_hex("\\u{%x}", character);
}

std::string json_escape(char32_t character) {
  if (character == '\r') {
    return " "; // in JSON it only stands between tokens
  }
  if (character < 0x10000) {
    return with_hex("\\u%04x", character);
  }
  const char32_t above = character - 0x10000;
  return with_hex("\\u%04x", 0xd800 + (above >> 10U)) + with_hex("\\u%04x", 0xdc00 + (above & 0x3ffU));
}

/// `text` with what is hidden, but for the characters of `kept`, as `escape` writes it.
template <typename Escape> std::string escaped(std::string_view text, std::string_view kept, Escape escape) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto [character, length] = decoded(text);
    if (length == 0) {
      result += kReplacement;
    } else if (is_hidden(character) && kept.find(text.front()) == std::string_view::npos) {
      result += escape(character);
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

} // namespace

std::string printable(std::string_view text) {
  return escaped(text, "", spelled);
}

std::string printable_lines(std::string_view text) {
  return escaped(text, "\n", spelled);
}

std::string printable_json(std::string_view json) {
  return escaped(json, "\n\t", json_escape);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_plain) || printable(text) == text;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

} // namespace flow
