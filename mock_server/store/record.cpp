#include "mock_server/store/record.hpp"

#include <cstddef>

namespace flow::mock {

namespace {

constexpr unsigned kBitsOfByte = 8;
constexpr unsigned kBits = 7; ///< of a number in each byte; the eighth says that another follows
constexpr unsigned char kMore = 0x80;
constexpr unsigned kMostBits = 64;

[[noreturn]] void fail() {
  throw BadRecord("a record is damaged");
}

} // namespace

std::string RecordWriter::take() {
  std::uint32_t sum = sum_of(bytes_);
  for (std::size_t i = 0; i < sizeof(sum); ++i) {
    bytes_ += static_cast<char>(sum);
    sum >>= kBitsOfByte;
  }
  return std::move(bytes_);
}

RecordReader::RecordReader(std::string_view record) {
  std::uint32_t sum = 0;
  if (record.size() < sizeof(sum)) {
    fail();
  }
  rest_ = record.substr(0, record.size() - sizeof(sum));
  for (std::size_t i = record.size(); i > rest_.size(); --i) {
    sum = sum << kBitsOfByte | static_cast<unsigned char>(record[i - 1]);
  }
  if (sum != sum_of(rest_)) {
    fail();
  }
}

RecordWriter &RecordWriter::number(std::uint64_t value) {
  for (; value >= kMore; value >>= kBits) {
    bytes_ += static_cast<char>(kMore | (value & (kMore - 1U)));
  }
  bytes_ += static_cast<char>(value);
  return *this;
}

RecordWriter &RecordWriter::signed_number(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return number((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

RecordWriter &RecordWriter::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
  return *this;
}

std::uint64_t RecordReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < kMostBits && !rest_.empty(); shift += kBits) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    const std::uint64_t bits = byte & (kMore - 1U);
    if (bits << shift >> shift != bits) {
      fail();
    }
    value |= bits << shift;
    if ((byte & kMore) == 0) {
      return value;
    }
  }
  fail();
}

std::uint64_t RecordReader::number_below(std::uint64_t end) {
  const std::uint64_t value = number();
  if (value >= end) {
    fail();
  }
  return value;
}

std::int64_t RecordReader::signed_number() {
  const std::uint64_t bits = number();
  return static_cast<std::int64_t>((bits >> 1U) ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
}

std::string_view RecordReader::text() {
  const std::uint64_t length = number();
  if (length > rest_.size()) {
    fail();
  }
  const std::string_view value = rest_.substr(0, static_cast<std::size_t>(length));
  rest_.remove_prefix(value.size());
  return value;
}

void RecordReader::end() const {
  if (!rest_.empty()) {
    fail();
  }
}

std::uint32_t sum_of(std::string_view bytes) {
  constexpr std::uint32_t kBasis = 2166136261U;
  constexpr std::uint32_t kPrime = 16777619U;
  std::uint32_t sum = kBasis;
  for (const char byte : bytes) {
    sum = (sum ^ static_cast<unsigned char>(byte)) * kPrime;
  }
  return sum;
}

std::string number_key(std::uint64_t number) {
  std::string key(sizeof(number), '\0');
  for (std::size_t place = key.size(); place > 0; --place) {
    key[place - 1] = static_cast<char>(number);
    number >>= kBitsOfByte;
  }
  return key;
}

std::uint64_t number_of_key(std::string_view key) {
  std::uint64_t number = 0;
  if (key.size() != sizeof(number)) {
    fail();
  }
  for (const char byte : key) {
    number = number << kBitsOfByte | static_cast<unsigned char>(byte);
  }
  return number;
}

} // namespace flow::mock
