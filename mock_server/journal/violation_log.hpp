#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/judge/judge.hpp"

namespace flow::mock {

/// A breach of the contract by the application under test.
struct ViolationEntry {
  contract::ClauseNumber clause = 0; ///< its violation says what is wrong and what to change
  std::string method;                ///< empty: it is missing, and no request was the last it could be in
  std::string path;                  ///< as sent, without the query
  std::string organisation;
  std::string sandbox; ///< both as the headers name them; empty: they did not
  std::int64_t at_ms = 0;
  std::uint64_t number = 0; ///< of the exchange, as in the journal
  bool is_missing = false;  ///< it was expected (expected.hpp, expectations.hpp), and did not come
};

/// How often a clause was broken, and where first.
struct ViolationSum {
  ViolationEntry first;
  std::uint64_t times = 0;
};

/// Every breach since the mock was started, or since they were last forgotten: the first ones whole, the
/// others counted. No reset touches it. Safe to use from several threads.
class ViolationLog {
public:
  static constexpr std::size_t kKept = 1000;

  void add(ViolationEntry entry);

  /// How many there were.
  std::uint64_t total() const { return total_.load(); }
  /// Those that are kept, oldest first.
  std::vector<ViolationEntry> all() const;
  /// By clause, in the order of the contract.
  std::vector<ViolationSum> sums() const;

  /// All of it, for a store: records by their keys.
  std::map<std::string, std::string> kept() const;
  /// Adds what such a record says; of a clause that there is no more, nothing. Throws BadRecord.
  void put_kept(std::string_view key, std::string_view bytes);
  /// Makes it what the records `now` say, and what has been added since it was as `before` says. Throws
  /// BadRecord.
  using Records = std::map<std::string, std::string>;
  void rebuild(const Records &before, const Records &now);
  /// Changes with the log.
  std::uint64_t revision() const { return revision_.load(); }

  void clear();
  /// Forgets those of one sandbox: of those that are only counted, none.
  void clear(std::string_view organisation, std::string_view sandbox);

private:
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> total_ = 0;
  std::atomic<std::uint64_t> revision_ = 0;
  std::vector<ViolationEntry> entries_;
  using Key = std::pair<contract::ClauseNumber, bool>; ///< and whether it is missing
  static Key key_of(const ViolationEntry &entry) { return {entry.clause, entry.is_missing}; }
  std::map<Key, ViolationSum> sums_;
};

} // namespace flow::mock
