#include "mock_server/pipeline/dispatch.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "mock_server/pipeline/exchange.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock {

namespace {

using NamedOperation = std::pair<std::string_view, Operation>;

constexpr std::array<NamedOperation, 4> kOperations = {{{"activate_ad_hoc", activate_ad_hoc},
                                                        {"create_run", create_run},
                                                        {"update_run", update_run},
                                                        {"retry_run", retry_run}}};

/// Those that resources have in common.
constexpr std::array<NamedOperation, 11> kVerbs = {{{"list", list_documents},
                                                    {"create", create_document},
                                                    {"search", search_documents},
                                                    {"get", get_document},
                                                    {"put", put_document},
                                                    {"patch", patch_document},
                                                    {"delete", delete_document},
                                                    {"test", answer_of_document},
                                                    {"explore", answer_of_document},
                                                    {"configs", answer_of_document},
                                                    {"action", act_on_document}}};

/// Throws std::out_of_range where the mock has no function for what the contract names.
Operation operation_of(const contract::OperationEntry &entry) {
  const std::span<const NamedOperation> all =
      entry.verb.empty() ? std::span<const NamedOperation>(kOperations) : kVerbs;
  const std::string &name = entry.verb.empty() ? entry.name : entry.verb;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto &each) { return each.first == name; });
  if (found == all.end()) {
    throw std::out_of_range("the mock has no operation " + entry.name);
  }
  return found->second;
}

bool is_read_of_runs(const contract::OperationEntry &entry) {
  return entry.repeat == contract::Repeat::safe && entry.resource == &contract::resource("runs");
}

std::string path_text(const Target &target) {
  std::string path;
  for (const std::string &segment : target.segments) {
    path += "/" + segment;
  }
  return path.empty() ? "/" : path;
}

/// Carries out an operation. What it may have changed is noted, also where it fails half-way.
Answer perform(Sandboxes &sandboxes, Sandbox &sandbox, Operation operation, const Call &call) {
  try {
    Answer answer = operation(call);
    if (std::holds_alternative<Success>(answer)) {
      sandboxes.mark_changed(sandbox);
    }
    return answer;
  } catch (...) {
    sandboxes.mark_changed(sandbox);
    throw;
  }
}

} // namespace

std::variant<Operation, Error> route(std::string_view method, const contract::Identified &identified,
                                     const Target &target) {
  if (!identified.is_path_known) {
    return Error("route-not-found").with("path", path_text(target));
  }
  if (identified.operation == nullptr) {
    const std::string allow = contract::allowed_methods(target.segments);
    Error error("method-not-allowed");
    error.with("method", method).with("allow", allow);
    error.headers.emplace_back("Allow", allow);
    return error;
  }
  return operation_of(*identified.operation);
}

Answer dispatch(ServiceState &state, Exchange &exchange) {
  const contract::Identified &identified = exchange.asked.identified;
  if (identified.is_token) {
    return Success{.response = state.tokens.answer(exchange.request)};
  }
  auto routed = route(exchange.request.method, identified, exchange.parsed.target);
  if (Error *error = std::get_if<Error>(&routed)) {
    return std::move(*error);
  }
  const auto operation = std::get<Operation>(routed);
  if (!exchange.sandbox || !exchange.sandbox->has_started()) {
    exchange.sandbox = state.sandboxes.of(exchange.credentials.organisation, exchange.credentials.sandbox);
  }
  if (!exchange.sandbox) {
    return Error("too-many-sandboxes").with("most", std::to_string(state.settings.limits.sandboxes));
  }
  Sandbox &sandbox = *exchange.sandbox;
  sandbox.last_use.store(state.exchanges.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (sandbox.skips_time && is_read_of_runs(*identified.operation)) {
    sandbox.skip_to_end(identified.id);
  }
  exchange.at_ms = sandbox.clock.now_ms();
  const Call call{.request = exchange.request,
                  .target = exchange.parsed.target,
                  .credentials = exchange.credentials,
                  .operation = *identified.operation,
                  .id = identified.id,
                  .sandbox = sandbox.objects,
                  .now_ms = *exchange.at_ms,
                  .settings = state.settings,
                  .seal = state.seal};
  return identified.operation->repeat == contract::Repeat::safe
             ? operation(call)
             : perform(state.sandboxes, sandbox, operation, call);
}

} // namespace flow::mock
