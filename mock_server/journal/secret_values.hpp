#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flow::mock {

/// Finds in one pass where texts may hold one of many values: of every value's beginning, some grams are
/// marked.
class ValueFilter {
public:
  static constexpr std::size_t kShortest = 8; ///< of values

  void mark(std::string_view value);
  /// The first place from `at` on that is in, or shortly before, the beginning of a value; npos: none is.
  [[nodiscard]] std::size_t next(std::string_view text, std::size_t at) const;

  /// Values begin there, or up to so many bytes before.
  static constexpr std::size_t kStride = 5;

private:
  std::bitset<4096> grams_;
  bool is_empty_ = true;
};

/// Secrets that the mock was given to know: tokens, api keys and clients' secrets of its seed, the token of
/// the control API. It never changes.
class KnownSecrets {
public:
  KnownSecrets() = default;
  explicit KnownSecrets(std::vector<std::string> values); ///< those that are too short are left out

  [[nodiscard]] const ValueFilter &filter() const { return filter_; }
  /// The length of the longest value that `text` begins with; 0: it begins with none. `is_cut`: more text
  /// would come, so a part of a value at its end counts.
  [[nodiscard]] std::size_t length_at(std::string_view text, bool is_cut) const;

private:
  std::vector<std::string> values_; ///< in order
  ValueFilter filter_;
};

/// The values that are removed wherever they appear in one exchange: its own credentials, and the known ones.
/// Tokens of the token service are removed too, by their form.
class SecretValues {
public:
  explicit SecretValues(const KnownSecrets &known) : known_(&known), filter_(known.filter()) {}

  /// Adds a value of this exchange, which has to outlive this; too short ones are not.
  void add(std::string_view value);
  void add_copy(std::string_view value);
  /// That value is none, though a credential is the same; to be said before it is added.
  void except(std::string_view value);
  /// Whether there were more than are looked for: nothing can be told to be free of them.
  [[nodiscard]] bool are_too_many() const { return are_too_many_; }

  /// Whether `text` may hold one.
  [[nodiscard]] bool may_be_in(std::string_view text) const;
  /// Calls `found` with beginning and end of each that `text` holds. `is_cut`: more would come, so at its end
  /// a part is enough.
  template <typename Found> void each_in(std::string_view text, bool is_cut, Found found) const {
    for (std::size_t at = 0;;) {
      const auto [begin, end] = next(text, at, is_cut);
      if (begin == end) {
        break;
      }
      found(begin, end);
      at = end;
    }
    for (std::size_t at = 0;;) {
      const auto [begin, end] = next_issued(text, at);
      if (begin == end) {
        break;
      }
      found(begin, end);
      at = end;
    }
  }

private:
  using Range = std::pair<std::size_t, std::size_t>; ///< begin and end; both the same: nothing

  [[nodiscard]] std::size_t length_at(std::string_view text, bool is_cut) const;
  [[nodiscard]] Range next(std::string_view text, std::size_t at, bool is_cut) const;
  [[nodiscard]] static Range next_issued(std::string_view text, std::size_t at);

  [[nodiscard]] std::string_view own(std::size_t i) const {
    return i < kFew ? few_.at(i) : more_.at(i - kFew);
  }

  static constexpr std::size_t kFew = 4; ///< without asking for memory
  static constexpr std::size_t kMost = 64;

  const KnownSecrets *known_;
  ValueFilter filter_;
  std::array<std::string_view, kFew> few_{};
  std::vector<std::string_view> more_;
  std::size_t own_count_ = 0;
  std::array<std::string_view, 2> excepted_{};
  std::forward_list<std::string> copies_;
  bool are_too_many_ = false;
};

} // namespace flow::mock
