#include "mock_server/resources/run.hpp"

#include <utility>

namespace flow::mock {

bool shows_completion(const Run &run) {
  return has_ended(run.state) &&
         (run.state != RunState::failed || run.flow->source == SourceKind::destination);
}

bool settle(Run &run, std::int64_t now_ms, const std::function<std::string(std::int64_t)> &fresh_etag) {
  if (has_ended(run.state) || !has_ended(state_at(run.ending, now_ms))) {
    return false;
  }
  const std::int64_t ended_at_ms = run.ending->at_ms;
  run.state = run.ending->state;
  run.updated_at_ms = ended_at_ms;
  run.ended_at_ms = ended_at_ms;
  run.etag = fresh_etag(ended_at_ms);
  run.metrics = nullptr;
  run.activities = nullptr;
  return true;
}

Run new_run(std::shared_ptr<const Flow> flow, std::optional<Window> window, NewRun fresh) {
  Run run;
  run.id = std::move(fresh.id);
  run.flow = std::move(flow);
  run.state = state_at(fresh.ending, fresh.now_ms, fresh.state);
  run.created_at_ms = fresh.now_ms;
  run.updated_at_ms = fresh.now_ms;
  run.started_at_ms = fresh.now_ms;
  run.ended_at_ms = fresh.now_ms;
  run.etag = std::move(fresh.etag);
  run.actors = std::move(fresh.actors);
  run.window = window;
  run.ending = fresh.ending;
  return run;
}

Run retry_of(const Run &original, NewRun fresh) {
  Run run = new_run(original.flow, original.window, std::move(fresh));
  run.params = original.params;
  run.script = original.script;
  return run;
}

} // namespace flow::mock
