#include "mock_server/resources/creation_order.hpp"

#include <limits>
#include <optional>
#include <variant>

namespace flow::mock {

namespace {

constexpr CreationOrder::Place kFirst = {std::numeric_limits<std::int64_t>::min(), 0};
constexpr CreationOrder::Place kLast = {std::numeric_limits<std::int64_t>::max(),
                                        std::numeric_limits<std::uint64_t>::max()};

bool is_by_creation(const Query &query) {
  return !query.order.empty() && query.order.front().path == Path{{.name = "createdAt"}};
}

} // namespace

Access CreationOrder::access(const Query &query) const {
  return {.any = upwards(kFirst),
          .most = places_.size(),
          .exact = query.filters.empty(),
          .in_order = is_by_creation(query) ? behind_position(query) : Access::Next(),
          .direct = true};
}

Access::Next CreationOrder::upwards(Place from) const {
  return [this, from]() mutable -> std::optional<std::uint64_t> {
    const auto found = places_.at_least(from);
    if (!found) {
      return std::nullopt;
    }
    from = {found->first, found->second + 1};
    return found->second;
  };
}

Access::Next CreationOrder::downwards(Place below) const {
  return [this, below]() mutable -> std::optional<std::uint64_t> {
    const auto found = places_.before(below);
    if (!found) {
      return std::nullopt;
    }
    below = *found;
    return found->second;
  };
}

/// Of those that tie with the position, further fields of the order say which come behind it.
Access::Next CreationOrder::behind_position(const Query &query) const {
  const bool descending = query.order.front().descending;
  if (!query.after) {
    return descending ? downwards(kLast) : upwards(kFirst);
  }
  const auto *ms = std::get_if<std::int64_t>(&query.after->keys.front());
  if (ms == nullptr) {
    return {};
  }
  const bool ties_are_over = query.order.size() == 1;
  if (descending) {
    return downwards({*ms, ties_are_over ? query.after->number : kLast.second});
  }
  return upwards({*ms, ties_are_over ? query.after->number + 1 : 0});
}

} // namespace flow::mock
