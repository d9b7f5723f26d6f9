#include "mock_server/query/query.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/json_text.hpp"
#include "common/text.hpp"

namespace flow::mock {

namespace {

using contract::Json;
using Parameters = std::vector<std::pair<std::string, std::string>>;

Error value_error(std::string_view value, std::string_view field) {
  return Error("filter-value-invalid").with("value", value).with("field", field);
}

std::optional<Error> read_order(std::string_view text, const Fields &fields, Query &query) {
  Order order;
  std::string_view name = text;
  // A bare '+' in a URL has become a space on its way.
  if (name.starts_with('+') || name.starts_with('-') || name.starts_with(' ')) {
    order.descending = name.front() == '-';
    name.remove_prefix(1);
  }
  const auto is_name_start = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (name.empty() || !is_name_start(name.front())) {
    return Error("orderby-sort-order").with("orderby", text);
  }
  order.path = parse_path_of_field(name);
  const bool is_plain = std::none_of(order.path.begin(), order.path.end(),
                                     [](const PathStep &step) { return step.each || step.name.empty(); });
  if (!is_plain || !kind_of(order.path, fields)) {
    return Error("orderby-field").with("field", name);
  }
  query.order = std::move(order);
  return std::nullopt;
}

std::optional<Error> read_limit(std::string_view text, Query &query) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return value_error(text, "limit");
  }
  if (is_negative || digits.find_first_not_of('0') == std::string_view::npos) {
    return Error("param-below-one").with("param", "limit");
  }
  constexpr std::int64_t kMost = kMaximumLimit;
  query.limit = static_cast<std::size_t>(std::min(integer_in(digits).value_or(kMost), kMost));
  return std::nullopt;
}

std::optional<Error> read_count(std::string_view text, Query &query) {
  query.count = equal_ignoring_case(text, "true");
  if (!query.count && !equal_ignoring_case(text, "false")) {
    return value_error(text, "count");
  }
  return std::nullopt;
}

std::optional<Error> read_property(std::string_view text, const Fields &fields, Query &query) {
  auto property = parse_property(text, fields);
  if (Error *error = std::get_if<Error>(&property)) {
    return std::move(*error);
  }
  if (Filter *filter = std::get_if<Filter>(&property)) {
    query.filters.push_back(std::move(*filter));
  } else {
    for (const std::string &name : std::get<Projection>(property)) {
      // Once each: a query may name a field a thousand times.
      if (std::find(query.projection.begin(), query.projection.end(), name) == query.projection.end()) {
        query.projection.push_back(name);
      }
    }
  }
  return std::nullopt;
}

/// Everything but the token.
std::variant<Query, Error> read_parameters(Parameters parameters, const Fields &fields) {
  Query query;
  bool limited = false;
  for (const auto &[name, value] : parameters) {
    std::optional<Error> error;
    if (name != "property" && name != "orderby" && name != "limit" && name != "count") {
      error = Error("query-param-unknown").with("param", name);
    } else if (value.empty()) {
      continue;
    } else if (name == "property") {
      error = read_property(value, fields, query);
    } else if (name == "orderby") {
      error = read_order(value, fields, query);
    } else if (name == "limit") {
      limited = true;
      error = read_limit(value, query);
    } else {
      error = read_count(value, query);
    }
    if (error) {
      return *std::move(error);
    }
  }
  if (limited && query.count) {
    return Error("limit-with-count");
  }
  query.parameters = std::move(parameters);
  return query;
}

Json key_json(const SortKey &key) {
  if (const auto *number = std::get_if<std::int64_t>(&key)) {
    return *number;
  }
  if (const auto *text = std::get_if<std::string>(&key)) {
    return *text;
  }
  return nullptr;
}

SortKey key_of(const Json &json) {
  if (const auto number = integer_of(json)) {
    return *number;
  }
  if (json.is_string()) {
    return json.get<std::string>();
  }
  return std::monostate();
}

/// What a continuation token carries.
struct Carried {
  Parameters parameters;
  Position after;
};

/// Nothing where the text is none of ours. A seal does not prove that: its key follows from --deterministic.
std::optional<Carried> carried_in(std::string_view text) {
  const Json json = json_or_discarded(text);
  try {
    const auto number = integer_of(json.at("number"));
    return number && *number >= 0
               ? std::optional(Carried{
                     .parameters = json.at("parameters").get<Parameters>(),
                     .after = {.key = key_of(json.at("key")), .number = static_cast<std::uint64_t>(*number)}})
               : std::nullopt;
  } catch (const Json::exception &) {
    return std::nullopt;
  }
}

/// Sorts before in the order asked for; ties by number, so that the order is total and a position names one
/// place.
struct Before {
  bool descending;

  bool operator()(const Position &a, const Position &b) const {
    if (a.key != b.key) {
      return descending ? b.key < a.key : a.key < b.key;
    }
    return a.number < b.number;
  }
};

bool passes(const Query &query, Collection &items, std::uint64_t number) {
  return !items.is_vacant(number) &&
         std::all_of(query.filters.begin(), query.filters.end(),
                     [&](const Filter &filter) { return items.holds(number, filter); });
}

