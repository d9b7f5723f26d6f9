#include "mock_server/resources/run_ids.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <optional>

namespace flow::mock {

namespace {

constexpr std::size_t kLongestId = 128; // seed.schema.json
constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kCounted = 24; ///< where the digits of a UUID begin that count up
constexpr std::uint64_t kUuidEnd = std::uint64_t{1} << 48U;

bool is_uuid(std::string_view id) {
  if (id.size() != kUuidLength) {
    return false;
  }
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_digit = (id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f');
    if (is_dash ? id[i] != '-' : !is_digit) {
      return false;
    }
  }
  return true;
}

std::uint64_t counted_in(std::string_view uuid) {
  std::uint64_t number = 0;
  std::from_chars(uuid.data() + kCounted, uuid.data() + uuid.size(), number, 16);
  return number;
}

/// What follows the last dash of an id, as the number of a copy; nothing where it is none.
std::optional<std::uint64_t> copy_in(std::string_view digits) {
  std::uint64_t copy = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), copy);
  const bool is_number = failure == std::errc() && end == digits.data() + digits.size();
  return is_number && digits.front() != '0' && copy > 1 ? std::optional(copy) : std::nullopt;
}

} // namespace

std::string copy_id(const std::string &id, std::uint64_t copy) {
  if (copy == 1) {
    return id;
  }
  if (!is_uuid(id)) {
    return id + "-" + std::to_string(copy);
  }
  std::array<char, kUuidLength - kCounted + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%012llx",
                static_cast<unsigned long long>(counted_in(id) + copy - 1));
  return id.substr(0, kCounted) + digits.data();
}

bool can_have_copies(std::string_view id, std::uint64_t copies) {
  if (is_uuid(id)) {
    return counted_in(id) + copies <= kUuidEnd;
  }
  return copies == 1 || id.size() + 1 + std::to_string(copies).size() <= kLongestId;
}

bool TakenIds::take(const std::string &id, std::uint64_t copies) {
  return is_uuid(id) ? take_uuid(id, copies) : take_other(id, copies);
}

bool TakenIds::take_uuid(const std::string &id, std::uint64_t copies) {
  const auto behind = uuids_.upper_bound(copy_id(id, copies));
  if (behind != uuids_.begin()) {
    const auto &[first, its_copies] = *std::prev(behind);
    if (copy_id(first, its_copies) >= id) {
      return false;
    }
  }
  uuids_.emplace_hint(behind, id, copies);
  return true;
}

bool TakenIds::take_other(const std::string &id, std::uint64_t copies) {
  if (const std::size_t dash = id.rfind('-'); dash != std::string::npos) {
    const auto copy = copy_in(std::string_view(id).substr(dash + 1));
    const auto original = others_.find(std::string_view(id).substr(0, dash));
    if (copy && original != others_.end() && *copy <= original->second) {
      return false;
    }
  }
  const std::string begin = id + "-";
  for (auto other = others_.lower_bound(begin);
       copies > 1 && other != others_.end() && other->first.starts_with(begin); ++other) {
    const auto copy = copy_in(std::string_view(other->first).substr(begin.size()));
    if (copy && *copy <= copies) {
      return false;
    }
  }
  return others_.emplace(id, copies).second;
}

} // namespace flow::mock
