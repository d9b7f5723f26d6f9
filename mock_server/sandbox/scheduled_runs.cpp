#include <algorithm>
#include <utility>

#include "mock_server/sandbox/sandbox_state.hpp"

/// The part of a sandbox's state that lets flows run by their schedules.
namespace flow::mock {

namespace {

using contract::Json;

std::string seconds_text(std::int64_t ms) {
  return std::to_string(ms / 1000);
}

/// Who makes the runs of a flow: who made it (assumed).
std::string maker_of(const Flow &flow) {
  const auto maker = flow.document.find("createdBy");
  return maker == flow.document.end() ? "\"{CREATED_BY}\"" : maker->dump();
}

} // namespace

void SandboxState::schedule(SandboxFlow &flow, std::int64_t now_ms) {
  unschedule(flow);
  const auto params = flow.flow->document.find("scheduleParams");
  const auto wanted = flow.flow->runs_by_schedule && flow.flow->source != SourceKind::streaming &&
                              params != flow.flow->document.end()
                          ? schedule_in(*params)
                          : std::nullopt;
  if (!wanted) {
    flow.runs_at.reset();
    return;
  }
  const auto before = flow.runs_at;
  if (!before || before->given != *wanted) {
    flow.runs_at = RunTimes{.schedule = *wanted, .given = *wanted, .next_ms = std::nullopt};
    if (before && before->has_run) {
      flow.runs_at->has_run = true;
      flow.runs_at->window_from_ms = before->window_from_ms;
      if (wanted->step_ms > 0) {
        flow.runs_at->schedule.first_ms = before->window_from_ms; // counted on from the last run (assumed)
      }
    }
  }
  RunTimes &times = *flow.runs_at;
  if (flow.flow->state != "enabled") {
    times.next_ms.reset();
    return;
  }
  if (times.next_ms.value_or(now_ms) <= now_ms) { // what has been missed is not made up for (assumed)
    times.next_ms = next_after(times.schedule, now_ms);
  }
  if (!times.has_run) {
    const auto last = last_until(times.schedule, now_ms);
    times.has_run = last.has_value();
    times.window_from_ms = last.value_or(std::min(flow.created_at_ms, times.schedule.first_ms));
  }
  if (times.next_ms) {
    scheduled_.emplace(*times.next_ms, flow.flow->id);
  }
}

void SandboxState::unschedule(const SandboxFlow &flow) {
  if (flow.runs_at && flow.runs_at->next_ms) {
    scheduled_.erase({*flow.runs_at->next_ms, flow.flow->id});
  }
}

void SandboxState::begin_schedule(SandboxFlow &flow, std::int64_t now_ms) {
  if (!flow.runs_at || flow.flow->state != "enabled" || flow.runs_at->schedule.first_ms > now_ms) {
    return;
  }
  touch_flow(flow.flow->id);
  unschedule(flow);
  RunTimes &times = *flow.runs_at;
  times.window_from_ms =
      times.schedule.backfill ? times.schedule.first_ms : last_until(times.schedule, now_ms).value_or(now_ms);
  times.next_ms = now_ms;
  scheduled_.emplace(now_ms, flow.flow->id);
}

void SandboxState::make_scheduled_run() {
  const auto [at_ms, flow_id] = *scheduled_.begin();
  SandboxFlow &flow = *find_flow(flow_id);
  RunTimes &times = *flow.runs_at;
  touch_flow(flow_id);
  if (runs.size() < most_runs) {
    RetryScript *script = next_script(nullptr, &flow);
    Run run = new_run(flow.flow, Window{.start_ms = times.window_from_ms, .end_ms = at_ms},
                      fresh_run(scripted(script), actors(maker_of(*flow.flow)), at_ms));
    run.params =
        std::make_shared<const std::string>(Json({{"startTime", seconds_text(at_ms)},
                                                  {"windowStartTime", seconds_text(times.window_from_ms)},
                                                  {"windowEndTime", seconds_text(at_ms)}})
                                                .dump());
    start_run(std::move(run), script);
    times.window_from_ms = at_ms;
    times.has_run = true;
  }
  scheduled_.erase(scheduled_.begin());
  times.next_ms = next_after(times.schedule, at_ms);
  if (times.next_ms) {
    scheduled_.emplace(*times.next_ms, flow_id);
  }
}

std::uint64_t SandboxState::scheduled_until(std::int64_t moment_ms) {
  std::uint64_t count = 0;
  for (auto due = scheduled_.begin(); due != scheduled_.end() && due->first <= moment_ms; ++due) {
    count += count_until(find_flow(due->second)->runs_at->schedule, due->first, moment_ms);
  }
  return count;
}

NewRun SandboxState::fresh_run(const ScriptedRetry &next, std::shared_ptr<const Actors> makers,
                               std::int64_t now_ms) {
  // A scripted id may have been taken since by a run made through the control API.
  const bool is_free = !next.id.empty() && runs.find(next.id) == nullptr;
  NewRun fresh{.id = is_free ? next.id : fresh_run_id(),
               .etag = next.etag.empty() ? ids.etag(now_ms) : next.etag,
               .now_ms = now_ms,
               .actors = std::move(makers),
               .ending = std::nullopt,
               .state = {}};
  if (has_ended(next.outcome)) {
    fresh.ending =
        Ending{.at_ms = now_ms + next.duration_ms.value_or(defaults.duration_ms), .state = next.outcome};
  } else {
    fresh.state = next.outcome;
  }
  return fresh;
}

} // namespace flow::mock
