#include "mock_server/journal/json_secrets.hpp"

#include <algorithm>
#include <array>

#include "common/text.hpp"
#include "mock_server/journal/secret_names.hpp"
#include "mock_server/journal/unescaped.hpp"

namespace flow::mock {

namespace {

constexpr int kDepth = 64;

template <std::size_t N> bool is_one_of(std::string_view name, const std::array<std::string_view, N> &names) {
  const Unescaped plain(name);
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view each) { return equal_ignoring_case(plain.text(), each); });
}

/// Whether a member of that name says what another member is the value of.
bool names_a_value(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"name",      "key",    "field", "id",
                                                       "parameter", "param",  "label", "attribute",
                                                       "property",  "header", "k",     "n"};
  return is_one_of(name, kNames);
}

bool is_named_elsewhere(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames = {"value", "values", "val",     "content",     "data",
                                                      "text",  "v",      "default", "defaultValue"};
  return is_one_of(name, kNames);
}

/// Whether a string is such a name, and not a text that holds the word.
bool is_a_name(std::string_view text) {
  constexpr std::size_t kLongest = 128;
  return text.size() <= kLongest && text.find(' ') == std::string_view::npos && is_secret_name(text);
}

class Scan {
public:
  Scan(std::string_view json, std::vector<HiddenPart> &parts) : json_(json), parts_(parts) {}

  void whole() {
    if (value(0)) {
      skip_blanks();
    }
    if (at_ < json_.size()) {
      hide(at_, json_.size(), false);
    }
  }

private:
  // Each reads something at `at_`; false where the text ends within it, or is no JSON there.
  bool value(int depth);
  bool string();
  bool object(int depth);
  bool array(int depth);
  bool scalar();

  /// Whether more follows behind a value; `closing` is read, and ends it.
  enum class Next { another, end, broken };
  Next next(char closing);

  bool take(char c) {
    skip_blanks();
    const bool is_here = at_ < json_.size() && json_[at_] == c;
    at_ += is_here ? 1 : 0;
    return is_here;
  }
  void skip_blanks() { at_ = std::min(json_.find_first_not_of(" \t\r\n", at_), json_.size()); }

  /// What is between the quotes of a string that began at `begin` and was read.
  [[nodiscard]] std::string_view inside(std::size_t begin) const {
    const bool is_whole = at_ > begin + 1 && json_[at_ - 1] == '"';
    return json_.substr(begin + 1, at_ - begin - 1 - (is_whole ? 1 : 0));
  }
  [[nodiscard]] bool is_string(std::size_t begin) const {
    return begin < json_.size() && json_[begin] == '"';
  }

  void hide(std::size_t begin, std::size_t end, bool is_json_value) {
    parts_.push_back({.begin = begin, .end = end, .is_json_value = is_json_value});
  }

  const std::string_view json_;
  std::vector<HiddenPart> &parts_;
  std::size_t at_ = 0;
};

bool Scan::value(int depth) {
  skip_blanks();
  if (at_ == json_.size() || depth > kDepth) {
    return false;
  }
  switch (json_[at_]) {
  case '{':
    return object(depth);
  case '[':
    return array(depth);
  case '"':
    return string();
  default:
    return scalar();
  }
}

bool Scan::string() {
  const std::size_t begin = at_;
  bool is_whole = false;
  for (++at_; at_ < json_.size() && !is_whole; ++at_) {
    is_whole = json_[at_] == '"';
    at_ += json_[at_] == '\\' ? 1 : 0;
  }
  at_ = std::min(at_, json_.size());
  const std::size_t end = is_whole ? at_ - 1 : at_;
  const std::size_t secret = assigned_secret(json_.substr(begin + 1, end - begin - 1));
  if (secret != std::string_view::npos) {
    hide(begin + 1 + secret, end, false);
  }
  return is_whole;
}

bool Scan::scalar() {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '+' || c == '.';
  };
  const std::size_t begin = at_;
  while (at_ < json_.size() && is_part(json_[at_])) {
    ++at_;
  }
  const std::string_view word = json_.substr(begin, at_ - begin);
  const bool is_number = word.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  const bool is_literal = word == "true" || word == "false" || word == "null";
  if (word.empty() || (!is_number && !is_literal)) {
    at_ = begin;
    return false;
  }
  return true;
}

Scan::Next Scan::next(char closing) {
  if (take(closing)) {
    return Next::end;
  }
  return take(',') ? Next::another : Next::broken;
}

bool Scan::object(int depth) {
  ++at_;
  if (take('}')) {
    return true;
  }
  bool names_secret = false;
  std::vector<HiddenPart> named_elsewhere;
  while (true) {
    skip_blanks();
    const std::size_t name_begin = at_;
    if (!is_string(at_) || !string()) {
      return false;
    }
    const std::string_view name = inside(name_begin);
    if (!take(':')) {
      return false;
    }
    skip_blanks();
    const std::size_t begin = at_;
    const bool is_whole = value(depth + 1);
    const HiddenPart part{.begin = begin, .end = is_whole ? at_ : json_.size(), .is_json_value = true};
    if (is_secret_name(name)) {
      parts_.push_back(part);
    } else if (is_string(begin) && names_a_value(name)) {
      names_secret = names_secret || is_a_name(inside(begin));
    } else if (is_named_elsewhere(name)) {
      named_elsewhere.push_back(part);
    }
    if (names_secret) {
      parts_.insert(parts_.end(), named_elsewhere.begin(), named_elsewhere.end());
      named_elsewhere.clear();
    }
    if (!is_whole) {
      return false;
    }
    if (const Next following = next('}'); following != Next::another) {
      return following == Next::end;
    }
  }
}

bool Scan::array(int depth) {
  ++at_;
  if (take(']')) {
    return true;
  }
  bool is_named = false; // by the element before
  while (true) {
    skip_blanks();
    const std::size_t begin = at_;
    const bool is_whole = value(depth + 1);
    if (is_named) {
      hide(begin, is_whole ? at_ : json_.size(), true);
    }
    if (!is_whole) {
      return false;
    }
    is_named = is_string(begin) && is_a_name(inside(begin));
    if (const Next following = next(']'); following != Next::another) {
      return following == Next::end;
    }
  }
}

} // namespace

void find_json_secrets(std::string_view json, std::vector<HiddenPart> &parts) {
  Scan(json, parts).whole();
}

} // namespace flow::mock
