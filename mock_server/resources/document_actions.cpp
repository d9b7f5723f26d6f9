#include "mock_server/resources/operation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/text.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/resources/document_answers.hpp"
#include "mock_server/resources/documents.hpp"
#include "mock_server/resources/flow_rules.hpp"
#include "mock_server/resources/json_body.hpp"

namespace flow::mock {

namespace {

using contract::Json;
using contract::Resource;

/// What an action does: from which state to which (dest-update, draft; the states are inferred).
struct Transition {
  std::string_view op;
  std::string_view from;
  std::string_view to;
};
constexpr std::array<Transition, 3> kTransitions = {
    {{"enable", "disabled", "enabled"}, {"disable", "enabled", "disabled"}, {"publish", "draft", "enabled"}}};

bool has(const std::vector<std::string> &names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(const std::vector<std::string> &names) {
  std::string all;
  for (const std::string &name : names) {
    all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

std::optional<Error> check_action(const Call &call, const std::vector<std::string> &ops,
                                  const std::string &op) {
  if (!has(ops, op)) {
    return Error("action-op-unsupported").with("op", parameter(call, "op")).with("allowed", joined(ops));
  }
  if (op == "finalize" || op == "finalize_update") {
    return Error("action-finalize").with("op", op);
  }
  const std::string sub_op = lower_case(parameter(call, "subOp"));
  if (sub_op.empty()) {
    return std::nullopt;
  }
  if (!has({"apply", "rollback", "progress"}, sub_op)) {
    return Error("action-subop-unsupported").with("subOp", parameter(call, "subOp"));
  }
  return Error("action-subop-refused").with("subOp", parameter(call, "subOp")).with("op", op);
}

} // namespace

// POST /{resource}/{id}/action?op=…: 200 with id and new etag (dest-update, draft, openapi). The op in any
// case.
Answer act_on_document(const Call &call) {
  const Resource &resource = *call.operation.resource;
  const std::string op = lower_case(parameter(call, "op"));
  if (auto error = check_action(call, resource.verb(call.operation.verb)->ops, op)) {
    return *std::move(error);
  }
  if (!call.request.body.empty()) { // a StateActionDTO, which only finalizing reads (openapi)
    auto body = json_object_in(call.request.body);
    if (Error *error = std::get_if<Error>(&body); error != nullptr && error->entry->name != "body-empty") {
      return std::move(*error);
    }
  }
  Transaction transaction(call.sandbox, call.now_ms);
  const auto documents = documents_of(transaction, resource);
  auto document = documents->find(call.id);
  if (!document) {
    return not_found(call);
  }
  if (auto error = check_version_of(call, *document, false)) {
    return *std::move(error);
  }
  const auto transition = std::find_if(kTransitions.begin(), kTransitions.end(),
                                       [&](const Transition &each) { return each.op == op; });
  const std::string state = document->value("state", "");
  if (transition != kTransitions.end() && state == transition->to &&
      call.settings.reading.is("same-state", "200")) {
    Response unchanged;
    unchanged.body = id_and_etag(*document);
    return Success{.response = std::move(unchanged)};
  }
  if (transition == kTransitions.end() || state != transition->from) {
    return Error(state == "updating" ? "state-not-transitioned" : "action-impossible")
        .with("op", op)
        .with("state", state);
  }
  if (resource.name == "flows" && op == "publish") {
    if (auto error = check_target_of_flow(transaction, *document)) {
      return *std::move(error);
    }
  }
  (*document)["state"] = transition->to;
  mark_changed(*document, transaction, call);
  note_operation(*document, resource, op, transaction.now_ms());
  documents->put(*document);
  Response response;
  response.body = id_and_etag(*document);
  return Success{.response = std::move(response)};
}

std::string id_and_etag(const Json &document) {
  return Json({{"id", document.at("id")}, {"etag", document.at("etag")}}).dump();
}

std::optional<Error> check_version_of(const Call &call, const Json &document, bool required) {
  if (!document.contains("etag")) {
    return std::nullopt;
  }
  const std::string mismatch = call.operation.resource->error_name("version-mismatch");
  return check_if_match(call,
                        {.id = document.at("id").get_ref<const std::string &>(),
                         .etag = document.at("etag").get_ref<const std::string &>(),
                         .mismatch_error = mismatch},
                        required);
}

std::optional<Error> check_can_change(const Call &call, const Json &document) {
  constexpr std::array<std::string_view, 4> kStates = {"enabled", "disabled", "initializing", "draft"};
  const std::string state = document.value("state", "enabled");
  if (std::find(kStates.begin(), kStates.end(), state) != kStates.end()) {
    return std::nullopt;
  }
  if (call.operation.resource->name != "flows") {
    return Error("update-impossible").with("state", state);
  }
  const bool is_delete = call.operation.verb == "delete";
  if (state == "disabling" && !is_delete) {
    return Error("state-not-updatable").with("state", state);
  }
  return Error(is_delete ? "delete-in-state" : "update-in-state").with("state", state);
}

void mark_changed(Json &document, Transaction &transaction, const Call &call) {
  document["updatedAt"] = transaction.now_ms();
  document["updatedBy"] = Json::parse(actor_text(call.credentials));
  document["updatedClient"] = document["updatedBy"];
  document["etag"] = transaction->ids.etag(transaction.now_ms());
  document["version"] = document["etag"];
}

void note_operation(Json &document, const Resource &resource, const std::string &operation,
                    std::int64_t now_ms, const Json *patch) {
  if (resource.field("lastOperation") == nullptr) {
    return;
  }
  Json &noted = document["lastOperation"];
  if (operation == "create") {
    noted = {{"started", now_ms}, {"updated", 0}, {"operation", operation}};
    return;
  }
  noted = {{"started", now_ms},
           {"updated", now_ms},
           {"percentCompleted", 100.0},
           {"status", {{"value", "completed"}, {"errors", Json::array()}}}};
  if (patch != nullptr) {
    noted["ops"] = *patch;
  }
  noted["operation"] = operation;
}

bool is_plain_id(std::string_view id) {
  constexpr std::size_t kLongest = 128;
  return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

} // namespace flow::mock
