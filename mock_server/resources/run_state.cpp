#include "mock_server/resources/run_state.hpp"

#include <array>

#include "common/text.hpp"

namespace flow::mock {

namespace {

/// Which edition of the retry page lets a run be retried.
enum class Retry { never, since_newest, always };

struct StateRow {
  RunState state;
  std::string_view status; ///< in the spelling of the page that has it
  std::string_view name;   ///< in seeds, where it is not the status
  Result result;
  Retry retry;
};

// Where the statuses are documented: inProgress in sort-and-filter, failed and success in monitor and
// notifications; Processing and Waiting in the enum of destinations; the rest in openapi's StatusDTO, in its
// spelling and in that of the other statuses. Which of them have ended is inferred from their words; only the
// retries of failed and of success are documented, all others are excluded by that.
constexpr std::array<StateRow, kRunStates> kStates = {{
    {RunState::in_progress, "inProgress", "in-progress", Result::none_yet, Retry::never},
    {RunState::failed, "failed", "", Result::failure, Retry::always},
    {RunState::success_with_records, "success", "", Result::success, Retry::never},
    {RunState::success_without_records, "success", "success-without-records", Result::success,
     Retry::since_newest},
    {RunState::partial_success, "partialSuccess", "", Result::partial_success, Retry::never},
    {RunState::partial_failure, "partialFailure", "", Result::partial_failure, Retry::never},
    {RunState::completed, "COMPLETED", "", Result::success, Retry::never},
    {RunState::processing, "Processing", "", Result::none_yet, Retry::never},
    {RunState::waiting, "Waiting", "", Result::none_yet, Retry::never},
    {RunState::queued, "queued", "", Result::none_yet, Retry::never},
    {RunState::scheduled, "scheduled", "", Result::none_yet, Retry::never},
    {RunState::dto_in_progress, "IN_PROGRESS", "", Result::none_yet, Retry::never},
    {RunState::dto_partial_success, "PARTIAL_SUCCESS", "", Result::partial_success, Retry::never},
    {RunState::dto_partial_failure, "PARTIAL_FAILURE", "", Result::partial_failure, Retry::never},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (static_cast<std::size_t>(kStates[i].state) != i || kStates[i].status.size() > 16) {
      return false;
    }
  }
  return true;
}
static_assert(is_in_order(), "a state is the number of its row, and RunStatus has a bit for each letter");

constexpr const StateRow &row_of(RunState state) {
  return kStates[static_cast<std::size_t>(state)];
}

constexpr char kOtherCase = 'a' - 'A'; // the bit by which the cases of a letter differ

/// `text` as a status of that state, which it is but for the case.
RunStatus spelt(RunState state, std::string_view text) {
  unsigned other_case = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != row_of(state).status[i]) {
      other_case |= 1U << i;
    }
  }
  return {state, static_cast<std::uint16_t>(other_case)};
}

/// The first state with that status. A success has records, as far as its status says.
std::optional<RunStatus> state_with_status(std::string_view status) {
  for (const StateRow &row : kStates) {
    if (equal_ignoring_case(row.status, status)) {
      return spelt(row.state, status);
    }
  }
  return std::nullopt;
}

} // namespace

std::optional<RetryRefusal> retry_refusal(RunState state, SourceKind source,
                                          const contract::Reading &reading) {
  if (source != SourceKind::batch) {
    return RetryRefusal::source;
  }
  const Retry retry = row_of(state).retry;
  if (retry == Retry::always || (retry == Retry::since_newest && reading.is("zero-records", "allowed"))) {
    return std::nullopt;
  }
  return RetryRefusal::state;
}

Result result_of(RunState state) {
  return row_of(state).result;
}

bool has_ended(RunState state) {
  return result_of(state) != Result::none_yet;
}

std::string_view status(RunState state) {
  return row_of(state).status;
}

std::string text_of(RunStatus status) {
  std::string text(row_of(status).status);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((status.other_case >> i & 1U) != 0) {
      text[i] = static_cast<char>(text[i] ^ kOtherCase);
    }
  }
  return text;
}

std::optional<RunStatus> state_of(std::string_view status, std::optional<std::int64_t> output_records,
                                  std::optional<std::int64_t> created_records) {
  auto found = state_with_status(status);
  const std::int64_t ingested = output_records ? *output_records : created_records.value_or(0);
  if (found && *found == RunState::success_with_records && ingested == 0) {
    found->state = RunState::success_without_records;
  }
  return found;
}

std::optional<RunStatus> state_named(std::string_view name) {
  for (const StateRow &row : kStates) {
    if (row.name == name && !name.empty()) {
      return row.state;
    }
  }
  return state_with_status(name);
}

std::string name_of(RunStatus status) {
  const std::string_view name = row_of(status).name;
  const bool is_spelt = status.other_case != 0 && status != RunState::success_without_records;
  return name.empty() || is_spelt ? text_of(status) : std::string(name);
}

std::string known_statuses() {
  std::string known;
  for (const StateRow &row : kStates) {
    if (row.state != RunState::success_without_records) {
      known += (known.empty() ? "" : ", ") + std::string(row.status);
    }
  }
  return known;
}

std::string known_states() {
  std::string known;
  for (const StateRow &row : kStates) {
    if (!row.name.empty()) {
      known += std::string(row.name) + ", ";
    }
  }
  return known + known_statuses();
}

RunStatus state_at(const std::optional<Ending> &ending, std::int64_t now_ms, RunStatus before) {
  return ending && now_ms >= ending->at_ms ? ending->state : before;
}

} // namespace flow::mock
