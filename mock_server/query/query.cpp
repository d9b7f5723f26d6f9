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

/// One field of orderby; `orderby` is all of it.
std::variant<SortField, Error> read_sort_field(std::string_view text, std::string_view orderby,
                                               const Fields &fields) {
  // The catalogue's example of a wrong field is "#id": '#' is no sort order.
  const auto may_begin_field = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '#';
  };
  const auto begin =
      static_cast<std::size_t>(std::find_if(text.begin(), text.end(), may_begin_field) - text.begin());
  const std::string_view sort_order = text.substr(0, begin);
  const std::string_view name = text.substr(begin);
  // A bare '+' in a URL has become a space on its way.
  if (!sort_order.empty() && sort_order != "+" && sort_order != "-" && sort_order != " ") {
    return Error("orderby-sort-order").with("orderby", orderby);
  }
  SortField field{.path = parse_path_of_field(name), .descending = sort_order == "-"};
  const bool is_plain = std::none_of(field.path.begin(), field.path.end(),
                                     [](const PathStep &step) { return step.each || step.name.empty(); });
  if (!is_plain || !kind_of(field.path, fields)) {
    return Error("orderby-field").with("field", name);
  }
  return field;
}

std::optional<Error> read_order(std::string_view text, const Fields &fields, Query &query) {
  const auto names = static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) + 1;
  if (names > kMostSortFields) {
    return Error("orderby-too-many")
        .with("count", std::to_string(names))
        .with("most", std::to_string(kMostSortFields));
  }
  query.order.clear();
  for (std::string_view rest = text;;) {
    const std::size_t end = rest.find(',');
    auto field = read_sort_field(rest.substr(0, end), text, fields);
    if (Error *error = std::get_if<Error>(&field)) {
      return std::move(*error);
    }
    query.order.push_back(std::get<SortField>(std::move(field)));
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    rest.remove_prefix(end + 1);
  }
}

