#include "mock_server/pipeline/answer.hpp"

#include <chrono>
#include <exception>
#include <new>
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

} // namespace

Response answer(ServiceState &state, const Request &request) {
  Exchange exchange{
      .request = request, .request_id = state.ids.uuid(), .begin = std::chrono::steady_clock::now()};
  exchange.parsed = parse(request, state.settings.reading);
  exchange.asked = identify(request.method, exchange.parsed.target);
  exchange.sandbox =
      state.sandboxes.find(exchange.parsed.headers.organisation, exchange.parsed.headers.sandbox);
  if (state.has_faults) {
    exchange.faults = take_faults(request, exchange.asked.operation(), state.faults,
                                  exchange.sandbox ? &exchange.sandbox->faults : nullptr);
  }
  if (auto instead = answer_instead(exchange.faults, exchange.request_id)) {
    exchange.response = *std::move(instead);
  } else {
    set_answer(exchange, carry_out_guarded(state, exchange));
    beside_the_answer(state, exchange, "judge",
                      [&] { exchange.verdict = judge(exchange, state.rules, state.coverage); });
  }
  touch_run(exchange);
  spoil(exchange.faults, exchange.response, exchange.request_id);
  beside_the_answer(state, exchange, "record", [&] { record(state, exchange); });
  return deliver(exchange);
}

} // namespace flow::mock
