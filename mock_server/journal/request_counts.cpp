#include "mock_server/journal/request_counts.hpp"

#include <algorithm>
#include <tuple>

#include "contracts/model/operations.hpp"

namespace flow::mock {

namespace {

constexpr unsigned kFootingBits = 2;
constexpr unsigned kStatusBits = 10;
constexpr std::uint32_t kNone = 0; ///< the operation of requests that ask for none; others count from 1

std::uint32_t bits(std::uint32_t value, unsigned from, unsigned count) {
  return value >> from & ((1U << count) - 1U);
}

/// Never 0: a status is not.
std::uint32_t kind_of(std::string_view operation, int status, Footing footing) {
  const auto &all = contract::operations();
  std::uint32_t number = kNone;
  for (std::size_t i = 0; i < all.size() && !operation.empty(); ++i) {
    if (all[i].name.data() == operation.data() || all[i].name == operation) {
      number = static_cast<std::uint32_t>(i) + 1;
      break;
    }
  }
  return number << (kStatusBits + kFootingBits) | static_cast<std::uint32_t>(status) << kFootingBits |
         static_cast<std::uint32_t>(footing);
}

} // namespace

void RequestCounts::add(std::string_view operation, int status, Footing footing, std::int64_t took_us) {
  counts_.add(place_of(kind_of(operation, status, footing)));
  std::size_t bound = 0;
  while (bound < kBoundsUs.size() && took_us > kBoundsUs.at(bound)) {
    ++bound;
  }
  counts_.add(kFirstBound + bound);
  counts_.add(kTook, static_cast<std::uint64_t>(std::max<std::int64_t>(took_us, 0)));
}

std::size_t RequestCounts::place_of(std::uint32_t kind) {
  constexpr std::uint32_t kSpread = 0x9E3779B9; // Fibonacci hashing
  std::size_t place = (kind * kSpread >> 16U) % (kKinds - 1);
  for (std::size_t tried = 0; tried < kKinds - 1; ++tried) {
    std::uint32_t there = kinds_.at(place).load(std::memory_order_relaxed);
    if (there == kind ||
        (there == 0 && (kinds_.at(place).compare_exchange_strong(there, kind, std::memory_order_relaxed) ||
                        there == kind))) {
      return place;
    }
    place = (place + 1) % (kKinds - 1);
  }
  return kKinds - 1;
}

std::vector<RequestCounts::Kind> RequestCounts::kinds() const {
  std::vector<Kind> found;
  for (std::size_t place = 0; place < kKinds; ++place) {
    const std::uint64_t requests = counts_.sum(place);
    if (requests == 0) {
      continue;
    }
    const std::uint32_t kind = kinds_.at(place).load(std::memory_order_relaxed);
    const std::uint32_t operation = kind >> (kStatusBits + kFootingBits);
    found.push_back({.operation = operation == kNone
                                      ? "none"
                                      : std::string_view(contract::operations()[operation - 1].name),
                     .status = static_cast<int>(bits(kind, kFootingBits, kStatusBits)),
                     .footing = static_cast<Footing>(bits(kind, 0, kFootingBits)),
                     .requests = requests});
  }
  std::sort(found.begin(), found.end(), [](const Kind &a, const Kind &b) {
    return std::tie(a.operation, a.status, a.footing) < std::tie(b.operation, b.status, b.footing);
  });
  return found;
}

std::uint64_t RequestCounts::within(std::size_t bound) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i <= bound; ++i) {
    sum += counts_.sum(kFirstBound + i);
  }
  return sum;
}

std::uint64_t RequestCounts::took_us() const {
  return counts_.sum(kTook);
}

} // namespace flow::mock
