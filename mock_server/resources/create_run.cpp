#include "mock_server/resources/operation.hpp"

#include <memory>
#include <utility>

#include "common/text.hpp"
#include "mock_server/resources/json_body.hpp"

namespace flow::mock {

namespace {

using contract::Json;

// Below, a time is in epoch seconds (on-demand-ingestion); what is larger can only be meant in ms (openapi's
// text).
constexpr std::int64_t kSecondsBelow = 100'000'000'000;

// data.format of a table-based source's connection (database).
constexpr std::string_view kTabular = "tabular";

std::string shown(const Json &value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error invalid_params(const Json &params, std::string_view reason) {
  return Error("run-params-invalid").with("params", shown(params)).with("reason", reason);
}

bool is_empty_text(const Json &value) {
  return value.is_string() && value.get_ref<const std::string &>().empty();
}

/// An epoch time, as a string of digits (tutorial) or an integer (openapi), in ms.
std::variant<std::int64_t, Error> read_time(const Json &params, const char *field) {
  const auto given = params.find(field);
  if (given == params.end() || given->is_null() || is_empty_text(*given)) {
    return invalid_params(params, std::string(field) + " is missing");
  }
  std::optional<std::int64_t> time;
  if (given->is_number_integer()) {
    time = given->get<std::int64_t>();
  } else if (given->is_string()) {
    time = integer_in(given->get_ref<const std::string &>());
  }
  constexpr std::int64_t kLatestMs = 253402300799999; // the end of the year 9999
  if (!time || *time < 0 || *time > kLatestMs) {
    return invalid_params(params,
                          std::string(field) + " must be an epoch time, as an integer or a string of digits");
  }
  return *time < kSecondsBelow ? *time * 1000 : *time;
}

std::variant<Window, Error> read_window(const Json &params) {
  if (!params.is_object()) {
    return invalid_params(params, "they must be an object");
  }
  auto scheduled = read_time(params, "startTime");
  if (Error *error = std::get_if<Error>(&scheduled)) {
    return std::move(*error);
  }
  auto start = read_time(params, "windowStartTime");
  if (Error *error = std::get_if<Error>(&start)) {
    return std::move(*error);
  }
  auto end = read_time(params, "windowEndTime");
  if (Error *error = std::get_if<Error>(&end)) {
    return std::move(*error);
  }
  const Window window{.start_ms = std::get<std::int64_t>(start), .end_ms = std::get<std::int64_t>(end)};
  if (window.end_ms < window.start_ms) {
    return Error("window-backwards")
        .with("endTime", shown(params["windowEndTime"]))
        .with("startTime", shown(params["windowStartTime"]));
  }
  return window;
}

/// The delta column a run names, or an empty text. The first run of a table-based source has to name one;
/// once a flow has one, a run may name no other (on-demand-ingestion).
std::variant<std::string, Error> read_delta_column(const Json &params, const SandboxFlow &flow) {
  const auto given = params.find("deltaColumn");
  if (given == params.end() || given->is_null()) {
    const bool needed = flow.flow->source_format == kTabular && flow.delta_column.empty();
    return needed ? std::variant<std::string, Error>(Error("delta-column-missing")) : std::string();
  }
  if (!given->is_object() || !given->contains("name") || !(*given)["name"].is_string() ||
      is_empty_text((*given)["name"])) {
    return invalid_params(params, "deltaColumn must be an object with the name of a column");
  }
  auto name = (*given)["name"].get<std::string>();
  if (!flow.delta_column.empty() && flow.delta_column != name) {
    return Error("delta-column-other").with("column", name).with("flowColumn", flow.delta_column);
  }
  return name;
}

std::optional<Error> check_can_run(const Flow &flow) {
  if (flow.source != SourceKind::batch) {
    return Error("source-not-on-demand").with("connectorType", traits_of(flow.source).name);
  }
  if (!flow.scheduled_once) {
    return Error("frequency-not-once")
        .with("flowId", flow.id)
        .with("frequency", flow.document.at("scheduleParams").value("frequency", ""));
  }
  return std::nullopt;
}

Run run_on_demand(const SandboxFlow &flow, const Window &window, const Json &params, NewRun fresh) {
  Run run = new_run(flow.flow, window, std::move(fresh));
  run.params = std::make_shared<const std::string>(params.dump());
  return run;
}

} // namespace

// POST /runs: id and etag of a new run on demand, listed (on-demand-ingestion) or alone (openapi)
Answer create_run(const Call &call) {
  auto body = json_object_in(call.request.body);
  if (Error *error = std::get_if<Error>(&body)) {
    return std::move(*error);
  }
  const Json &document = std::get<Json>(body);
  const auto flow_id = document.find("flowId");
  if (flow_id == document.end() || !flow_id->is_string() || is_empty_text(*flow_id)) {
    return Error("flow-id-empty");
  }
  const Json params = document.value("params", Json::object());

  Transaction transaction(call.sandbox, call.now_ms);
  SandboxFlow *flow = transaction->find_flow(flow_id->get_ref<const std::string &>());
  if (flow == nullptr) {
    return Error("flow-of-run-unknown").with("id", flow_id->get_ref<const std::string &>());
  }
  if (auto error = check_can_run(*flow->flow)) {
    return *std::move(error);
  }
  auto window = read_window(params);
  if (Error *error = std::get_if<Error>(&window)) {
    return std::move(*error);
  }
  auto delta_column = read_delta_column(params, *flow);
  if (Error *error = std::get_if<Error>(&delta_column)) {
    return std::move(*error);
  }

  if (auto error = check_room(transaction, call.settings)) {
    return *std::move(error);
  }

  RetryScript *script = SandboxState::next_script(nullptr, flow);
  NewRun fresh = fresh_run(transaction, transaction->scripted(script), call.credentials);
  const Run *made = transaction->start_run(
      run_on_demand(*flow, std::get<Window>(window), params, std::move(fresh)), script);
  if (flow->delta_column.empty()) {
    flow->delta_column = std::move(std::get<std::string>(delta_column));
    transaction->touch_flow(flow->flow->id);
  }
  Success success{.made_run = made->id};
  Response &response = success.response;
  response.status = 201;
  response.body = call.settings.reading.is("create-answer", "id-and-etag")
                      ? id_and_etag(*made)
                      : "{\"items\":[" + id_and_etag(*made) + "]}";
  return success;
}

} // namespace flow::mock
