#include "mock_server/service.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "mock_server/admin/control_api.hpp"
#include "mock_server/error.hpp"
#include "mock_server/gateway.hpp"
#include "mock_server/journal/expected.hpp"
#include "mock_server/operations/operation.hpp"
#include "mock_server/record.hpp"
#include "mock_server/routes.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/target.hpp"
#include "mock_server/trace.hpp"
#include "mock_server/visitors.hpp"

namespace flow::mock {

namespace {

/// What nobody may read of whom the mock lets in.
std::vector<std::string> secrets_in(const Settings &settings) {
  const Allow &allow = settings.seed.allow;
  std::vector<std::string> secrets = {settings.control.token};
  secrets.insert(secrets.end(), allow.tokens.begin(), allow.tokens.end());
  secrets.insert(secrets.end(), allow.api_keys.begin(), allow.api_keys.end());
  for (const TokenClient &client : allow.clients) {
    secrets.push_back(client.secret);
  }
  return secrets;
}

} // namespace

ServiceState::ServiceState(Settings given)
    : settings(std::move(given)), secrets(secrets_in(settings)), clock(*settings.clock),
      rules(contract::Rules::of(settings.reading)), journal(settings.journal_size, exchanges),
      tenants(settings, clock, exchanges), ids(settings.deterministic.value_or(IdSource::random_seed())),
      seal(ids.uuid()), tokens(settings.seed.allow.clients, clock, ids, settings.limits.tokens) {
  start_clock();
}

void ServiceState::start_clock() {
  clock.start_over(settings.frozen_at_ms);
}

namespace {

/// Carries out an operation. What it may have changed is noted, also where it fails half-way.
Answer perform(ServiceState &state, Operation operation, const Call &call) {
  if (call.request.method == "GET" || call.request.method == "HEAD") {
    return operation(call);
  }
  try {
    Answer answer = operation(call);
    if (std::holds_alternative<Response>(answer)) {
      state.tenants.mark_changed(*call.trace.tenant);
    }
    return answer;
  } catch (...) {
    state.tenants.mark_changed(*call.trace.tenant);
    throw;
  }
}

Answer carry_out(ServiceState &state, const Request &request, Trace &trace) {
  if (!request.unreadable.empty()) {
    return Error(request.unreadable);
  }
  if (const ExpectedClauses expected = expected_clauses(request, state.settings.reading);
      !expected.unknown.empty()) {
    return Error("expectation-unknown").with("clause", expected.unknown);
  }
  if (trace.identified.at_origin) {
    return state.tokens.answer(request);
  }
  std::shared_ptr<Tenant> of_token;
  const auto token_standing = [&](std::string_view token, std::string_view organisation,
                                  std::string_view sandbox) {
    return state.tokens.standing(token, [&]() -> const SteerableClock * {
      of_token = state.tenants.find(organisation, sandbox);
      return of_token ? &of_token->clock : nullptr;
    });
  };
  auto headers = check_headers(request, trace.operation(), state.settings, token_standing);
  if (Error *error = std::get_if<Error>(&headers)) {
    return std::move(*error);
  }
  const Credentials &credentials = std::get<Credentials>(headers);
  if (!trace.is_target_whole) {
    return Error("bad-request").with("reason", "its path or query is not percent-encoded as RFC 3986 says");
  }
  auto routed = route(request.method, trace.identified, trace.target);
  if (Error *error = std::get_if<Error>(&routed)) {
    return std::move(*error);
  }
  trace.tenant = state.tenants.of(credentials.organisation, credentials.sandbox);
  if (!trace.tenant) {
    return Error("too-many-sandboxes").with("most", std::to_string(state.settings.limits.sandboxes));
  }
  trace.tenant->last_use.store(state.exchanges.load(std::memory_order_relaxed) + 1,
                               std::memory_order_relaxed);
  trace.at_ms = trace.tenant->clock.now_ms();
  return perform(state, std::get<Operation>(routed),
                 {.request = request,
                  .target = trace.target,
                  .credentials = credentials,
                  .id = trace.identified.id,
                  .sandbox = trace.tenant->sandbox,
                  .now_ms = *trace.at_ms,
                  .settings = state.settings,
                  .seal = state.seal,
                  .trace = trace});
}

/// What goes wrong inside is the documented error 1102-500, or 1103-503 where memory runs out.
Response answer(ServiceState &state, const Request &request, Trace &trace, const std::string &request_id) {
  Answer answer = [&]() -> Answer {
    try {
      return carry_out(state, request, trace);
    } catch (const std::bad_alloc &) {
      return out_of_memory();
    } catch (const std::exception &) {
      return Error("internal-error")
          .with("remedy", "It is a defect of the mock: please report it with the request that caused it.");
    }
  }();
  if (Response *made = std::get_if<Response>(&answer)) {
    return std::move(*made);
  }
  const Error &error = std::get<Error>(answer);
  trace.error = error.entry->name;
  return to_response(error, request_id);
}

/// The faults that fall on a request: those of any sandbox, then those of the one it names.
Faults take_faults(ServiceState &state, const Request &request, Trace &trace) {
  if (!state.has_faults) {
    return {};
  }
  Faults faults = state.faults.take(request);
  const auto [organisation, sandbox] = named_sandbox(request, state.settings.reading);
  trace.tenant = state.tenants.find(organisation, sandbox);
  if (trace.tenant) {
    const Faults of_tenant = trace.tenant->faults.take(request);
    faults.insert(faults.end(), of_tenant.begin(), of_tenant.end());
  }
  return faults;
}

/// What a request asks for. Of a target whose query cannot be taken apart, its path says it.
void identify(const Request &request, Trace &trace) {
  auto target = parse_target(request.target);
  trace.is_target_whole = target.has_value();
  if (!target) {
    target = parse_target(path_of(request.target));
  }
  if (target) {
    trace.target = *std::move(target);
    trace.identified = contract::identify(request.method, trace.target.segments);
  }
  if (trace.identified.operation != nullptr && trace.identified.operation->path.front() == "runs") {
    trace.run = trace.identified.id;
  }
}

Response exchange(ServiceState &state, const Request &request) {
  const std::string request_id = state.ids.uuid();
  Trace trace;
  const auto begin = std::chrono::steady_clock::now();
  identify(request, trace);
  const Faults faults = take_faults(state, request, trace);
  trace.faults = names(faults);
  auto instead = answer_instead(faults, request_id);
  Verdict verdict;
  Response response;
  if (instead) {
    response = *std::move(instead);
  } else {
    response = answer(state, request, trace, request_id);
    verdict = judge(state, request, response, trace);
  }
  spoil(faults, response, request_id);
  response.headers.emplace_back("x-request-id", request_id);
  record(state, request, response, trace, verdict, std::chrono::steady_clock::now() - begin);
  return response;
}

/// For where there is no memory: what it was taken up for has been given back by now. Never throws.
Response last_answer(ServiceState &state) {
  try {
    const std::string request_id = state.ids.uuid();
    Response response = to_response(out_of_memory(), request_id);
    response.headers.emplace_back("x-request-id", request_id);
    return response;
  } catch (const std::exception &) {
    Response response;
    response.status = 503;
    response.body = "{\"status\":503}"; // short enough to need no memory
    return response;
  }
}

} // namespace

FlowService::FlowService(Settings settings) : state_(std::make_unique<ServiceState>(std::move(settings))) {}

FlowService::~FlowService() = default;

Response FlowService::handle(const Request &request) {
  try {
    if (admin::is_for(request)) {
      return admin::answer(*state_, request);
    }
    auto visit = answer_to_visitor(request);
    return visit ? *std::move(visit) : exchange(*state_, request);
  } catch (const std::exception &) {
    // Only where memory ran out so far that the answer could not be made, or not be noted.
    return last_answer(*state_);
  }
}

ServiceState &FlowService::state() {
  return *state_;
}

} // namespace flow::mock
