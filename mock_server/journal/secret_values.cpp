#include "mock_server/journal/secret_values.hpp"

#include <algorithm>
#include <cstring>

namespace flow::mock {

namespace {

constexpr std::size_t kGramBytes = sizeof(std::uint32_t);
static_assert(ValueFilter::kStride + kGramBytes - 1 == ValueFilter::kShortest,
              "whatever is skipped, one gram of a value's beginning is looked at");

/// Four bytes as a number below 4096.
std::size_t gram_of(const char *text) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, text, kGramBytes);
  constexpr std::uint32_t kSpread = 2654435761U; // Knuth's, of multiplicative hashing
  return bytes * kSpread >> 20U;
}

constexpr std::size_t kIssuedLength = 72; // two UUIDs (TokenService)

constexpr bool is_of_uuid(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
}

bool is_issued(std::string_view text) {
  constexpr std::size_t kUuid = 36;
  for (std::size_t i = 0; i < kIssuedLength; ++i) {
    const std::size_t place = i % kUuid;
    if ((place == 8 || place == 13 || place == 18 || place == 23) != (text[i] == '-')) {
      return false;
    }
  }
  return true;
}

} // namespace

void ValueFilter::mark(std::string_view value) {
  for (std::size_t i = 0; i < kStride; ++i) {
    grams_.set(gram_of(value.data() + i));
  }
  is_empty_ = false;
}

std::size_t ValueFilter::next(std::string_view text, std::size_t at) const {
  if (!is_empty_) {
    for (; at + kGramBytes <= text.size(); at += kStride) {
      if (grams_[gram_of(text.data() + at)]) {
        return at;
      }
    }
  }
  return std::string_view::npos;
}

KnownSecrets::KnownSecrets(std::vector<std::string> values) : values_(std::move(values)) {
  std::erase_if(values_, [](const std::string &value) { return value.size() < ValueFilter::kShortest; });
  std::sort(values_.begin(), values_.end());
  for (const std::string &value : values_) {
    filter_.mark(value);
  }
}

std::size_t KnownSecrets::length_at(std::string_view text, bool is_cut) const {
  if (is_cut && text.size() >= ValueFilter::kShortest) {
    const auto value = std::lower_bound(values_.begin(), values_.end(), text);
    if (value != values_.end() && value->starts_with(text)) {
      return text.size();
    }
  }
  // All that `text` begins with are before it in the order, the longest last; between them may be others.
  const std::string_view beginning = text.substr(0, ValueFilter::kShortest);
  auto value = std::upper_bound(values_.begin(), values_.end(), text);
  while (value != values_.begin() && (--value)->starts_with(beginning)) {
    if (text.starts_with(*value)) {
      return value->size();
    }
  }
  return 0;
}

void SecretValues::except(std::string_view value) {
  excepted_.at(excepted_.front().empty() ? 0 : 1) = value;
}

void SecretValues::add(std::string_view value) {
  bool is_added = value.size() < ValueFilter::kShortest ||
                  std::find(excepted_.begin(), excepted_.end(), value) != excepted_.end();
  for (std::size_t i = 0; i < own_count_ && !is_added; ++i) {
    is_added = own(i) == value;
  }
  if (is_added) {
    return;
  }
  if (own_count_ == kMost) {
    are_too_many_ = true;
    filter_.mark(value); // so that texts with it are suspicious all the same
    return;
  }
  if (own_count_ < kFew) {
    few_.at(own_count_) = value;
  } else {
    more_.push_back(value);
  }
  ++own_count_;
  filter_.mark(value);
}

void SecretValues::add_copy(std::string_view value) {
  add(copies_.emplace_front(value));
}

std::size_t SecretValues::length_at(std::string_view text, bool is_cut) const {
  std::size_t length = known_->length_at(text, is_cut);
  for (std::size_t i = 0; i < own_count_; ++i) {
    const std::string_view value = own(i);
    if (text.starts_with(value)) {
      length = std::max(length, value.size());
    } else if (is_cut && text.size() >= ValueFilter::kShortest && value.starts_with(text)) {
      length = text.size();
    }
  }
  return length;
}

SecretValues::Range SecretValues::next(std::string_view text, std::size_t at, bool is_cut) const {
  std::size_t last_begin = at; // nothing begins before what was taken already
  for (at = filter_.next(text, at); at < text.size(); at = filter_.next(text, at + ValueFilter::kStride)) {
    const std::size_t first =
        at < last_begin + ValueFilter::kStride - 1 ? last_begin : at - (ValueFilter::kStride - 1);
    for (std::size_t begin = first; begin <= at; ++begin) {
      if (const std::size_t length = length_at(text.substr(begin), is_cut); length > 0) {
        return {begin, begin + length};
      }
    }
  }
  return {text.size(), text.size()};
}

SecretValues::Range SecretValues::next_issued(std::string_view text, std::size_t at) {
  // Whatever is skipped, one byte of its first half is looked at.
  constexpr std::size_t kHalf = kIssuedLength / 2;
  const std::size_t first = at; // nothing begins before what was taken already
  for (; at + kHalf < text.size(); at += kHalf) {
    if (!is_of_uuid(text[at]) || !is_of_uuid(text[at + kHalf / 3]) ||
        !is_of_uuid(text[at + 2 * (kHalf / 3)]) || !is_of_uuid(text[at + kHalf])) {
      continue;
    }
    std::size_t begin = at;
    std::size_t end = at;
    while (begin > first && at - begin < kIssuedLength && is_of_uuid(text[begin - 1])) {
      --begin;
    }
    while (end < text.size() && end - at < kIssuedLength && is_of_uuid(text[end])) {
      ++end;
    }
    for (; begin + kIssuedLength <= end; ++begin) {
      if (is_issued(text.substr(begin))) {
        return {begin, begin + kIssuedLength};
      }
    }
  }
  return {text.size(), text.size()};
}

bool SecretValues::may_be_in(std::string_view text) const {
  if (are_too_many_ && filter_.next(text, 0) != std::string_view::npos) {
    return true;
  }
  const auto [begin, end] = next(text, 0, true);
  if (begin != end) {
    return true;
  }
  const auto [first, last] = next_issued(text, 0);
  return first != last;
}

} // namespace flow::mock
