#include "mock_server/runs/run_state.hpp"

#include <array>
#include <utility>

#include "common/text.hpp"

namespace flow::mock {

namespace {

constexpr std::array<std::pair<RunState, std::string_view>, 4> kNames = {{
    {RunState::in_progress, "in-progress"},
    {RunState::failed, "failed"},
    {RunState::success_without_records, "success-without-records"},
    {RunState::success_with_records, "success"},
}};

} // namespace

std::optional<RetryRefusal> retry_refusal(RunState state, SourceKind source, Edition edition) {
  if (source == SourceKind::streaming) {
    return RetryRefusal::source;
  }
  if (state == RunState::failed ||
      (state == RunState::success_without_records && edition == Edition::newest)) {
    return std::nullopt;
  }
  return RetryRefusal::state;
}

bool has_ended(RunState state) {
  return state != RunState::in_progress;
}

std::string_view status(RunState state) {
  switch (state) {
  case RunState::in_progress:
    return "inProgress";
  case RunState::failed:
    return "failed";
  case RunState::success_without_records:
  case RunState::success_with_records:
    return "success";
  }
  return "";
}

std::optional<RunState> state_of(std::string_view status, std::optional<std::int64_t> output_records,
                                 std::optional<std::int64_t> created_records) {
  if (equal_ignoring_case(status, "inProgress")) {
    return RunState::in_progress;
  }
  if (equal_ignoring_case(status, "failed")) {
    return RunState::failed;
  }
  if (!equal_ignoring_case(status, "success")) {
    return std::nullopt;
  }
  const std::int64_t ingested = output_records ? *output_records : created_records.value_or(0);
  return ingested == 0 ? RunState::success_without_records : RunState::success_with_records;
}

std::optional<RunState> state_named(std::string_view name) {
  for (const auto &[state, its_name] : kNames) {
    if (its_name == name) {
      return state;
    }
  }
  return std::nullopt;
}

std::string_view name_of(RunState state) {
  for (const auto &[known, name] : kNames) {
    if (known == state) {
      return name;
    }
  }
  return "";
}

RunState state_at(const std::optional<Ending> &ending, std::int64_t now_ms) {
  return ending && now_ms >= ending->at_ms ? ending->state : RunState::in_progress;
}

} // namespace flow::mock
