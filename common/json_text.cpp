#include "common/json_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace flow {

namespace {

using Json = nlohmann::ordered_json;

std::string line_and_column(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_begin = before.rfind('\n') + 1; // 0 where there is none
  return ", at line " + std::to_string(line) + ", column " + std::to_string(byte - line_begin + 1);
}

JsonProblem problem(JsonFlaw flaw, std::string_view text, std::size_t byte, std::string what) {
  byte = std::min(byte, text.size());
  return {.flaw = flaw, .byte = byte, .what = std::move(what) + line_and_column(text, byte)};
}

/// The end of the string that begins at `at`: its closing quote, or the last byte.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    at += text[at] == '\\' ? 1 : 0;
  }
  return at;
}

/// Looks at brackets, commas and strings only: what passes need not be JSON.
std::optional<JsonProblem> beyond(std::string_view text, JsonBounds bounds) {
  std::vector<std::size_t> commas; // of each array or object that is open
  std::size_t values = 1;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
    case '"':
      at = end_of_string(text, at);
      break;
    case '{':
    case '[':
      if (commas.size() == bounds.depth) {
        return problem(JsonFlaw::too_deep, text, at,
                       "is nested more than " + std::to_string(bounds.depth) + " levels deep");
      }
      // Of an array nothing is counted: its commas could not come that far.
      commas.push_back(text[at] == '{' ? 0 : SIZE_MAX / 2);
      ++values;
      break;
    case '}':
    case ']':
      if (!commas.empty()) {
        commas.pop_back();
      }
      break;
    case ',':
      ++values;
      if (!commas.empty() && ++commas.back() == bounds.members) {
        return problem(JsonFlaw::too_wide, text, at,
                       "has an object of more than " + std::to_string(bounds.members) + " members");
      }
      break;
    default:
      break;
    }
    if (values > bounds.values) {
      return problem(JsonFlaw::too_many, text, at,
                     "has more than " + std::to_string(bounds.values) + " values");
    }
  }
  return std::nullopt;
}

} // namespace

std::variant<Json, JsonProblem> read_json(std::string_view text, JsonBounds bounds) {
  if (auto refused = beyond(text, bounds)) {
    return *std::move(refused);
  }
  try {
    return Json::parse(text);
  } catch (const Json::out_of_range &error) {
    // "[…] number overflow parsing '1e400'"; it does not say where.
    const std::string_view message = error.what();
    const std::size_t quote = std::min(message.find('\''), message.size() - 1);
    const std::string_view number = message.substr(quote + 1, message.size() - quote - 2);
    return problem(JsonFlaw::not_json, text, text.find(number), "holds a number that is out of range");
  } catch (const Json::exception &error) {
    const auto *unread = dynamic_cast<const Json::parse_error *>(&error);
    // Its position is that of the byte behind the one that is wrong.
    const std::size_t byte = unread == nullptr || unread->byte == 0 ? 0 : unread->byte - 1;
    return problem(JsonFlaw::not_json, text, byte, "is not JSON");
  }
}

Json json_or_discarded(std::string_view text, JsonBounds bounds) {
  auto read = read_json(text, bounds);
  Json *document = std::get_if<Json>(&read);
  return document == nullptr ? Json(Json::value_t::discarded) : std::move(*document);
}

std::string plain_text(const nlohmann::ordered_json &value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string listed(const nlohmann::ordered_json &values) {
  std::string all;
  for (const auto &value : values) {
    all += (all.empty() ? "" : ", ") + plain_text(value);
  }
  return all;
}

} // namespace flow
