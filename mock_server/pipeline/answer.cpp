#include "mock_server/pipeline/answer.hpp"

#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <utility>
#include <variant>

#include "mock_server/pipeline/deliver.hpp"
#include "mock_server/pipeline/dispatch.hpp"
#include "mock_server/pipeline/exchange.hpp"
#include "mock_server/pipeline/faults.hpp"
#include "mock_server/pipeline/gateway.hpp"
#include "mock_server/pipeline/record.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock {

namespace {

void log_failure_of(const ServiceState &state, const Exchange &exchange, std::string_view step,
                    const std::exception &cause) noexcept {
  log_failure(state.failure_log, {.step = step, .request_id = exchange.request_id}, exchange.request,
              state.secrets, cause);
}

/// Carries out what the gateway lets in.
Answer carry_out(ServiceState &state, Exchange &exchange) {
  auto passed = pass_gateway(exchange, state.settings, state.tokens, state.leases);
  if (Error *error = std::get_if<Error>(&passed)) {
    return std::move(*error);
  }
  exchange.credentials = std::get<Credentials>(passed);
  return dispatch(state, exchange);
}

/// The same; what is thrown is an answer, too.
Answer carry_out_guarded(ServiceState &state, Exchange &exchange) {
  try {
    return carry_out(state, exchange);
  } catch (const std::bad_alloc &cause) {
    log_failure_of(state, exchange, "dispatch", cause);
    return out_of_memory();
  } catch (const std::exception &cause) {
    log_failure_of(state, exchange, "dispatch", cause);
    return internal_error();
  }
}

void set_answer(Exchange &exchange, Answer answer) {
  if (Success *success = std::get_if<Success>(&answer)) {
    exchange.response = std::move(success->response);
    exchange.made_run = std::move(success->made_run);
  } else {
    const Error &error = std::get<Error>(answer);
    exchange.error = error.entry->name;
    exchange.response = to_response(error, exchange.request_id);
  }
}

/// A test may have put the run there that is asked for; also a request that is refused has met it.
void touch_run(const Exchange &exchange) {
  if (exchange.sandbox && exchange.sandbox->is_steered && !exchange.asked.run.empty()) {
    Transaction::unsettled(exchange.sandbox->objects, exchange.sandbox->clock)->touch(exchange.asked.run);
  }
}

/// Runs a step that the answer does not depend on.
template <typename Step>
void beside_the_answer(ServiceState &state, const Exchange &exchange, std::string_view name, Step step) {
  try {
    step();
  } catch (const std::exception &cause) {
    log_failure_of(state, exchange, name, cause);
  }
}

bool is_read(const Exchange &exchange) {
  return exchange.request.method == "GET" || exchange.request.method == "HEAD";
}

/// The answer, once what was done is in the store; what a read saw has to be there, too.
Response kept(ServiceState &state, Exchange &exchange) {
  Keeper &keeper = *state.keeper;
  bool waits = !is_read(exchange) || !exchange.faults.empty() || state.settings.is_journal_durable;
  if (exchange.sandbox) {
    keeper.note(exchange.sandbox);
    waits = waits || exchange.sandbox->may_have_unkept();
  }
  const bool saw_unkept = exchange.sandbox && exchange.sandbox->may_have_unkept();
  if (!waits || (keeper.is_failing() && is_read(exchange) && !saw_unkept)) {
    return deliver(exchange);
  }
  const std::string request_id = exchange.request_id;
  const auto instead = [request_id](const std::string &why) {
    Response response = not_kept(why, request_id);
    response.headers.emplace_back(kRequestIdHeader, request_id);
    return response;
  };
  return keeper.held(deliver(exchange), instead, exchange.sandbox ? exchange.sandbox->is_lost : nullptr);
}

} // namespace

Response not_kept(const std::string &why, const std::string &request_id, bool is_unknown) {
  const std::string remedy =
      is_unknown ? "It is not known whether the mock's store has kept what this request changes (" + why +
                       "): look before it is sent again."
                 : "The mock's store cannot keep what this request changes (" + why +
                       "), and nothing was changed: try again when it can.";
  Response response = to_response(Error("service-unavailable").with("remedy", remedy), request_id);
  response.headers.emplace_back(kStoreHeader, is_unknown ? "unknown" : "failed");
  return response;
}

Response answer(ServiceState &state, const Request &request) {
  Exchange exchange{
      .request = request, .request_id = state.ids.uuid(), .begin = std::chrono::steady_clock::now()};
  exchange.parsed = parse(request, state.settings.reading);
  exchange.asked = identify(request.method, exchange.parsed.target);
  exchange.sandbox =
      state.sandboxes.find(exchange.parsed.headers.organisation, exchange.parsed.headers.sandbox);
  const bool is_refused = state.keeper && state.keeper->is_failing() && !is_read(exchange);
  std::optional<Changing> changing; // also before a fault is taken, which counts it
  if (state.keeper && exchange.sandbox && !is_refused &&
      (!is_read(exchange) || !exchange.sandbox->faults.empty())) {
    changing.emplace(exchange.sandbox);
  }
  if (state.has_faults) {
    exchange.faults = take_faults(request, exchange.asked.operation(), state.faults,
                                  exchange.sandbox ? &exchange.sandbox->faults : nullptr);
  }
  if (auto instead = answer_instead(exchange.faults, exchange.request_id)) {
    exchange.response = *std::move(instead);
  } else if (is_refused) {
    exchange.response = not_kept(state.keeper->failure(), exchange.request_id);
  } else {
    set_answer(exchange, carry_out_guarded(state, exchange));
    beside_the_answer(state, exchange, "judge",
                      [&] { exchange.verdict = judge(exchange, state.rules, state.coverage); });
  }
  touch_run(exchange);
  spoil(exchange.faults, exchange.response, exchange.request_id);
  beside_the_answer(state, exchange, "record", [&] { record(state, exchange); });
  changing.reset();
  return state.keeper && !is_refused ? kept(state, exchange) : deliver(exchange);
}

} // namespace flow::mock
