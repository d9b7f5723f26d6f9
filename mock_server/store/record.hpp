#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// How things are written for a store: fields in a fixed order, without names. Numbers take as few bytes as
/// they need (LEB128, signed ones zigzag), texts stand behind their length, and at the end a sum by which
/// damage is seen: SQLite does not look for any within its pages.
namespace flow::mock {

/// A record that is cut off or no record at all: the store is damaged.
struct BadRecord : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class RecordWriter {
public:
  RecordWriter &number(std::uint64_t value);
  RecordWriter &signed_number(std::int64_t value);
  RecordWriter &flag(bool value) { return number(value ? 1 : 0); }
  RecordWriter &text(std::string_view value);
  /// Nothing, or a value that `write` writes: write(RecordWriter &, *value).
  template <typename Value, typename Write> RecordWriter &optional(const Value &value, Write write) {
    flag(static_cast<bool>(value));
    if (value) {
      write(*this, *value);
    }
    return *this;
  }

  /// The whole record.
  std::string take();

private:
  std::string bytes_;
};

/// Reads in the order in which it was written. What it returns points into the record. Every function throws
/// BadRecord.
class RecordReader {
public:
  explicit RecordReader(std::string_view record);

  std::uint64_t number();
  /// One of those below `end`.
  std::uint64_t number_below(std::uint64_t end);
  std::int64_t signed_number();
  bool flag() { return number_below(2) == 1; }
  std::string_view text();
  template <typename Read> auto optional(Read read) -> std::optional<decltype(read(*this))> {
    return flag() ? std::optional(read(*this)) : std::nullopt;
  }
  /// Nothing may follow.
  void end() const;

private:
  std::string_view rest_;
};

/// FNV-1a, 32 bits: another one wherever a single byte differs.
std::uint32_t sum_of(std::string_view bytes);

/// A number as a key: in the order of the bytes of keys, numbers are in their own.
std::string number_key(std::uint64_t number);
/// Throws BadRecord for what is none.
std::uint64_t number_of_key(std::string_view key);

} // namespace flow::mock
