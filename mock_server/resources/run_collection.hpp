#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "contracts/model/reading.hpp"
#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_access.hpp"
#include "mock_server/sandbox/transaction.hpp"

namespace flow::mock {

/// The documented fields of a run (openapi; `state`, which is its status: sort-and-filter).
const Fields &run_fields();

/// The runs of a sandbox as a collection, within a transaction, which has to outlive it.
class RunCollection final : public Collection {
public:
  RunCollection(Transaction &transaction, const contract::Reading &reading)
      : transaction_(transaction), reading_(reading) {}

  [[nodiscard]] std::uint64_t size() const override { return transaction_->runs.size(); }
  [[nodiscard]] bool is_vacant(std::uint64_t number) const override {
    return transaction_->runs.is_vacant(number);
  }
  [[nodiscard]] Access access(const Query &query) const override {
    return access_to(transaction_->runs, query);
  }
  bool holds(std::uint64_t number, const Filter &filter) override;
  SortKey key(std::uint64_t number, const Path &path) override;
  std::string text(std::uint64_t number) override;

private:
  std::string rendered(std::uint64_t number) const;
  const contract::Json &document(std::uint64_t number);

  Transaction &transaction_;
  const contract::Reading &reading_;
  /// The run looked at last: all filters of a query look at a run in turn, and it is made for the first only.
  std::optional<std::pair<std::uint64_t, contract::Json>> last_;
};

} // namespace flow::mock