/// The page as the items come in its order; nothing where more than `looks` would have to be looked at.
std::optional<Page> page_in_order(const Query &query, Collection &items, const Access::Next &next,
                                  std::uint64_t looks) {
  Page page;
  for (auto number = next(); number; number = next()) {
    if (looks-- == 0) {
      return std::nullopt;
    }
    if (!passes(query, items, *number)) {
      continue;
    }
    if (page.items.size() == query.limit) {
      const std::uint64_t last = page.items.back();
      page.next =
          Position{.key = query.order ? items.key(last, query.order->path) : SortKey(), .number = last};
      break;
    }
    page.items.push_back(*number);
  }
  return page;
}

/// The page of items that come in any order: the first ones behind the position are kept, and one more, which
/// tells whether there is a next page.
Page page_of_any(const Query &query, Collection &items, const Access::Next &next) {
  const Before before{query.order && query.order->descending};
  std::vector<Position> first; // a heap, the last on top
  for (auto number = next(); number; number = next()) {
    if (!passes(query, items, *number)) {
      continue;
    }
    Position position{.key = query.order ? items.key(*number, query.order->path) : SortKey(),
                      .number = *number};
    const bool is_late = first.size() > query.limit && !before(position, first.front());
    if (is_late || (query.after && !before(*query.after, position))) {
      continue;
    }
    first.push_back(std::move(position));
    std::push_heap(first.begin(), first.end(), before);
    if (first.size() > query.limit + 1) {
      std::pop_heap(first.begin(), first.end(), before);
      first.pop_back();
    }
  }
  std::sort_heap(first.begin(), first.end(), before);
  Page page;
  for (std::size_t i = 0; i < std::min(query.limit, first.size()); ++i) {
    page.items.push_back(first[i].number);
  }
  if (first.size() > query.limit) {
    page.next = std::move(first[query.limit - 1]);
  }
  return page;
}

std::uint64_t count(const Query &query, Collection &items, const Access &access) {
  if (access.exact) {
    return access.most;
  }
  std::uint64_t count = 0;
  for (auto number = access.any(); number; number = access.any()) {
    count += passes(query, items, *number) ? 1 : 0;
  }
  return count;
}

} // namespace

std::variant<Query, Error> parse_query(const Target &target, const Fields &fields, const TokenSeal &seal) {
  Parameters parameters;
  std::string token;
  for (const auto &[name, value] : target.query) {
    if (name == "continuationToken") {
      token = value;
    } else {
      parameters.emplace_back(name, value);
    }
  }
  auto query = read_parameters(std::move(parameters), fields);
  if (token.empty() || std::holds_alternative<Error>(query)) {
    return query;
  }
  const auto text = seal.unseal(token);
  auto carried = text ? carried_in(*text) : std::nullopt;
  if (!carried) {
    return value_error(token, "continuationToken");
  }
  query = read_parameters(std::move(carried->parameters), fields);
  if (Query *continued = std::get_if<Query>(&query)) {
    continued->after = std::move(carried->after);
  }
  return query;
}

std::string continuation_token(const Query &query, const Position &next, const TokenSeal &seal) {
  const Json carried = {
      {"parameters", query.parameters}, {"key", key_json(next.key)}, {"number", next.number}};
  return seal.seal(carried.dump(-1, ' ', false, Json::error_handler_t::replace));
}

SortKey sort_key(const Json &document, const Path &path) {
  const Json *place = &document;
  for (const PathStep &step : path) {
    const auto member = place->find(step.name); // the end, where it is no object
    if (member == place->end()) {
      return std::monostate();
    }
    place = &*member;
  }
  return key_of(*place);
}

Json projected(const Json &document, const Projection &projection) {
  if (projection.empty()) {
    return document;
  }
  Json kept = Json::object();
  for (const std::string &name : projection) {
    // Named once more, a field is not copied once more: a query may name it a thousand times.
    if (const auto member = document.find(name); member != document.end() && !kept.contains(name)) {
      kept[name] = *member;
    }
  }
  return kept;
}

Access Collection::access(const Query &query) const {
  const auto numbers_from = [size = size()](std::uint64_t first) -> Access::Next {
    return [size, next = first]() mutable { return next < size ? std::optional(next++) : std::nullopt; };
  };
  Access access{.any = numbers_from(0), .most = size(), .in_order = {}};
  if (!query.order) {
    access.in_order = numbers_from(query.after ? query.after->number + 1 : 0);
    access.direct = true;
  }
  return access;
}

Page select(const Query &query, Collection &items) {
  const Access access = items.access(query);
  if (query.count) {
    Page page;
    page.count = count(query, items, access);
    return page;
  }
  if (access.in_order) {
    // Where what comes in order is not what is looked for, it is cheaper to gather that, and to sort it.
    constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
    if (auto page = page_in_order(query, items, access.in_order, access.direct ? kAll : access.most)) {
      return *std::move(page);
    }
  }
  return page_of_any(query, items, access.any);
}

} // namespace flow::mock
