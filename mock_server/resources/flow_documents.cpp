#include "mock_server/resources/flow_documents.hpp"

#include <array>
#include <memory>

#include "common/text.hpp"
#include "mock_server/resources/flow_json.hpp"
#include "mock_server/resources/flow_rules.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::string_view kDraft = "draft";

/// What a flow's document says of it. Of one that was there before, as a seed may have made it, it takes what
/// the document says nothing of.
std::shared_ptr<const Flow> flow_in(Transaction &transaction, Json document, const Flow *before) {
  auto flow = std::make_shared<Flow>();
  flow->id = document.at("id");
  flow->state = document.at("state");
  flow->created_at = {.ms = document.at("createdAt")};
  flow->updated_at = {.ms = document.at("updatedAt")};
  flow->runs_by_schedule = before == nullptr ? transaction->schedules_new_flows : before->runs_by_schedule;
  const Json spec = document.value("flowSpec", Json::object());
  flow->spec_id = spec.value("id", "");
  flow->spec_version = spec.value("version", "");
  const FlowSource source =
      before != nullptr && source_connection_ids(*before) == document.at("sourceConnectionIds")
          ? FlowSource{before->source, before->source_spec_id, before->source_format}
          : source_of_flow(transaction, document);
  flow->source = source.kind;
  flow->source_spec_id = source.spec_id;
  flow->source_format = source.format;
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
  return std::nullopt;
}

} // namespace

std::optional<Json> FlowDocuments::find(std::string_view id) {
  const SandboxFlow *flow = transaction_->find_flow(id);
  return flow == nullptr ? std::nullopt : std::optional(flow_document(transaction_, *flow));
}

void FlowDocuments::put(Json document) {
  const SandboxFlow *found = transaction_->find_flow(document.at("id").get_ref<const std::string &>());
  const SandboxFlow before = found == nullptr ? SandboxFlow() : *found;
  SandboxFlow &flow = transaction_->put_flow(flow_in(transaction_, std::move(document), before.flow.get()),
                                             transaction_.now_ms());
  flow.script = before.script;
  if (flow.delta_column.empty()) {
    flow.delta_column = before.delta_column;
  }
  if (!before.flow || before.flow->state == kDraft) {
    transaction_->begin_schedule(flow, transaction_.now_ms());
    transaction_->settle(transaction_.now_ms());
  }
}

void FlowDocuments::remove(std::string_view id) {
  transaction_->delete_flow(std::string(id));
}

std::vector<std::string> FlowDocuments::users(std::string_view id) const {
  std::vector<std::string> users = transaction_->flows_of_connection(id);
  std::erase_if(
      users, [&](const std::string &flow) { return transaction_->find_flow(flow)->flow->state == kDraft; });
  return users;
}

std::unique_ptr<Collection> FlowDocuments::collection() {
  return std::make_unique<FlowCollection>(transaction_);
}

bool FlowCollection::holds(std::uint64_t number, const Filter &filter) {
  const auto key = key_at_hand(transaction_->flows[number], filter.path);
  if (!key) {
    return holds_in(filter, document(number));
  }
  const auto *text = std::get_if<std::string>(&*key);
  return text != nullptr ? holds_for(filter, std::string_view(*text))
                         : holds_for(filter, std::get<std::int64_t>(*key));
}

SortKey FlowCollection::key(std::uint64_t number, const Path &path) {
  auto key = key_at_hand(transaction_->flows[number], path);
  return key ? *std::move(key) : sort_key(document(number), path);
}

std::string FlowCollection::text(std::uint64_t number) {
  return document(number).dump();
}

const Json &FlowCollection::document(std::uint64_t number) {
  if (!last_ || last_->first != number) {
    last_.emplace(number, flow_document(transaction_, transaction_->flows[number]));
  }
  return last_->second;
}

} // namespace flow::mock
