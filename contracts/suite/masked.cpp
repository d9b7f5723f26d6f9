#include "contracts/suite/masked.hpp"

#include <algorithm>
#include <cctype>

namespace flow::contract {

namespace {

bool is_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

/// Whether the last letters are those of an escape: "%20", or "\n" and "\u0020" of JSON.
bool ends_in_escape(std::string_view text) {
  const auto tail = [&](std::size_t length) {
    return text.size() < length ? std::string_view() : text.substr(text.size() - length);
  };
  const std::string_view percent = tail(3);
  const std::string_view letter = tail(2);
  const std::string_view unicode = tail(6);
  return (percent.starts_with('%') && is_hex(percent.substr(1))) || letter.starts_with('\\') ||
         (unicode.starts_with("\\u") && is_hex(unicode.substr(2)));
}

bool is_whole(std::string_view text, std::size_t at, std::size_t length) {
  const std::string_view before = text.substr(0, at);
  const std::string_view after = text.substr(at + length);
  const bool begins = before.empty() || !is_of_word(before.back()) || ends_in_escape(before);
  return begins && (after.empty() || !is_of_word(after.front()));
}

} // namespace

std::size_t find_whole(std::string_view text, std::string_view secret) {
  if (secret.empty()) {
    return std::string_view::npos;
  }
  std::size_t at = text.find(secret);
  while (at != std::string_view::npos && !is_whole(text, at, secret.size())) {
    at = text.find(secret, at + 1);
  }
  return at;
}

std::string masked(std::string_view text, std::string_view secret) {
  std::string result;
  for (std::size_t at = find_whole(text, secret); at != std::string_view::npos;
       at = find_whole(text, secret)) {
    result += text.substr(0, at);
    result += "$FLOW_TOKEN";
    text.remove_prefix(at + secret.size());
  }
  result += text;
  return result;
}

} // namespace flow::contract
