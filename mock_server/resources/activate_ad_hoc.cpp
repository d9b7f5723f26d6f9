#include "mock_server/resources/operation.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/text.hpp"
#include "mock_server/resources/json_body.hpp"

namespace flow::mock {

namespace {

using contract::Json;

// Of one call (adhoc).
constexpr std::size_t kMostSegments = 80;

/// A segment that is to go to a destination.
struct Activation {
  std::string segment;
  std::string flow_id;
};

Error invalid(std::string_view field, std::string_view reason) {
  return Error("param-invalid").with("value", "given").with("field", field).with("reason", reason);
}

/// The flow that leads to a destination: the id is its own, or that of its target connection.
const SandboxFlow *flow_to(Transaction &transaction, const std::string &destination) {
  if (const SandboxFlow *flow = transaction->find_flow(destination)) {
    return flow;
  }
  const std::vector<std::string> flows = transaction->flows_of_connection(destination);
  return flows.empty() ? nullptr : transaction->find_flow(*std::min_element(flows.begin(), flows.end()));
}

/// Null: none is going on.
const Run *run_going_on(Transaction &transaction, const SandboxFlow &flow) {
  const Run *last = transaction->last_run(flow);
  return last == nullptr || has_ended(last->state) ? nullptr : last;
}

std::optional<Error> check_flow(Transaction &transaction, const SandboxFlow *flow,
                                const std::string &destination, const std::string &segment) {
  if (flow == nullptr) {
    Error error("flow-not-found");
    error.with("id", destination);
    error.resource_id = destination;
    return error;
  }
  const std::vector<std::string> &entities = flow->flow->entities;
  if (std::find(entities.begin(), entities.end(), "segment:" + segment) == entities.end()) {
    return invalid("activationInfo", "segment " + segment + " is not in the flow " + flow->flow->id);
  }
  if (const Run *run = run_going_on(transaction, *flow)) {
    return invalid("activationInfo", "segment " + segment + " of the flow " + flow->flow->id +
                                         " is being activated by the run " + run->id);
  }
  return std::nullopt;
}

bool accepts_version_2(const Request &request) {
  constexpr std::string_view kVersion2 = "*application/vnd.adobe.adhoc.activation+json*version=2";
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const HeaderField &field) {
    return equal_ignoring_case(field.name, "Accept") &&
           (is_like(field.value, kVersion2) || is_like(field.value, std::string(kVersion2) + ",*"));
  });
}

/// What does not ask for version 2 is version 1, which needs the segments' export jobs (adhoc).
std::optional<Error> check_version(const Request &request, const Json &body) {
  if (accepts_version_2(request)) {
    return std::nullopt;
  }
  const Json ids = body.value("exportIds", Json());
  const bool are_texts = ids.is_array() && !ids.empty() &&
                         std::all_of(ids.begin(), ids.end(), [](const Json &id) { return id.is_string(); });
  return are_texts ? std::nullopt
                   : std::optional(invalid("exportIds",
                                           "version 1 needs the ids of export jobs; version 2 is asked "
                                           "for with Accept: "
                                           "application/vnd.adobe.adhoc.activation+json; version=2"));
}

/// What the body asks for (adhoc).
std::variant<std::vector<Activation>, Error> activations_in(const Json &body, Transaction &transaction) {
  const Json info = body.value("activationInfo", Json());
  if (!info.is_object() || info.empty()) {
    return invalid("activationInfo", "it must be an object of destination ids with their segments");
  }
  std::vector<Activation> activations;
  for (const auto &destination : info.items()) {
    if (!destination.value().is_array()) {
      return invalid("activationInfo", "the segments of a destination must be an array of ids");
    }
    const SandboxFlow *flow = flow_to(transaction, destination.key());
    for (const Json &segment : destination.value()) {
      if (!segment.is_string()) {
        return invalid("activationInfo", "the segments of a destination must be an array of ids");
      }
      if (auto error = check_flow(transaction, flow, destination.key(), segment.get<std::string>())) {
        return *std::move(error);
      }
      activations.push_back({.segment = segment.get<std::string>(), .flow_id = flow->flow->id});
      if (activations.size() > kMostSegments) {
        return invalid("activationInfo", "it names more than 80 segments");
      }
    }
  }
  if (activations.empty()) {
    return invalid("activationInfo", "it names no segment");
  }
  return activations;
}

} // namespace

// POST /data/core/activation/disflowprovider/adhocrun: for each segment a run, and where to read it (adhoc).
// The codes of its refusals are not documented: which are answered is assumed.
Answer activate_ad_hoc(const Call &call) {
  auto body = json_object_in(call.request.body);
  if (Error *error = std::get_if<Error>(&body)) {
    return std::move(*error);
  }
  if (auto error = check_version(call.request, std::get<Json>(body))) {
    return *std::move(error);
  }
  Transaction transaction(call.sandbox, call.now_ms);
  auto read = activations_in(std::get<Json>(body), transaction);
  if (Error *error = std::get_if<Error>(&read)) {
    return std::move(*error);
  }
  const auto &activations = std::get<std::vector<Activation>>(read);
  const std::uint64_t most = call.settings.limits.runs;
  if (transaction->runs.size() + activations.size() > most) {
    return Error("too-many-runs").with("most", std::to_string(most));
  }
  Success success{.made_run = ""};
  Json order = Json::array();
  for (const Activation &activation : activations) {
    SandboxFlow &flow = *transaction->find_flow(activation.flow_id);
    RetryScript *script = SandboxState::next_script(nullptr, &flow);
    const Run *made = transaction->start_run(
        new_run(flow.flow, std::nullopt,
                fresh_run(transaction, transaction->scripted(script), call.credentials)),
        script);
    success.made_run = made->id;
    order.push_back({{"segment", activation.segment},
                     {"order", flow.flow->id},
                     {"statusURL",
                      "https://platform.adobe.io" + std::string(contract::kBasePath) + "/runs/" + made->id}});
  }
  success.response.body = Json({{"order", std::move(order)}}).dump();
  return success;
}

} // namespace flow::mock
