#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace flow::mock {

/// A set of values in their order, in blocks: a change moves at most one block's values, and how many stand
/// before a value is a sum over blocks. Made for values that mostly come in their order: then blocks are
/// full, and it takes little more memory than the values.
template <typename Value> class SortedBlocks {
public:
  static constexpr std::size_t kBlock = 512; ///< values of a block at most

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Adds a value that is not there yet. Where memory runs out, nothing is done.
  void insert(const Value &value) {
    if (blocks_.empty() || (blocks_.back().size() == kBlock && blocks_.back().back() < value)) {
      std::vector<Value> block;
      block.reserve(blocks_.empty() ? 1 : kBlock); // where one was filled, the next is likely to be, too
      block.push_back(value);
      blocks_.push_back(std::move(block));
      ++size_;
      return;
    }
    // Behind the last block's end there is room in it.
    auto block = std::min(block_of(value), std::prev(blocks_.end()));
    if (block->size() == kBlock) {
      const auto middle = block->begin() + kBlock / 2;
      std::vector<Value> upper(middle, block->end());
      block = std::prev(blocks_.insert(std::next(block), std::move(upper)));
      block->erase(middle, block->end());
      block += block->back() < value ? 1 : 0;
    }
    block->insert(std::lower_bound(block->begin(), block->end(), value), value);
    ++size_;
  }

  /// Removes a value; nothing is done where it is not there.
  void erase(const Value &value) {
    const auto block = block_of(value);
    if (block == blocks_.end()) {
      return;
    }
    const auto found = std::lower_bound(block->begin(), block->end(), value);
    if (value < *found) {
      return;
    }
    --size_;
    block->erase(found);
    if (block->empty()) {
      blocks_.erase(block);
    }
  }

  /// The first value that is not less than this one, or nothing.
  [[nodiscard]] std::optional<Value> at_least(const Value &value) const {
    const auto block = block_of(value);
    return block == blocks_.end() ? std::nullopt
                                  : std::optional(*std::lower_bound(block->begin(), block->end(), value));
  }

  /// The last value that is less than this one, or nothing.
  [[nodiscard]] std::optional<Value> before(const Value &value) const {
    const auto block = block_of(value);
    if (block != blocks_.end()) {
      const auto found = std::lower_bound(block->begin(), block->end(), value);
      if (found != block->begin()) {
        return *std::prev(found);
      }
    }
    return block == blocks_.begin() ? std::nullopt : std::optional(std::prev(block)->back());
  }

  /// How many values are less than this one.
  [[nodiscard]] std::uint64_t rank(const Value &value) const {
    const auto block = block_of(value);
    std::uint64_t rank = 0;
    for (auto earlier = blocks_.begin(); earlier != block; ++earlier) {
      rank += earlier->size();
    }
    return block == blocks_.end()
               ? rank
               : rank + static_cast<std::uint64_t>(std::lower_bound(block->begin(), block->end(), value) -
                                                   block->begin());
  }

private:
  using Blocks = std::vector<std::vector<Value>>; ///< none is empty

  /// The first block whose last value is not less than this one.
  template <typename Self> static auto block_in(Self &blocks, const Value &value) {
    return std::lower_bound(
        blocks.begin(), blocks.end(), value,
        [](const std::vector<Value> &block, const Value &wanted) { return block.back() < wanted; });
  }
  [[nodiscard]] auto block_of(const Value &value) const { return block_in(blocks_, value); }
  auto block_of(const Value &value) { return block_in(blocks_, value); }

  Blocks blocks_;
  std::uint64_t size_ = 0;
};

} // namespace flow::mock
