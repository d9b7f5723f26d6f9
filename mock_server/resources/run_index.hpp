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

#include "mock_server/resources/run.hpp"
#include "mock_server/resources/sorted_blocks.hpp"

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

/// Finds runs by flow, by status and by time, without looking at the others.
class RunIndex {
public:
  /// A run by one of its times and its number.
  struct Place {
    std::int64_t time_ms;
    std::uint32_t number;
    bool operator<(const Place &other) const {
      return time_ms != other.time_ms ? time_ms < other.time_ms : number < other.number;
    }
    bool operator==(const Place &) const = default;
  };
  using Places = SortedBlocks<Place>;

  // Where memory runs out, nothing is done.
  void add(const RunKeys &keys, std::uint32_t number);
  void remove(const RunKeys &keys, std::uint32_t number);
  void change(const RunKeys &before, const RunKeys &after, std::uint32_t number);

  /// The runs of a flow, by the time they were created; null: it has none.
  [[nodiscard]] const Places *of_flow(std::string_view flow_id) const;
  /// Likewise those whose status is that text, whatever its case; null: there is no such status.
  [[nodiscard]] const Places *of_status(std::string_view status) const;
  /// All runs, by that time.
  [[nodiscard]] const Places &by_time(TimeField field) const;

  /// How many have their time in the span.
  [[nodiscard]] static std::uint64_t count(const Places &places, const TimeSpan &span);

  /// The next place within a span, upwards or downwards: behind `after`, or the first one.
  [[nodiscard]] static std::optional<Place> next(const Places &places, const TimeSpan &span, bool descending,
                                                 const std::optional<Place> &after);

private:
  static constexpr std::size_t kEntries = 2 + kTimeFields;
  /// A run is entered in its flow's places, in those of its status, and in those of each time.
  struct Entry {
    Places *places;
    Place place;
    bool operator==(const Entry &) const = default;
  };
  /// Makes its flow's places if there are none.
  std::array<Entry, kEntries> entries_of(const RunKeys &keys, std::uint32_t number);
  void drop_if_empty(std::string_view flow_id);

  std::unordered_map<std::string, Places, TextHash, std::equal_to<>> by_flow_;
  std::array<Places, kRunStates> by_status_; ///< by the state that stands for a status
  std::array<Places, kTimeFields> by_time_;
};

} // namespace flow::mock
