#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <flow_client/listing.hpp>
#include <flow_client/run.hpp>

/// Reading answers field by field: what is missing or of another type than documented is empty.
namespace flow::client {

/// Keeps the order of the service's members for `Run::json`.
using Json = nlohmann::ordered_json;

/// What a server answered, whatever it sent: a discarded value where it is not JSON, nested more than 100
/// levels deep, or has an object of more than 1000 members.
Json read_answer(const std::string &body);

/// The member, or null where there is none: so that paths can be followed without asking at each step.
const Json &at(const Json &object, const char *key);

std::string text(const Json &value);
std::vector<std::string> texts(const Json &value);
std::optional<std::int64_t> number(const Json &value);

/// A number, or digits as text: both are documented for some fields.
std::optional<std::int64_t> number_or_digits(const Json &value);

/// -1 is what a failed run has instead of a count.
std::optional<std::int64_t> count(const Json &value);

/// Epoch milliseconds.
std::optional<Time> time(const Json &value);

/// Epoch seconds, as a number (openapi) or as text (on-demand-ingestion).
std::optional<Time> time_in_seconds(const Json &value);

/// `etag` (tutorials) or `eTag` (openapi).
std::string etag(const Json &entity);

/// Statuses are compared without regard to case: `failed` and `Failed` are both documented.
RunState state(std::string_view status);

/// The entity of an answer: alone, or the first of `items`.
Json entity_of(const std::string &answer);

/// The answer to a listing: its items, each read by `read`, and the token of the next page; nothing where it
/// is none. An entity alone, as some pages show the only one of a name (cloud, database), is a list of one.
template <typename Item>
std::optional<Page<Item>> read_page(const std::string &answer, Item (*read)(const Json &entity));

/// What stands behind the first '=' of `_links.next.href`, empty where there is no next page; nothing where
/// the link leads nowhere.
std::optional<std::string> next_token(const Json &document);

template <typename Item>
std::optional<Page<Item>> read_page(const std::string &answer, Item (*read)(const Json &entity)) {
  const Json document = read_answer(answer);
  if (!text(at(document, "id")).empty()) {
    return Page<Item>{.items = {read(document)}, .token = ""};
  }
  const Json &items = at(document, "items");
  auto token = next_token(document);
  if (!items.is_array() || !token) {
    return std::nullopt;
  }
  Page<Item> page{.items = {}, .token = *std::move(token)};
  page.items.reserve(items.size());
  for (const Json &entity : items) {
    page.items.push_back(read(entity));
  }
  return page;
}

/// The same as a function that reads a whole answer.
template <typename Item, Item (*read)(const Json &)>
std::optional<Page<Item>> page_of(const std::string &answer) {
  return read_page(answer, read);
}

/// The answer to a listing that was only to be counted.
std::optional<std::int64_t> count_of(const std::string &answer);

} // namespace flow::client
