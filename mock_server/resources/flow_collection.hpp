#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mock_server/query/query.hpp"
#include "mock_server/sandbox/transaction.hpp"

namespace flow::mock {

/// The documented fields of a flow (openapi).
const Fields &flow_fields();

/// The flows of a sandbox as a collection, as they stand in a transaction.
class FlowCollection final : public Collection {
public:
  explicit FlowCollection(Transaction &transaction);

  [[nodiscard]] std::uint64_t size() const override { return documents_.size(); }
  bool holds(std::uint64_t number, const Filter &filter) override;
  SortKey key(std::uint64_t number, const Path &path) override;
  std::string text(std::uint64_t number) override;

private:
  std::vector<contract::Json> documents_;
};

} // namespace flow::mock
