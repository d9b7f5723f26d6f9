#include "mock_server/resources/documents.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "mock_server/resources/flow_documents.hpp"
#include "mock_server/resources/run_collection.hpp"
#include "mock_server/resources/run_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

class StoredCollection final : public Collection {
public:
  explicit StoredCollection(const DocumentStore &store) : store_(store) {}

  [[nodiscard]] std::uint64_t size() const override { return store_.count(); }
  [[nodiscard]] Access access(const Query &query) const override {
    return store_.by_creation().access(query);
  }
  bool holds(std::uint64_t number, const Filter &filter) override { return holds_in(filter, json(number)); }
  SortKey key(std::uint64_t number, const Path &path) override { return sort_key(json(number), path); }
  std::string text(std::uint64_t number) override { return json(number).dump(); }

private:
  [[nodiscard]] const Json &json(std::uint64_t number) const { return *store_.all().at(number).json; }

  const DocumentStore &store_;
};

class StoredDocuments final : public Documents {
public:
  explicit StoredDocuments(DocumentStore &store) : store_(store) {}

  std::optional<Json> find(std::string_view id) override {
    const Document *found = store_.find(id);
    return found == nullptr ? std::nullopt : std::optional(*found->json);
  }
  void put(Json document) override {
    const Document *before = store_.find(document.at("id").get_ref<const std::string &>());
    store_.put({.json = std::make_shared<const Json>(std::move(document)),
                .answers = before == nullptr ? nullptr : before->answers});
  }
  void remove(std::string_view id) override { store_.remove(id); }
  [[nodiscard]] std::uint64_t count() const override { return store_.count(); }
  [[nodiscard]] std::vector<std::string> users(std::string_view id) const override {
    return store_.users(id);
  }
  [[nodiscard]] const Json *answers(std::string_view id) const override {
    const Document *found = store_.find(id);
    return found == nullptr ? nullptr : found->answers.get();
  }

private:
  DocumentStore &store_;
};

constexpr std::string_view kFlows = "flows";
constexpr std::string_view kRuns = "runs";

} // namespace

std::unique_ptr<Documents> documents_of(Transaction &transaction, const contract::Resource &resource) {
  if (resource.name == kFlows) {
    return std::make_unique<FlowDocuments>(transaction);
  }
  return std::make_unique<StoredDocuments>(transaction->documents(resource, transaction.sandbox()));
}

std::unique_ptr<Collection> collection_of(Transaction &transaction, const contract::Resource &resource) {
  if (resource.name == kRuns) {
    return std::make_unique<RunCollection>(transaction, transaction.reading());
  }
  if (resource.name == kFlows) {
    return std::make_unique<FlowCollection>(transaction);
  }
  return std::make_unique<StoredCollection>(transaction->documents(resource, transaction.sandbox()));
}

bool append_document(std::string &text, Transaction &transaction, const contract::Resource &resource,
                     std::string_view id) {
  if (resource.name == kRuns) {
    const Run *run = transaction->find_run(id);
    if (run != nullptr) {
      append_run(text, *run, transaction.sandbox(), transaction.reading());
    }
    return run != nullptr;
  }
  const auto document = documents_of(transaction, resource)->find(id);
  if (document) {
    text += document->dump();
  }
  return document.has_value();
}

std::string_view error_of_use(Transaction &transaction, const contract::Resource &resource,
                              std::string_view id, std::size_t steps) {
  for (const contract::Resource &other : contract::resources()) {
    const auto refers =
        std::find_if(other.references.begin(), other.references.end(), [&](const contract::Reference &its) {
          return its.to == resource.name && !its.in_use.empty();
        });
    if (refers == other.references.end() || steps == 0) {
      continue;
    }
    const std::vector<std::string> users = documents_of(transaction, other)->users(id);
    const bool is_used = std::any_of(users.begin(), users.end(), [&](const std::string &user) {
      return other.name == kFlows || !error_of_use(transaction, other, user, steps - 1).empty();
    });
    if (is_used) {
      return refers->in_use;
    }
  }
  return {};
}

} // namespace flow::mock
