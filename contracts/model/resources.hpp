#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The fields of the service's resources, as resources.json has them: the only list of what can be filtered
/// by, what an update may change, and what is stored unchanged.
namespace flow::contract {

/// What a field holds.
enum class ValueKind {
  text,
  status, ///< a text, compared without regard to case
  number, ///< an integer
  time,   ///< a number, epoch ms
  object,
  objects, ///< an array of objects
  texts,   ///< an array of texts
};

struct ResourceField {
  std::string path;    ///< its name, or below it "metrics.statusSummary.status"
  std::string openapi; ///< how the OpenAPI description spells it; empty: the same
  ValueKind kind;
  bool read_only; ///< set by the service: an update may contain it, but does not change it
  bool kept;      ///< stored unchanged, from a seed or an update

  [[nodiscard]] bool is_at_top() const { return path.find('.') == std::string::npos; }
};

/// Every field of a run, in the order of resources.json.
const std::vector<ResourceField> &fields_of_run();

/// The field of a run that has this name, in either spelling; null: a run has none.
const ResourceField *field_of_run(std::string_view name);

} // namespace flow::contract
