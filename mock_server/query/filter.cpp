#include "mock_server/query/filter.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <span>

#include "common/text.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::string_view kOperatorCharacters = "=<>!~";

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

/// What stands behind an operator.
struct Values {
  std::vector<std::string> texts; ///< without their quotes
  bool all_quoted = true;
};

/// A quote ends where a comma or nothing follows it: `"a"b"` is a"b. One that does not end is part of the
/// value.
Values read_values(std::string_view text) {
  Values values;
  const auto ends_value = [&](std::size_t quote) {
    return quote + 1 == text.size() || text[quote + 1] == ',';
  };
  bool may_close = true; // not where an earlier quote has found no end
  for (;;) {
    std::size_t close = may_close && text.starts_with('"') ? text.find('"', 1) : std::string_view::npos;
    while (close != std::string_view::npos && !ends_value(close)) {
      close = text.find('"', close + 1);
    }
    const bool is_quoted = close != std::string_view::npos;
    may_close = may_close && (is_quoted || !text.starts_with('"'));
    values.all_quoted = values.all_quoted && is_quoted;
    const std::size_t end = is_quoted ? close + 1 : text.find(',');
    values.texts.emplace_back(is_quoted ? text.substr(1, close - 1) : text.substr(0, end));
    if (end >= text.size()) {
      return values;
    }
    text.remove_prefix(end + 1);
  }
}

/// `quoted`: all values stand in quotes.
std::optional<Comparison> comparison_of(std::string_view text, bool quoted) {
  if (text == "==" || (text == "=" && quoted)) {
    return Comparison::equal;
  }
  if (text == "<") {
    return Comparison::less;
  }
  if (text == ">") {
    return Comparison::greater;
  }
  if (text == "<=") {
    return Comparison::less_or_equal;
  }
  if (text == ">=") {
    return Comparison::greater_or_equal;
  }
  return std::nullopt;
}

template <typename Value> bool compare(Comparison comparison, const Value &left, const Value &right) {
  switch (comparison) {
  case Comparison::equal:
    return left == right;
  case Comparison::less:
    return left < right;
  case Comparison::greater:
    return left > right;
  case Comparison::less_or_equal:
    return left <= right;
  case Comparison::greater_or_equal:
    return left >= right;
  }
  return false;
}

Error field_error(std::string_view path) {
  return Error("filter-field-unknown").with("field", path);
}

std::variant<Filter, Projection, Error> parse_projection(std::string_view property, const Fields &fields) {
  Projection projection;
  for (std::string &name : split(property, ',')) {
    if (!kind_of({{.name = name}}, fields)) {
      return field_error(name);
    }
    projection.push_back(std::move(name));
  }
  return projection;
}

std::optional<Error> check_values(const Filter &filter, std::string_view path, std::string_view comparison,
                                  std::string_view values) {
  if (filter.values.size() > 1 && filter.comparison != Comparison::equal) {
    return Error("filter-several-values").with("operator", comparison);
  }
  const bool is_text = filter.kind == FieldKind::text || filter.kind == FieldKind::status;
  if (is_text && filter.comparison != Comparison::equal) {
    return Error("filter-operator-unsupported").with("operator", comparison).with("field", path);
  }
  if (filter.values.size() > 1 && filter.kind == FieldKind::time) {
    return Error("filter-value-invalid").with("value", values).with("field", path);
  }
  const bool is_number = filter.kind == FieldKind::number || filter.kind == FieldKind::time;
  for (const std::string &value : filter.values) {
    if (value.empty()) {
      return Error("filter-value-empty")
          .with("query", std::string(path) + std::string(comparison) + std::string(values));
    }
    if (is_number && !integer_in(value)) {
      return Error("filter-value-invalid").with("value", value).with("field", path);
    }
  }
  return std::nullopt;
}

/// Calls `found` for each scalar at the path, until it says true. Bounded by the path, not by the document's
/// depth.
bool any_at(const Json &json, std::span<const PathStep> path,
            const std::function<bool(const Json &)> &found) {
  if (path.empty()) {
    return json.is_primitive() && !json.is_null() && found(json);
  }
  if (!json.is_object()) {
    return false;
  }
  const auto member = json.find(path.front().name);
  if (member == json.end()) {
    return false;
  }
  if (!path.front().each) {
    return any_at(*member, path.subspan(1), found);
  }
  return member->is_array() && std::any_of(member->begin(), member->end(), [&](const Json &item) {
           return any_at(item, path.subspan(1), found);
         });
}

} // namespace

Path parse_path_of_field(std::string_view text) {
  Path path;
  for (std::string &name : split(text, '.')) {
    PathStep step{.name = std::move(name)};
    if (step.name.ends_with("[]")) {
      step.each = true;
      step.name.resize(step.name.size() - 2);
    }
    path.push_back(std::move(step));
  }
  return path;
}

std::optional<FieldKind> kind_of(const Path &path, const Fields &fields) {
  bool known = false;
  for (const Field &field : fields) {
    const Path documented = parse_path_of_field(field.path);
    if (documented == path) {
      return field.kind;
    }
    known = known || documented.front().name == path.front().name;
  }
  return known ? std::optional(FieldKind::any) : std::nullopt;
}

std::variant<Filter, Projection, Error> parse_property(std::string_view property, const Fields &fields) {
  const std::size_t begin = property.find_first_of(kOperatorCharacters);
  if (begin == std::string_view::npos) {
    return parse_projection(property, fields);
  }
  const std::size_t end = std::min(property.find_first_not_of(kOperatorCharacters, begin), property.size());
  const std::string_view path = property.substr(0, begin);
  const std::string_view comparison = property.substr(begin, end - begin);
  const std::string_view text = property.substr(end);
  if (comparison == "~") {
    return Error("filter-operator-not-implemented").with("operator", comparison);
  }
  Values values = read_values(text);
  const auto known = comparison_of(comparison, values.all_quoted);
  if (!known) {
    return Error("filter-operator-invalid").with("operator", comparison);
  }
  Filter filter{.path = parse_path_of_field(path), .comparison = *known, .values = std::move(values.texts)};
  const bool has_gap = std::any_of(filter.path.begin(), filter.path.end(),
                                   [](const PathStep &step) { return step.name.empty(); });
  const auto kind = has_gap ? std::nullopt : kind_of(filter.path, fields);
  if (!kind) {
    return field_error(path);
  }
  filter.kind = *kind;
  if (auto error = check_values(filter, path, comparison, text)) {
    return *std::move(error);
  }
  return filter;
}

std::optional<std::int64_t> integer_of(const Json &value) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
  return fits ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

bool holds_for(const Filter &filter, std::string_view value) {
  return std::any_of(filter.values.begin(), filter.values.end(), [&](const std::string &wanted) {
    if (filter.kind == FieldKind::status) {
      return equal_ignoring_case(value, wanted);
    }
    return compare(filter.comparison, value, std::string_view(wanted));
  });
}

bool holds_for(const Filter &filter, std::int64_t value) {
  return std::any_of(filter.values.begin(), filter.values.end(), [&](const std::string &wanted) {
    const auto number = integer_in(wanted);
    return number && compare(filter.comparison, value, *number);
  });
}

bool holds_in(const Filter &filter, const Json &document) {
  return any_at(document, filter.path, [&](const Json &value) {
    if (value.is_string()) {
      return holds_for(filter, std::string_view(value.get_ref<const std::string &>()));
    }
    if (const auto number = integer_of(value)) {
      return holds_for(filter, *number);
    }
    return holds_for(filter, std::string_view(value.dump())); // true, false, 1.5
  });
}

} // namespace flow::mock
