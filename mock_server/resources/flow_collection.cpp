#include "mock_server/resources/flow_collection.hpp"

#include "mock_server/resources/flow_json.hpp"

namespace flow::mock {

const Fields &flow_fields() {
  static const Fields fields = {
      {"id", FieldKind::text},
      {"createdAt", FieldKind::time},
      {"updatedAt", FieldKind::time},
      {"createdBy", FieldKind::text},
      {"updatedBy", FieldKind::text},
      {"createdClient", FieldKind::text},
      {"updatedClient", FieldKind::text},
      {"sandboxId", FieldKind::text},
      {"sandboxName", FieldKind::text},
      {"imsOrgId", FieldKind::text},
      {"name", FieldKind::text},
      {"description", FieldKind::text},
      {"flowSpec", FieldKind::any},
      {"state", FieldKind::status},
      {"version", FieldKind::text},
      {"etag", FieldKind::text},
      {"sourceConnectionIds", FieldKind::any},
      {"targetConnectionIds", FieldKind::any},
      {"inheritedAttributes", FieldKind::any},
      {"scheduleParams", FieldKind::any},
      {"transformations", FieldKind::any},
      {"runs", FieldKind::text},
      {"lastOperation", FieldKind::any},
      {"lastRunDetails", FieldKind::any},
      {"lastRunDetails.state", FieldKind::status},
      {"lastRunDetails.startedAtUTC", FieldKind::time},
      {"lastRunDetails.completedAtUTC", FieldKind::time},
  };
  return fields;
}

FlowCollection::FlowCollection(Transaction &transaction) {
  documents_.reserve(transaction->flows.size());
  for (const SandboxFlow &flow : transaction->flows) {
    documents_.push_back(flow_document(transaction, flow));
  }
}

bool FlowCollection::holds(std::uint64_t number, const Filter &filter) {
  return holds_in(filter, documents_.at(number));
}

SortKey FlowCollection::key(std::uint64_t number, const Path &path) {
  return sort_key(documents_.at(number), path);
}

std::string FlowCollection::text(std::uint64_t number) {
  return documents_.at(number).dump();
}

} // namespace flow::mock
