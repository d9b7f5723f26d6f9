#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What of text more than one layer needs.
namespace flow {

/// The letter in lower case where it is an ASCII letter, whatever the locale.
constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The text with its ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// Compares without regard to the case of ASCII letters, as header names are.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  // Most letters are the same already, and cost one comparison.
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return x == y || lower_case(x) == lower_case(y); });
}

/// The text without the blanks at its beginning and end.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n") {
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Whether the text is one or more of the digits 0 to 9, and nothing else.
constexpr bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
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
