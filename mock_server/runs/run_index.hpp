#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mock_server/runs/run.hpp"
#include "mock_server/runs/sorted_blocks.hpp"

namespace flow::mock {

/// Lets unordered containers of strings be asked with a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// The times of a run that listings are filtered and sorted by.
enum class TimeField : std::size_t { created, updated, started };
inline constexpr std::size_t kTimeFields = 3;

/// Times of a field, both inclusive; empty where the first is after the last.
struct TimeSpan {
  std::int64_t first_ms = std::numeric_limits<std::int64_t>::min();
  std::int64_t last_ms = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] bool is_empty() const { return first_ms > last_ms; }
};

/// What a run is found by.
struct RunKeys {
  explicit RunKeys(const Run &run);

  std::shared_ptr<const Flow> flow;
  std::size_t status; ///< the number of the state that stands for it
  std::array<std::int64_t, kTimeFields> times_ms;
};

/// Finds runs by flow, by status and by time, without looking at the others. They are named by their numbers.
class RunIndex {
public:
  using Numbers = SortedBlocks<std::uint32_t>;

  // Where memory runs out, nothing is done.
  void add(const RunKeys &keys, std::uint32_t number);
  void remove(const RunKeys &keys, std::uint32_t number);
  void change(const RunKeys &before, const RunKeys &after, std::uint32_t number);

  /// The runs of a flow; null: it has none.
  [[nodiscard]] const Numbers *of_flow(std::string_view flow_id) const;
  /// Those whose status is that text, whatever its case; null: there is no such status.
  [[nodiscard]] const Numbers *of_status(std::string_view status) const;

  /// How many have their time in the span.
  [[nodiscard]] std::uint64_t count(TimeField field, const TimeSpan &span) const;

  struct Place {
    std::int64_t time_ms;
    std::uint32_t number;
    bool operator<(const Place &other) const {
      return time_ms != other.time_ms ? time_ms < other.time_ms : number < other.number;
    }
  };
  /// The next place in the order of a time, within a span: behind `after`, or the first one. Equal times go
  /// by number, upwards in either direction.
  [[nodiscard]] std::optional<Place> next(TimeField field, const TimeSpan &span, bool descending,
                                          const std::optional<Place> &after) const;

  /// The first number from `number` on that may have its time in the span: leaps over stretches that have
  /// none. It may lie behind the last.
  [[nodiscard]] std::uint64_t leap(std::uint64_t number, TimeField field, const TimeSpan &span) const;

private:
  static constexpr std::uint64_t kStretch = 1024;
  /// The times that runs of one stretch of numbers have, and may have had.
  using Stretch = std::array<TimeSpan, kTimeFields>;

  void take_back(const RunKeys &staying, const RunKeys &going, std::uint32_t number);
  void add_time(std::size_t field, std::int64_t time_ms, std::uint32_t number);

  std::unordered_map<std::string, Numbers, TextHash, std::equal_to<>> by_flow_;
  std::array<Numbers, kRunStates> by_status_; ///< by the state that stands for a status
  std::array<SortedBlocks<Place>, kTimeFields> by_time_;
  std::vector<Stretch> stretches_;
};

} // namespace flow::mock
