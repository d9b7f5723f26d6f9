#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mock_server/resources/documents.hpp"

namespace flow::mock {

/// The flows of a sandbox, as they stand in a transaction.
class FlowDocuments final : public Documents {
public:
  explicit FlowDocuments(Transaction &transaction) : transaction_(transaction) {}

  std::optional<contract::Json> find(std::string_view id) override;
  void put(contract::Json document) override;
  void remove(std::string_view id) override;
  [[nodiscard]] std::uint64_t count() const override { return transaction_->flows.size(); }
  /// Drafts use nothing yet.
  [[nodiscard]] std::vector<std::string> users(std::string_view id) const override;

private:
  Transaction &transaction_;
};

/// The flows of a sandbox as a listing goes through them.
class FlowCollection final : public Collection {
public:
  explicit FlowCollection(Transaction &transaction) : transaction_(transaction) {}

  [[nodiscard]] std::uint64_t size() const override { return transaction_->flows.size(); }
  [[nodiscard]] Access access(const Query &query) const override {
    return transaction_->flows_by_creation.access(query);
  }
  bool holds(std::uint64_t number, const Filter &filter) override;
  SortKey key(std::uint64_t number, const Path &path) override;
  std::string text(std::uint64_t number) override;

private:
  [[nodiscard]] const SandboxFlow &flow(std::uint64_t number) const { return transaction_->flows.at(number); }
  const contract::Json &document(std::uint64_t number);
  /// A document that shows what is at the path as document() does; it may be at hand.
  const contract::Json &document_with(std::uint64_t number, const Path &path);

  Transaction &transaction_;
  std::optional<std::pair<std::uint64_t, contract::Json>> last_; ///< that was rendered
};

} // namespace flow::mock
