#pragma once

#include <cstdint>
#include <utility>

#include "mock_server/query/query.hpp"
#include "mock_server/resources/sorted_blocks.hpp"

namespace flow::mock {

/// The numbers of documents by the time of their making, which listings are in the order of: a page takes as
/// long as it has items, however many there are.
class CreationOrder {
public:
  /// When, epoch ms, and the number.
  using Place = std::pair<std::int64_t, std::uint64_t>;

  /// Where memory runs out, nothing is done.
  void add(const Place &place) { places_.insert(place); }
  void remove(const Place &place) { places_.erase(place); }

  /// To all of them. It is valid as long as they are as they were.
  [[nodiscard]] Access access(const Query &query) const;

private:
  [[nodiscard]] Access::Next upwards(Place from) const;
  [[nodiscard]] Access::Next downwards(Place below) const;
  [[nodiscard]] Access::Next behind_position(const Query &query) const;

  SortedBlocks<Place> places_;
};

} // namespace flow::mock
