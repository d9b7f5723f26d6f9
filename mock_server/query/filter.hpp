#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/http/error.hpp"

/// The query language of listings (sort-and-filter, openapi).
namespace flow::mock {

/// One step of a path: "name", or "name[]" for each item of the array of that name.
struct PathStep {
  std::string name;
  bool each = false;

  bool operator==(const PathStep &) const = default;
};

using Path = std::vector<PathStep>;

/// What a field holds, as far as the query language cares.
enum class FieldKind {
  text,   ///< compared for equality only
  status, ///< text, compared without regard to case
  number, ///< an integer; can be ordered
  time,   ///< a number, epoch ms; compared with one value only
  any,    ///< whatever stands there
};

/// A documented field of a resource, by its path: "metrics.durationSummary.startedAtUTC".
struct Field {
  std::string_view path;
  FieldKind kind;
};

/// The documented fields of a resource. Top-level names must be among them; below, any path may be asked for.
using Fields = std::vector<Field>;

enum class Comparison { equal, less, greater, less_or_equal, greater_or_equal };

/// "path OP value[,value…]": of several values, any may hold. A value may stand in double quotes, which are
/// none of it: they keep a comma in it, and with them the operator may be "=".
struct Filter {
  Path path;
  FieldKind kind = FieldKind::any;
  Comparison comparison = Comparison::equal;
  std::vector<std::string> values;
};

/// Fields to return: a `property` without an operator.
using Projection = std::vector<std::string>;

/// Reads one `property` parameter. Errors: 1440 and 1450 (operator), 1443 (several values), 1448 (operator
/// for this field), 1449 (field), 1452 (value; several values for a time), 1453 (empty value).
std::variant<Filter, Projection, Error> parse_property(std::string_view property, const Fields &fields);

/// The path's kind among the documented fields, or `any`; nothing where its first name is not one of them.
std::optional<FieldKind> kind_of(const Path &path, const Fields &fields);

/// Reads "a.b[].c".
Path parse_path_of_field(std::string_view text);

/// The integer that a JSON value is; nothing where it is none, or too large to be counted with.
std::optional<std::int64_t> integer_of(const contract::Json &value);

/// Whether a filter holds for one value.
bool holds_for(const Filter &filter, std::string_view value);
bool holds_for(const Filter &filter, std::int64_t value);

/// Whether it holds for any value at its path in the document.
bool holds_in(const Filter &filter, const contract::Json &document);

} // namespace flow::mock
