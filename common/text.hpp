#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What of text more than one layer needs.
namespace flow {

/// Compares without regard to the case of ASCII letters, as header names are.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  // Most letters are the same already, and cost one comparison.
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return x == y || lower(x) == lower(y); });
}

/// Whether `text` is of the form, in which `*` stands for any characters; in any case of ASCII letters. Takes
/// the product of their lengths at worst.
bool is_like(std::string_view text, std::string_view form);

/// The text, or where it is longer than `bytes` its beginning and "…", cut between characters of UTF-8.
std::string shortened(std::string_view text, std::size_t bytes);

/// Whether a text holds a control character: a line break in a header's value would begin another header.
constexpr bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

/// The integer that a text stands for; nothing where it holds anything but its digits and sign.
inline std::optional<std::int64_t> integer_in(std::string_view text) {
  std::int64_t number = 0;
  const char *const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && parsed == end ? std::optional(number) : std::nullopt;
}

} // namespace flow
