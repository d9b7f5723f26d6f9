#include "contracts/model/json_place.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace flow::contract {

namespace {

/// Whether an odd number of backslashes stands before `at`.
bool is_escaped(std::string_view text, std::size_t at) {
  std::size_t backslashes = 0;
  while (backslashes < at && text[at - 1 - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 1;
}

/// What is left of a text.
struct Reader {
  std::string_view rest;

  void skip_blank() { rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size())); }
  bool take(char c) {
    skip_blank();
    const bool is_it = rest.starts_with(c);
    rest.remove_prefix(is_it ? 1 : 0);
    return is_it;
  }
  /// What stands between quotes; nothing where none begin.
  std::optional<std::string_view> string();
  void skip_value();
};

std::optional<std::string_view> Reader::string() {
  if (!take('"')) {
    return std::nullopt;
  }
  std::size_t end = rest.find('"');
  while (end != std::string_view::npos && is_escaped(rest, end)) {
    end = rest.find('"', end + 1);
  }
  const std::string_view text = rest.substr(0, end);
  rest.remove_prefix(std::min(text.size() + 1, rest.size()));
  return text;
}

/// Byte by byte, without looking for sets of characters: most of an answer is passed over here.
void Reader::skip_value() {
  skip_blank();
  std::size_t depth = 0;
  while (!rest.empty()) {
    const char c = rest.front();
    if (c == '"') {
      string();
    } else if (c == '[' || c == '{') {
      ++depth;
      rest.remove_prefix(1);
    } else if (depth > 0) {
      depth -= c == ']' || c == '}' ? 1 : 0;
      rest.remove_prefix(1);
    } else { // a number, true, false, null
      rest.remove_prefix(std::min(rest.find_first_of(",]} \t\r\n"), rest.size()));
    }
    if (depth == 0) {
      return;
    }
  }
}

/// Goes to the value of a member; whether there is one.
bool enter_member(Reader &reader, std::string_view name) {
  while (const auto member = reader.string()) {
    if (!reader.take(':')) {
      return false;
    }
    if (*member == name) {
      return true;
    }
    reader.skip_value();
    if (!reader.take(',')) {
      return false;
    }
  }
  return false;
}

bool enter_element(Reader &reader, std::string_view index) {
  const auto number = integer_in(index);
  if (!number || *number < 0) {
    return false;
  }
  for (std::int64_t i = 0; i < *number; ++i) {
    reader.skip_value();
    if (!reader.take(',')) {
      return false;
    }
  }
  reader.skip_blank();
  return !reader.rest.empty() && reader.rest.front() != ']';
}

} // namespace

std::optional<JsonPlace> JsonPlace::find(std::string_view json, std::string_view pointer) {
  Reader reader{json};
  while (!pointer.empty()) {
    pointer.remove_prefix(1); // '/'
    const std::string_view name = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(name.size());
    const bool is_there =
        reader.take('{') ? enter_member(reader, name) : reader.take('[') && enter_element(reader, name);
    if (!is_there) {
      return std::nullopt;
    }
  }
  reader.skip_blank();
  return reader.rest.empty() ? std::nullopt : std::optional(JsonPlace(reader.rest));
}

bool JsonPlace::is_empty() const {
  Reader reader{rest_.substr(1)};
  switch (rest_.front()) {
  case '"':
    return reader.rest.starts_with('"');
  case '[':
    return reader.take(']');
  case '{':
    return reader.take('}');
  default:
    return rest_.starts_with("null");
  }
}

std::string_view JsonPlace::text() const {
  Reader reader{rest_};
  if (const auto string = reader.string()) {
    return *string;
  }
  reader.skip_value();
  return rest_.substr(0, rest_.size() - reader.rest.size());
}

} // namespace flow::contract
