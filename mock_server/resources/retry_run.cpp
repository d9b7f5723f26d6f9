#include "mock_server/resources/operation.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "mock_server/resources/run_json.hpp"

namespace flow::mock {

namespace {

std::optional<Error> check_body(std::string_view body) {
  const bool blank = std::all_of(body.begin(), body.end(),
                                 [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  if (blank || nlohmann::json::accept(body)) {
    return std::nullopt;
  }
  return Error("bad-request").with("reason", "its body is not JSON; a re-trigger needs none");
}

std::string_view error_of_unsupported_op(const contract::Reading &reading) {
  const std::string_view code = reading.choice("unsupported-op");
  return code == "1434-400"   ? "op-unsupported-1434"
         : code == "1398-400" ? "op-unsupported-1398"
                              : "op-unsupported";
}

/// Compared exactly.
std::optional<Error> check_op(const Target &target, const contract::Reading &reading) {
  std::string_view op;
  int given = 0;
  for (const auto &[name, value] : target.query) {
    if (name == "op") {
      op = value;
      ++given;
    }
  }
  if (op.empty() && given <= 1) {
    return Error("op-empty");
  }
  if (given > 1) {
    return Error("bad-request").with("reason", "the query param op is given more than once");
  }
  if (op != reading.choice("op")) {
    return Error(error_of_unsupported_op(reading)).with("flowRunAction", op);
  }
  return std::nullopt;
}

std::optional<Error> check_flow(const Flow &flow) {
  if (flow.state == "enabled") {
    return std::nullopt;
  }
  Error error("flow-not-enabled");
  error.with("flow", flow.id).with("state", flow.state);
  error.resource_id = flow.id;
  return error;
}

Error refusal_error(RetryRefusal refusal, const Run &run, const contract::Reading &reading) {
  Error error(refusal == RetryRefusal::source ? "source-unsupported" : "state-refuses");
  error.with("op", reading.choice("op")).with("spec", run.flow->source_spec_id);
  error.with("flowRunId", run.id).with("state", text_of(run.state));
  error.resource_id = run.id;
  return error;
}

} // namespace

// POST /runs/{id}/action?op=re-trigger: id and etag of the new run (retry-flows), or the run (openapi)
Answer retry_run(const Call &call) {
  const Settings &settings = call.settings;
  if (auto error = check_body(call.request.body)) {
    return *std::move(error);
  }
  if (auto error = check_op(call.target, settings.reading)) {
    return *std::move(error);
  }
  Transaction transaction(call.sandbox, call.now_ms);
  const Run *original = transaction->find_run(call.id);
  if (original == nullptr) {
    return not_found(call);
  }
  if (transaction->find_flow(original->flow->id) == nullptr) { // it was deleted: which error, is assumed
    Error error("flow-not-found");
    error.with("id", original->flow->id);
    error.resource_id = original->flow->id;
    return error;
  }
  if (auto error = check_flow(*original->flow)) {
    return *std::move(error);
  }
  if (const auto refusal = retry_refusal(original->state, original->flow->source, settings.reading)) {
    return refusal_error(*refusal, *original, settings.reading);
  }
  if (auto error = check_if_match(call, versioned(*original), false)) {
    return *std::move(error);
  }

  if (auto error = check_room(transaction, settings)) {
    return *std::move(error);
  }

  RetryScript *script =
      SandboxState::next_script(original->script.get(), transaction->find_flow(original->flow->id));
  NewRun fresh = fresh_run(transaction, transaction->scripted(script), call.credentials);
  const Run *made = transaction->start_run(retry_of(*original, std::move(fresh)), script);
  Success success{.made_run = made->id};
  Response &response = success.response;
  if (settings.reading.is("retry-answer", "run")) {
    append_run(response.body, *made, call.sandbox, settings.reading);
  } else {
    response.body = id_and_etag(*made);
  }
  return success;
}

} // namespace flow::mock
