#include "mock_server/resources/flow_documents.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "common/text.hpp"
#include "mock_server/resources/flow_json.hpp"
#include "mock_server/resources/flow_rules.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::string_view kDraftState = "draft";

bool is_of_a_seed(std::string_view format) {
  constexpr std::array<std::string_view, 4> kFormats = {"delimited", "json", "parquet", "tabular"};
  return std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end();
}

/// It follows from its connections and its specification; of a flow that is changed, where these are others.
void set_source(Flow &flow, Transaction &transaction, const Json &document, const SandboxFlow *before) {
  if (before != nullptr && document.at("sourceConnectionIds") == source_connection_ids(*before->flow)) {
    flow.source = before->flow->source;
    flow.source_spec_id = before->flow->source_spec_id;
    flow.source_format = before->flow->source_format;
    return;
  }
  const FlowSource source = source_of_flow(transaction, document);
  flow.source = source.kind;
  flow.source_spec_id = source.spec_id;
  flow.source_format = is_of_a_seed(source.format) ? source.format : "";
}

/// What a flow's document says of it, but what the sandbox says.
std::shared_ptr<const Flow> flow_in(Transaction &transaction, Json document, const SandboxFlow *before) {
  auto flow = std::make_shared<Flow>();
  flow->id = document.at("id");
  flow->state = document.at("state");
  flow->created_at = {.ms = document.at("createdAt")};
  flow->updated_at = {.ms = document.at("updatedAt")};
  if (const Json &spec = document.at("flowSpec"); spec.contains("id") && spec.contains("version")) {
    flow->spec_id = spec["id"];
    flow->spec_version = spec["version"];
  }
  set_source(*flow, transaction, document, before);
  flow->runs_by_schedule =
      before == nullptr ? transaction->schedules_new_flows : before->flow->runs_by_schedule;
  const Json::json_pointer frequency("/scheduleParams/frequency");
  flow->scheduled_once = !document.contains(frequency) || document.at(frequency) == "once";
  flow->delta_column = delta_column_of(document.value("transformations", Json::array()));
  if (flow->source == SourceKind::destination) {
    flow->entities = entities_of(document.value("transformations", Json::array()));
    if (flow->entities.empty()) {
      flow->entities = data_sets_of(transaction, document);
    }
  }
  for (const char *of_the_sandbox : {"createdAt", "updatedAt", "sandboxId", "sandboxName", "imsOrgId",
                                     "version", "runs", "lastRunDetails"}) {
    document.erase(of_the_sandbox);
  }
  flow->document = std::move(document);
  return flow;
}

/// What of a flow is at hand without rendering it.
std::optional<SortKey> key_at_hand(const SandboxFlow &flow, const Path &path) {
  if (path.size() != 1 || path.front().each) {
    return std::nullopt;
  }
  const std::string &name = path.front().name;
  if (name == "createdAt") {
    return flow.created_at_ms;
  }
  if (name == "updatedAt") {
    return flow.updated_at_ms;
  }
  if (name == "id") {
    return flow.flow->id;
  }
  if (name == "state") {
    return flow.flow->state;
  }
  return std::nullopt;
}

} // namespace

std::optional<Json> FlowDocuments::find(std::string_view id) {
  const SandboxFlow *flow = transaction_->find_flow(id);
  return flow == nullptr ? std::nullopt : std::optional(flow_document(transaction_, *flow));
}

void FlowDocuments::put(Json document) {
  const SandboxFlow *before = transaction_->find_flow(document.at("id").get_ref<const std::string &>());
  RetryScript script = before == nullptr ? RetryScript() : before->script;
  const bool has_column_of_runs = before != nullptr && before->flow->delta_column.empty();
  std::string delta_column = has_column_of_runs ? before->delta_column : "";
  const bool begins = before == nullptr || before->flow->state == kDraftState;
  SandboxFlow &put =
      transaction_->put_flow(flow_in(transaction_, std::move(document), before), transaction_.now_ms());
  put.script = std::move(script);
  if (put.flow->delta_column.empty()) {
    put.delta_column = std::move(delta_column);
  }
  if (begins) {
    transaction_->begin_schedule(put, transaction_.now_ms());
    transaction_->settle(transaction_.now_ms());
  }
}

void FlowDocuments::remove(std::string_view id) {
  transaction_->delete_flow(std::string(id));
}

std::vector<std::string> FlowDocuments::users(std::string_view id) const {
  std::vector<std::string> users = transaction_->flows_of_connection(id);
  std::erase_if(users, [&](const std::string &flow) {
    return transaction_->find_flow(flow)->flow->state == kDraftState;
  });
  return users;
}

bool FlowCollection::holds(std::uint64_t number, const Filter &filter) {
  const auto key = key_at_hand(flow(number), filter.path);
  if (!key) {
    return holds_in(filter, document_with(number, filter.path));
  }
  const auto *text = std::get_if<std::string>(&*key);
  return text != nullptr ? holds_for(filter, std::string_view(*text))
                         : holds_for(filter, std::get<std::int64_t>(*key));
}

SortKey FlowCollection::key(std::uint64_t number, const Path &path) {
  auto key = key_at_hand(flow(number), path);
  return key ? *std::move(key) : sort_key(document_with(number, path), path);
}

std::string FlowCollection::text(std::uint64_t number) {
  return document(number).dump();
}

const Json &FlowCollection::document(std::uint64_t number) {
  if (!last_ || last_->first != number) {
    last_.emplace(number, flow_document(transaction_, flow(number)));
  }
  return last_->second;
}

const Json &FlowCollection::document_with(std::uint64_t number, const Path &path) {
  constexpr std::array<std::string_view, 11> kOtherwiseShown = {
      "id",      "createdAt", "updatedAt",       "sandboxId", "sandboxName",   "imsOrgId",
      "version", "etag",      "transformations", "runs",      "lastRunDetails"};
  const std::string &name = path.front().name;
  const Json &kept = flow(number).flow->document;
  const bool is_shown_as_kept = name == "labels" || name == "options" || name == "providerId";
  const bool is_at_hand = is_shown_as_kept || (std::find(kOtherwiseShown.begin(), kOtherwiseShown.end(),
                                                         name) == kOtherwiseShown.end() &&
                                               kept.contains(name));
  return is_at_hand ? kept : document(number);
}

} // namespace flow::mock