std::optional<Error> read_limit(std::string_view text, std::size_t most, Query &query) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  if (!is_digits(digits)) {
    return value_error(text, "limit");
  }
  if (is_negative || digits.find_first_not_of('0') == std::string_view::npos) {
    return Error("param-below-one").with("param", "limit");
  }
  const auto at_most = static_cast<std::int64_t>(most);
  query.limit = static_cast<std::size_t>(std::min(integer_in(digits).value_or(at_most), at_most));
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
std::variant<Query, Error> read_parameters(Parameters parameters, const Fields &fields,
                                           const ListingRules &rules) {
  Query query;
  query.limit = rules.usual_limit;
  bool limited = false;
  for (const auto &[name, value] : parameters) {
    std::optional<Error> error;
    const bool is_known = name == "property" || (!rules.properties_only &&
                                                 (name == "orderby" || name == "limit" || name == "count"));
    if (!is_known) {
      error = Error("query-param-unknown").with("param", name);
    } else if (value.empty()) {
      continue;
    } else if (name == "property") {
      error = read_property(value, fields, query);
    } else if (name == "orderby") {
      error = read_order(value, fields, query);
    } else if (name == "limit") {
      limited = true;
      error = read_limit(value, rules.most, query);
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
  if (query.order.empty() && !rules.usual_order.empty()) {
    if (auto error = read_order(rules.usual_order, fields, query)) {
      return *std::move(error);
    }
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
    if (!number || *number < 0) {
      return std::nullopt;
    }
    Carried carried{.parameters = json.at("parameters").get<Parameters>(),
                    .after = {.keys = {}, .number = static_cast<std::uint64_t>(*number)}};
    for (const Json &key : json.at("keys")) {
      carried.after.keys.push_back(key_of(key));
    }
    return carried;
  } catch (const Json::exception &) {
    return std::nullopt;
  }
}

/// Sorts before in an order. The number decides at last, so that a position names one place.
struct Before {
  const Order &order;

  bool operator()(const Position &a, const Position &b) const {
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (a.keys[i] != b.keys[i]) {
        return order[i].descending ? b.keys[i] < a.keys[i] : a.keys[i] < b.keys[i];
      }
    }
    const bool is_descending = !order.empty() && order.front().descending;
    return is_descending ? b.number < a.number : a.number < b.number;
  }
};

bool passes(const Query &query, Collection &items, std::uint64_t number) {
  return !items.is_vacant(number) &&
         std::all_of(query.filters.begin(), query.filters.end(),
                     [&](const Filter &filter) { return items.holds(number, filter); });
}

/// The first items behind the query's position, and one more, which tells whether there is a next page.
class FirstItems {
public:
  FirstItems(const Query &query, Collection &items) : query_(query), items_(items), before_{query.order} {}

  /// False where all that follow come later than those kept, if they come in the order of the first field.
  bool add(std::uint64_t number) {
    position_.number = number;
    position_.keys.clear();
    for (const SortField &field : query_.order) {
      position_.keys.push_back(items_.key(number, field.path));
    }
    if (query_.after && !before_(*query_.after, position_)) {
      return true;
    }
    const bool is_full = first_.size() > query_.limit;
    if (is_full && !before_(position_, first_.front())) {
      return query_.order.size() > 1 && position_.keys.front() == first_.front().keys.front();
    }
    first_.push_back(position_);
    std::push_heap(first_.begin(), first_.end(), before_);
    if (is_full) {
      std::pop_heap(first_.begin(), first_.end(), before_);
      first_.pop_back();
    }
    return query_.order.size() > 1 || first_.size() <= query_.limit;
  }

  [[nodiscard]] Page page() && {
    std::sort_heap(first_.begin(), first_.end(), before_);
    Page page;
    for (std::size_t i = 0; i < std::min(query_.limit, first_.size()); ++i) {
      page.items.push_back(first_[i].number);
    }
    if (first_.size() > query_.limit) {
      page.next = std::move(first_[query_.limit - 1]);
    }
    return page;
  }

private:
  const Query &query_;
  Collection &items_;
  const Before before_;
  Position position_;           ///< of the item looked at: its room is used again
  std::vector<Position> first_; ///< a heap, the last on top
};

/// The page of items that come in the order of the query's first field; nothing where more than `looks` would
/// have to be looked at.
std::optional<Page> page_in_order(const Query &query, Collection &items, const Access::Next &next,
                                  std::uint64_t looks) {
  FirstItems first(query, items);
  for (auto number = next(); number; number = next()) {
    if (looks-- == 0) {
      return std::nullopt;
    }
    if (passes(query, items, *number) && !first.add(*number)) {
      break;
    }
  }
  return std::move(first).page();
}

/// The page of items that come in any order.
Page page_of_any(const Query &query, Collection &items, const Access::Next &next) {
  FirstItems first(query, items);
  for (auto number = next(); number; number = next()) {
    if (passes(query, items, *number)) {
      first.add(*number);
    }
  }
  return std::move(first).page();
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

std::variant<Query, Error> parse_query(const Target &target, const Fields &fields, const TokenSeal &seal,
                                       const ListingRules &rules) {
  Parameters parameters;
  std::string token;
  for (const auto &[name, value] : target.query) {
    if (name == "continuationToken" && !rules.properties_only) {
      token = value;
    } else {
      parameters.emplace_back(name, value);
    }
  }
  auto query = read_parameters(std::move(parameters), fields, rules);
  if (token.empty() || std::holds_alternative<Error>(query)) {
    return query;
  }
  const auto text = seal.unseal(token);
  auto carried = text ? carried_in(*text) : std::nullopt;
  if (!carried) {
    return value_error(token, "continuationToken");
  }
  query = read_parameters(std::move(carried->parameters), fields, rules);
  if (Query *continued = std::get_if<Query>(&query)) {
    if (carried->after.keys.size() != continued->order.size()) {
      return value_error(token, "continuationToken");
    }
    continued->after = std::move(carried->after);
  }
  return query;
}

std::string continuation_token(const Query &query, const Position &next, const TokenSeal &seal) {
  Json keys = Json::array();
  for (const SortKey &key : next.keys) {
    keys.push_back(key_json(key));
  }
  const Json carried = {{"parameters", query.parameters}, {"keys", std::move(keys)}, {"number", next.number}};
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

Access Collection::access(const Query & /*query*/) const {
  return {.any =
              [size = size(), next = std::uint64_t{0}]() mutable {
                return next < size ? std::optional(next++) : std::nullopt;
              },
          .most = size(),
          .in_order = {}};
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
