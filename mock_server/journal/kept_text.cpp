#include "mock_server/journal/kept_text.hpp"

#include <algorithm>
#include <array>

#include "common/text.hpp"
#include "mock_server/target.hpp"

namespace flow::mock {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether `text` holds such a word, in any case. Headers are asked for each request: hence letter by letter,
/// and words only where the letter begins one.
bool speaks_of_secrets(std::string_view text) {
  constexpr std::array<std::string_view, 7> kWords = {"token",  "secret",    "password", "authorization",
                                                      "cookie", "assertion", "api-key"};
  for (; !text.empty(); text.remove_prefix(1)) {
    const char first = lower(text.front());
    if (first != 't' && first != 's' && first != 'p' && first != 'a' && first != 'c') {
      continue;
    }
    for (const std::string_view word : kWords) {
      if (word.front() == first && equal_ignoring_case(text.substr(0, word.size()), word)) {
        return true;
      }
    }
  }
  return false;
}

/// Credentials are known by their form too, in a header that was misspelt.
bool is_credential(std::string_view value) {
  return equal_ignoring_case(value.substr(0, 7), "bearer ") ||
         equal_ignoring_case(value.substr(0, 6), "basic ");
}

bool append_within(std::string &kept, std::string_view text, std::size_t bytes) {
  const std::size_t room = bytes - std::min(bytes, kept.size());
  kept.append(text.substr(0, room));
  return text.size() > room;
}

/// The end of the JSON string that begins at `at`: behind its quote, or where the text ends.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (std::size_t i = at + 1; i < json.size(); ++i) {
    if (json[i] == '\\') {
      ++i;
    } else if (json[i] == '"') {
      return i + 1;
    }
  }
  return json.size();
}

/// Whether the string from `begin` to `end` may be the name of a secret: it is one, or is spelt in escapes.
bool names_secret(std::string_view json, std::size_t begin, std::size_t end) {
  const std::string_view name = json.substr(begin + 1, end - begin - 1);
  return name.find('\\') != std::string_view::npos || is_secret_name(name.substr(0, name.rfind('"')));
}

/// Read as a text: a body need not be whole, nor valid, and may be nested as deep as it likes.
bool show_json(std::string &kept, std::string_view json, std::size_t bytes) {
  std::size_t written = 0; // up to here it is in `kept`
  for (std::size_t at = json.find('"'); at < json.size() && kept.size() < bytes; at = json.find('"', at)) {
    const std::size_t begin = at;
    at = end_of_string(json, at);
    const std::size_t colon = json.find_first_not_of(kBlank, at);
    if (colon >= json.size() || json[colon] != ':' || !names_secret(json, begin, at)) {
      continue;
    }
    append_within(kept, json.substr(written, colon + 1 - written), bytes);
    const std::size_t value = json.find_first_not_of(kBlank, colon + 1);
    if (value >= json.size() || json[value] == '{' || json[value] == '[') {
      append_within(kept, kNotKept, bytes);
      return true; // how far it goes is not looked for
    }
    const bool is_string = json[value] == '"';
    append_within(kept, is_string ? "\"(not kept)\"" : kNotKept, bytes);
    at = is_string ? end_of_string(json, value) : std::min(json.find_first_of(",}]", value), json.size());
    written = at;
  }
  return append_within(kept, json.substr(written), bytes);
}

/// Whether the name of a parameter, percent-encoded, may be that of a secret.
bool is_secret_parameter(std::string_view name) {
  if (name.find_first_of("%+") == std::string_view::npos) {
    return is_secret_name(name);
  }
  const auto decoded = parse_parameters(name);
  return !decoded || decoded->empty() || is_secret_name(decoded->front().first);
}

} // namespace

bool is_secret_name(std::string_view name) {
  return speaks_of_secrets(name) && name != "continuationToken";
}

bool keep_header(std::string &kept, std::string_view name, std::string_view value, std::size_t bytes) {
  const std::string_view shown = is_secret_name(name) || is_credential(value) ? kNotKept : value;
  if (kept.size() + name.size() + shown.size() + 3 > bytes) {
    return true;
  }
  kept.append(name).append(": ").append(shown).push_back('\n');
  return false;
}

bool keep_target(std::string &kept, std::string_view target, bool no_query, std::size_t bytes) {
  const std::string_view path = path_of(target);
  bool cut = append_within(kept, path, bytes);
  const auto behind_path = static_cast<std::size_t>(path.data() + path.size() - target.data());
  if (behind_path >= target.size()) {
    return cut;
  }
  if (no_query) {
    return append_within(kept, "?(not kept)", bytes) || cut;
  }
  std::string_view rest = target.substr(behind_path + 1);
  for (char separator = '?'; !cut; separator = '&') {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    const std::size_t equals = parameter.find('=');
    const bool secret = equals != std::string_view::npos && is_secret_parameter(parameter.substr(0, equals));
    cut = append_within(kept, std::string_view(&separator, 1), bytes) ||
          append_within(kept, secret ? parameter.substr(0, equals + 1) : parameter, bytes) ||
          (secret && append_within(kept, kNotKept, bytes));
    if (end == rest.size()) {
      break;
    }
    rest.remove_prefix(end + 1);
  }
  return cut;
}

bool show_body(std::string &shown, std::string_view body, std::size_t bytes) {
  const std::size_t first = body.find_first_not_of(kBlank);
  if (first != std::string_view::npos && body[first] != '{' && body[first] != '[' &&
      speaks_of_secrets(body)) {
    shown.append(kNotKept);
    return true;
  }
  return show_json(shown, body, bytes);
}

} // namespace flow::mock
