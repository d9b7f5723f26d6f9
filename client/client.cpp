#include <flow_client/client.hpp>

#include <algorithm>
#include <stdexcept>

#include "client/client_state.hpp"
#include "client/flow_json.hpp"
#include "client/query_text.hpp"
#include "client/run_json.hpp"
#include "contracts/model/resources.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;

/// Epoch seconds as text (on-demand-ingestion); openapi's integers are the other reading.
std::string seconds_text(Time time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

std::string body_of(const NewRunRequest &request, Time now) {
  Json params = {{"startTime", seconds_text(request.start.value_or(now))},
                 {"windowStartTime", seconds_text(request.window.start)},
                 {"windowEndTime", seconds_text(request.window.end)}};
  if (!request.delta_column.empty()) {
    params["deltaColumn"] = {{"name", request.delta_column}};
  }
  const Json body = {{"flowId", request.flow_id}, {"params", params}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

Client::Client(const Settings &settings)
    : Client(settings, http_transport(settings.base_url, settings.ca_file), system_clock()) {}

Client::Client(Settings settings, std::shared_ptr<Transport> transport, std::shared_ptr<Clock> clock)
    : state_(new ClientState{Caller(std::move(settings), std::move(transport), std::move(clock))}) {}

Client::~Client() = default;
Client::Client(Client &&) noexcept = default;
Client &Client::operator=(Client &&) noexcept = default;

NewRun Client::retry(const std::string &run_id, const RetryOptions &options) const {
  Call call = with_query(call_of("retry_run", run_id), "op=re-trigger");
  call.headers = {{"Content-Type", "application/json"}};
  call.repeat_when_unknown = options.repeat_when_unknown;
  if (!options.if_match.empty()) {
    call.headers.emplace_back("If-Match", options.if_match);
  }
  try {
    return state_->change(call, read_new_run, "run");
  } catch (const MayHaveHappened &happened) {
    throw unknown_outcome(happened.error, "run " + run_id + " was retried. Before retrying it again,",
                          "{the flowId of the run}", happened.since);
  }
}

NewRun Client::create(const NewRunRequest &request, const CreateOptions &options) const {
  if (request.flow_id.empty()) {
    throw std::invalid_argument("a run cannot be created without the id of its flow");
  }
  const auto now = std::chrono::floor<milliseconds>(state_->caller.clock().today());
  Call call = call_of("create_run");
  call.headers = {{"Content-Type", "application/json"}};
  call.body = body_of(request, now);
  call.repeat_when_unknown = options.repeat_when_unknown;
  try {
    return state_->change(call, read_new_run, "run");
  } catch (const MayHaveHappened &happened) {
    throw unknown_outcome(happened.error,
                          "a run of flow " + request.flow_id + " was created. Before creating it again,",
                          request.flow_id, happened.since);
  }
}

Run Client::get(const std::string &run_id) const {
  return state_->ask(call_of("get_run", run_id), read_run, "run");
}

Flow Client::get_flow(const std::string &flow_id) const {
  return state_->ask(call_of("get_flow", flow_id), read_flow, "flow");
}

Listing<Run> Client::runs(const RunQuery &query) const {
  return Listing<Run>([state = state_, query = text_of(query)](const std::string &token) {
    return state->ask(with_query(call_of("list_runs"), token.empty() ? query : "continuationToken=" + token),
                      page_of<Run, run_of>, "list of runs");
  });
}

Listing<Flow> Client::flows(const FlowQuery &query) const {
  return Listing<Flow>([state = state_, query = text_of(query)](const std::string &token) {
    return state->ask(with_query(call_of("list_flows"), token.empty() ? query : "continuationToken=" + token),
                      page_of<Flow, flow_of>, "list of flows");
  });
}

std::int64_t Client::count(const RunQuery &query) const {
  const std::string filters = filters_of(query);
  return state_->ask(with_query(call_of("list_runs"), filters + (filters.empty() ? "" : "&") + "count=true"),
                     count_of, "count");
}

std::int64_t Client::count(const FlowQuery &query) const {
  const std::string filters = filters_of(query);
  return state_->ask(with_query(call_of("list_flows"), filters + (filters.empty() ? "" : "&") + "count=true"),
                     count_of, "count");
}

Documents Client::documents(std::string_view resource) const {
  const auto &all = contract::resources();
  const auto found = std::find_if(all.begin(), all.end(), [&](const contract::Resource &each) {
    return each.name == resource && !each.verbs.empty();
  });
  if (found == all.end()) {
    throw std::invalid_argument("there are no documents of a resource \"" + std::string(resource) + "\"");
  }
  return {state_, *found};
}

Run Client::wait(const std::string &run_id, milliseconds timeout) const {
  Clock &clock = state_->caller.clock();
  const PollPolicy &poll = state_->caller.settings().poll;
  const Clock::Instant deadline = clock.now() + timeout;
  milliseconds pause = std::min(poll.first, poll.max);
  Call call = call_of("get_run", run_id);
  call.deadline = deadline;
  for (;;) {
    Run run = state_->ask(call, read_run, "run");
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock.now());
    if (run.ended() || left <= milliseconds(0)) {
      return run;
    }
    // The last look is at the deadline itself, so that a short timeout still sees the end.
    clock.sleep_for(std::min(pause, left));
    pause = std::min(pause * 2, poll.max);
  }
}

} // namespace flow::client
