#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "contracts/reading.hpp"
#include "mock_server/query/query.hpp"
#include "mock_server/runs/run_access.hpp"
#include "mock_server/runs/sandbox.hpp"

namespace flow::mock {

/// The documented fields of a run (openapi; `state`, which is its status: sort-and-filter).
const Fields &run_fields();

/// The runs of a sandbox as a collection. To be used with its lock held.
class RunCollection final : public Collection {
public:
  RunCollection(Sandbox &sandbox, std::int64_t now_ms, const contract::Reading &reading)
      : sandbox_(sandbox), reading_(reading) {
    sandbox.settle(now_ms);
  }

  [[nodiscard]] std::uint64_t size() const override { return sandbox_.runs.size(); }
  [[nodiscard]] bool is_vacant(std::uint64_t number) const override {
    return sandbox_.runs.is_vacant(number);
  }
  [[nodiscard]] Access access(const Query &query) const override { return access_to(sandbox_.runs, query); }
  bool holds(std::uint64_t number, const Filter &filter) override;
  SortKey key(std::uint64_t number, const Path &path) override;
  std::string text(std::uint64_t number) override;

private:
  const contract::Json &document(std::uint64_t number);

  Sandbox &sandbox_;
  const contract::Reading &reading_;
  /// The run looked at last: all filters of a query look at a run in turn, and it is made for the first only.
  std::optional<std::pair<std::uint64_t, contract::Json>> last_;
};

} // namespace flow::mock
