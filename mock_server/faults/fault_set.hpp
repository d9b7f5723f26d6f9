#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "mock_server/clock/revision.hpp"
#include "mock_server/faults/fault.hpp"

namespace flow::mock {

/// An id that another fault of the set has.
struct FaultIdTaken : std::runtime_error {
  using runtime_error::runtime_error;
};

/// The set is full.
struct TooManyFaults : std::runtime_error {
  using runtime_error::runtime_error;
};

/// The faults of a sandbox, or those of any. Safe to use from several threads at once.
class FaultSet {
public:
  /// Ids that are not given begin with `prefix`.
  explicit FaultSet(char prefix = 'f') : prefix_(prefix) {}

  static constexpr std::size_t kMost = 100;

  /// Adds the fault that `entry` (contracts/data/faults.json) stands for, and returns it as list() shows it.
  /// Without a seed it takes its place in the set as one. Throws FaultError, FaultIdTaken, TooManyFaults.
  contract::Json add(const contract::Json &entry);

  /// Every fault in the order of adding: its entry, "matched" (requests it fell on) and "left" (those it is
  /// still to fall on, or null where it lasts until removed). One of which none are left stays until it is
  /// removed.
  [[nodiscard]] contract::Json list() const;
  [[nodiscard]] std::optional<contract::Json> find(std::string_view id) const;
  /// Those that were to fall on a request, or on more than they did, as list() shows them.
  [[nodiscard]] contract::Json unmet() const;
  bool remove(std::string_view id); ///< false where there is none of that id
  void clear();

  /// All there is to know of it, for a store; null where nothing was ever added.
  [[nodiscard]] contract::Json kept() const;
  /// Makes it the same. Throws contract::Json::exception or FaultError where it is another JSON.
  void put_kept(const contract::Json &kept);

  /// Changes with every fault that is added or removed or falls on a request.
  [[nodiscard]] std::uint64_t revision() const;

  /// Whether no fault is left that could fall on a request; without waiting for anyone.
  [[nodiscard]] bool empty() const noexcept { return lasting_.load(std::memory_order_relaxed) == 0; }

  /// The faults that fall on this request, which asks for that operation (may be empty). A request that a
  /// fault's `after` or its probability lets pass does not count for it.
  Faults take(const Request &request, std::string_view operation = {});

private:
  struct Entry {
    std::shared_ptr<const Fault> fault;
    contract::Json shown;
    double probability;
    std::mt19937_64 random;
    std::int64_t let_through; ///< still, before it falls on any
    std::optional<std::int64_t> left;
    std::int64_t matched = 0;

    [[nodiscard]] contract::Json json() const;
  };
  static Entry entry_for(contract::Json shown);

  [[nodiscard]] std::vector<Entry>::const_iterator entry_of(std::string_view id) const;
  [[nodiscard]] std::string free_id();
  void count_lasting();

  const char prefix_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  Revision revision_;
  std::uint64_t ids_given_ = 0;
  std::atomic<std::size_t> lasting_ = 0; ///< entries of which some are left
};

} // namespace flow::mock
