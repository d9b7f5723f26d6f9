#include "mock_server/resources/run_collection.hpp"

#include <string>

#include "mock_server/resources/fields.hpp"
#include "mock_server/resources/run_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

using Value = std::variant<std::int64_t, std::string_view>;

/// Fields that are at hand without rendering the run: those of the documented filters, and the dates.
struct AtHand {
  std::string_view path;
  Value (*value)(const Run &);
};

const std::vector<std::pair<Path, Value (*)(const Run &)>> &fields_at_hand() {
  static const auto fields = [] {
    const std::vector<AtHand> table = {
        {"id", [](const Run &run) -> Value { return run.id; }},
        {"flowId", [](const Run &run) -> Value { return run.flow->id; }},
        {"state", [](const Run &run) -> Value { return status(run.state); }},
        {"metrics.statusSummary.status", [](const Run &run) -> Value { return status(run.state); }},
        {"metrics.durationSummary.startedAtUTC", [](const Run &run) -> Value { return run.started_at_ms; }},
        {"createdAt", [](const Run &run) -> Value { return run.created_at_ms; }},
        {"updatedAt", [](const Run &run) -> Value { return run.updated_at_ms; }},
    };
    std::vector<std::pair<Path, Value (*)(const Run &)>> parsed;
    parsed.reserve(table.size());
    for (const AtHand &field : table) {
      parsed.emplace_back(parse_path_of_field(field.path), field.value);
    }
    return parsed;
  }();
  return fields;
}

std::optional<Value> value_at_hand(const Run &run, const Path &path) {
  for (const auto &[known, value] : fields_at_hand()) {
    if (known == path) {
      return value(run);
    }
  }
  return std::nullopt;
}

} // namespace

const Fields &run_fields() {
  return query_fields(contract::resource("runs"));
}

bool RunCollection::holds(std::uint64_t number, const Filter &filter) {
  const Run &run = transaction_->runs.at(number);
  if (const auto value = value_at_hand(run, filter.path)) {
    const auto *count = std::get_if<std::int64_t>(&*value);
    return count != nullptr ? holds_for(filter, *count)
                            : holds_for(filter, std::get<std::string_view>(*value));
  }
  return holds_in(filter, document(number));
}

SortKey RunCollection::key(std::uint64_t number, const Path &path) {
  const Run &run = transaction_->runs.at(number);
  const auto value = value_at_hand(run, path);
  if (!value) {
    return sort_key(document(number), path);
  }
  const auto *count = std::get_if<std::int64_t>(&*value);
  return count != nullptr ? SortKey(*count) : SortKey(std::string(std::get<std::string_view>(*value)));
}

std::string RunCollection::text(std::uint64_t number) {
  transaction_->touch(transaction_->runs.at(number).id); // it is shown
  return rendered(number);
}

std::string RunCollection::rendered(std::uint64_t number) const {
  const Run &run = transaction_->runs.at(number);
  std::string json;
  append_run(json, run, transaction_.sandbox(), reading_);
  return json;
}

const Json &RunCollection::document(std::uint64_t number) {
  if (!last_ || last_->first != number) {
    last_.emplace(number, Json::parse(rendered(number)));
  }
  return last_->second;
}

} // namespace flow::mock
