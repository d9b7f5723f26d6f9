#include "mock_server/runs/run_state.hpp"

#include "mock_server/text.hpp"

namespace flow::mock {

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
  if (name == "in-progress") {
    return RunState::in_progress;
  }
  if (name == "failed") {
    return RunState::failed;
  }
  if (name == "success-without-records") {
    return RunState::success_without_records;
  }
  if (name == "success") {
    return RunState::success_with_records;
  }
  return std::nullopt;
}

RunState state_at(const std::optional<Ending> &ending, std::int64_t now_ms) {
  return ending && now_ms >= ending->at_ms ? ending->state : RunState::in_progress;
}

} // namespace flow::mock
