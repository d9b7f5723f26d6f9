#include "client/json_fields.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

#include "common/json_text.hpp"
#include "common/text.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Json kNothing;

} // namespace

Json read_answer(const std::string &body) {
  // Deeper than the mock reads requests: a list wraps what they held.
  return json_or_discarded(body, {.depth = 100});
}

const Json &at(const Json &object, const char *key) {
  if (!object.is_object()) {
    return kNothing;
  }
  const auto member = object.find(key);
  return member == object.end() ? kNothing : *member;
}

std::string text(const Json &value) {
  return value.is_string() ? value.get<std::string>() : "";
}

std::optional<std::int64_t> number(const Json &value) {
  if (!value.is_number_integer()) {
    return std::nullopt;
  }
  const bool too_large =
      value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
  return too_large ? std::nullopt : std::optional(value.get<std::int64_t>());
}

std::vector<std::string> texts(const Json &value) {
  std::vector<std::string> read;
  if (value.is_array()) {
    std::transform(value.begin(), value.end(), std::back_inserter(read), text);
  }
  return read;
}

std::optional<std::int64_t> number_or_digits(const Json &value) {
  if (!value.is_string()) {
    return number(value);
  }
  const std::string digits = value;
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole ? std::optional(parsed) : std::nullopt;
}

std::optional<std::int64_t> count(const Json &value) {
  const auto counted = number(value);
  return counted && *counted >= 0 ? counted : std::nullopt;
}

std::optional<std::int64_t> count_of(const std::string &answer) {
  return count(at(read_answer(answer), "count"));
}

std::optional<Time> time(const Json &value) {
  const auto since_epoch = count(value);
  return since_epoch ? std::optional(Time(milliseconds(*since_epoch))) : std::nullopt;
}

std::optional<Time> time_in_seconds(const Json &value) {
  constexpr std::int64_t kLatest = 253'402'300'799; // the end of the year 9999
  const auto since_epoch = number_or_digits(value);
  const bool usable = since_epoch && *since_epoch >= 0 && *since_epoch <= kLatest;
  return usable ? std::optional(Time(seconds(*since_epoch))) : std::nullopt;
}

RunState state(std::string_view status) {
  if (status.empty() || equal_ignoring_case(status, "inProgress")) {
    return RunState::in_progress;
  }
  if (equal_ignoring_case(status, "success")) {
    return RunState::success;
  }
  return equal_ignoring_case(status, "failed") ? RunState::failed : RunState::other;
}

std::string etag(const Json &entity) {
  const std::string written = text(at(entity, "etag"));
  return written.empty() ? text(at(entity, "eTag")) : written;
}

Json entity_of(const std::string &answer) {
  Json document = read_answer(answer);
  if (at(document, "items").is_array() && !document["items"].empty()) {
    return document["items"].front();
  }
  return document;
}

std::optional<std::string> next_token(const Json &document) {
  const std::string href = text(at(at(at(document, "_links"), "next"), "href"));
  if (href.empty()) {
    return "";
  }
  // The link repeats nothing of the query: the token carries all of it, as it stands there (facts: listing).
  const std::size_t equals = href.find('=');
  const std::string token = equals == std::string::npos ? "" : href.substr(equals + 1);
  const bool usable = !token.empty() && std::all_of(token.begin(), token.end(),
                                                    [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
  return usable ? std::optional(token) : std::nullopt;
}

} // namespace flow::client
