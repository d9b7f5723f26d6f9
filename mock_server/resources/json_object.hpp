#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace flow::mock {

/// A member's name as it stands before the value: `,"name":`. Made of a literal when the mock is compiled, so
/// that a name is copied in one piece: "createdAt"_key.
struct JsonKey {
  std::string_view text;
};

template <std::size_t Size> struct JsonKeyText {
  // NOLINTNEXTLINE(google-explicit-constructor): of a literal that is a template's argument
  consteval JsonKeyText(const char (&name)[Size]) {
    text[0] = ',';
    text[1] = '"';
    std::copy_n(name, Size - 1, text.begin() + 2);
    text[Size + 1] = '"';
    text[Size + 2] = ':';
  }
  std::array<char, Size + 3> text{};
};

template <JsonKeyText Name> consteval JsonKey operator""_key() {
  return {.text = {Name.text.data(), Name.text.size()}};
}

/// Writes one JSON object into a text, from its brace to the end of its life. Keys and texts are the mock's
/// own or checked before: nothing to escape.
class JsonObject {
public:
  explicit JsonObject(std::string &json) : json_(json) { json_ += '{'; }
  ~JsonObject() { json_ += '}'; }
  JsonObject(const JsonObject &) = delete;
  JsonObject &operator=(const JsonObject &) = delete;

  /// The text, for the value that is to follow.
  std::string &key(JsonKey name) {
    json_ += name.text.substr(is_empty() ? 1 : 0);
    return json_;
  }
  /// The same for a name that is known only now.
  std::string &key_named(std::string_view name) {
    json_ += std::string_view(is_empty() ? "\"" : ",\"");
    json_ += name;
    json_ += std::string_view("\":");
    return json_;
  }
  void raw(JsonKey name, std::string_view value) { key(name) += value; }
  void number(JsonKey name, std::int64_t value) {
    std::array<char, std::numeric_limits<std::int64_t>::digits10 + 2> digits{}; // one more digit, and a sign
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    key(name).append(digits.data(), end);
  }
  void text(JsonKey name, std::string_view value) {
    key(name) += '"';
    json_ += value;
    json_ += '"';
  }

private:
  [[nodiscard]] bool is_empty() const { return json_.back() == '{'; }

  std::string &json_;
};

/// Writes one JSON array into a text likewise.
class JsonList {
public:
  explicit JsonList(std::string &json) : json_(json) { json_ += '['; }
  ~JsonList() { json_ += ']'; }
  JsonList(const JsonList &) = delete;
  JsonList &operator=(const JsonList &) = delete;

  /// The text, for the item that is to follow.
  std::string &next() {
    json_ += std::string_view(json_.back() == '[' ? "" : ",");
    return json_;
  }

private:
  std::string &json_;
};

} // namespace flow::mock
