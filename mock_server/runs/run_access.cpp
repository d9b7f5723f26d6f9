#include "mock_server/runs/run_access.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "common/text.hpp"

namespace flow::mock {

namespace {

using Number = std::uint32_t;
using Next = Access::Next;

/// Runs that one filter lets through, in the order of their numbers.
struct Matches {
  std::vector<const RunIndex::Numbers *> sets; ///< none has a number of another
  std::vector<Number> single;                  ///< besides them
  std::uint64_t count = 0;

  [[nodiscard]] std::optional<std::uint64_t> from(std::uint64_t number) const {
    std::optional<std::uint64_t> first;
    const auto consider = [&](Number found) {
      first = first ? std::min<std::uint64_t>(*first, found) : found;
    };
    for (const RunIndex::Numbers *set : sets) {
      if (const auto found = set->at_least(static_cast<Number>(number))) {
        consider(*found);
      }
    }
    const auto found = std::lower_bound(single.begin(), single.end(), number);
    if (found != single.end()) {
      consider(*found);
    }
    return first;
  }
};

/// What the filters say that an index knows.
struct Narrowing {
  std::optional<Matches> matches; ///< of the filter that lets the fewest through
  std::array<std::optional<TimeSpan>, kTimeFields> spans;
  bool is_whole = true; ///< it says all that the filters say, by one index
};

std::optional<TimeField> time_field(const Path &path) {
  static const std::array<Path, kTimeFields> fields = {
      parse_path_of_field("createdAt"), parse_path_of_field("updatedAt"),
      parse_path_of_field("metrics.durationSummary.startedAtUTC")};
  const auto found = std::find(fields.begin(), fields.end(), path);
  return found == fields.end() ? std::nullopt : std::optional(static_cast<TimeField>(found - fields.begin()));
}

void add_set(Matches &matches, const RunIndex::Numbers *set) {
  if (set != nullptr && std::find(matches.sets.begin(), matches.sets.end(), set) == matches.sets.end()) {
    matches.sets.push_back(set);
    matches.count += set->size();
  }
}

std::optional<Matches> matches_of(const Filter &filter, const RunStore &runs) {
  static const Path flow_id = parse_path_of_field("flowId");
  static const Path id = parse_path_of_field("id");
  static const Path state = parse_path_of_field("state");
  static const Path status = parse_path_of_field("metrics.statusSummary.status");
  Matches matches;
  if (filter.path == id) {
    for (const std::string &value : filter.values) {
      if (const Run *run = runs.find(value)) {
        matches.single.push_back(run->number);
      }
    }
    std::sort(matches.single.begin(), matches.single.end());
    matches.single.erase(std::unique(matches.single.begin(), matches.single.end()), matches.single.end());
    matches.count = matches.single.size();
    return matches;
  }
  if (filter.path != flow_id && filter.path != state && filter.path != status) {
    return std::nullopt;
  }
  for (const std::string &value : filter.values) {
    add_set(matches, filter.path == flow_id ? runs.index().of_flow(value) : runs.index().of_status(value));
  }
  return matches;
}

/// The times that a filter lets through; of several values, all from the first to the last.
TimeSpan span_of(const Filter &filter) {
  constexpr TimeSpan kNone{.first_ms = 1, .last_ms = 0};
  TimeSpan given{.first_ms = std::numeric_limits<std::int64_t>::max(),
                 .last_ms = std::numeric_limits<std::int64_t>::min()};
  for (const std::string &text : filter.values) {
    const std::int64_t value = integer_in(text).value_or(0);
    given.first_ms = std::min(given.first_ms, value);
    given.last_ms = std::max(given.last_ms, value);
  }
  switch (filter.comparison) {
  case Comparison::equal:
    return given;
  case Comparison::less:
    return given.last_ms == std::numeric_limits<std::int64_t>::min() ? kNone
                                                                     : TimeSpan{.last_ms = given.last_ms - 1};
  case Comparison::less_or_equal:
    return {.last_ms = given.last_ms};
  case Comparison::greater:
    return given.first_ms == std::numeric_limits<std::int64_t>::max()
               ? kNone
               : TimeSpan{.first_ms = given.first_ms + 1};
  case Comparison::greater_or_equal:
    return {.first_ms = given.first_ms};
  }
  return {};
}

Narrowing narrow(const Query &query, const RunStore &runs) {
  Narrowing narrowing;
  for (const Filter &filter : query.filters) {
    if (const auto field = time_field(filter.path)) {
      auto &span = narrowing.spans.at(static_cast<std::size_t>(*field));
      const TimeSpan given = span_of(filter);
      const TimeSpan before = span.value_or(TimeSpan());
      span = TimeSpan{.first_ms = std::max(before.first_ms, given.first_ms),
                      .last_ms = std::min(before.last_ms, given.last_ms)};
      narrowing.is_whole = narrowing.is_whole && filter.values.size() == 1;
    } else if (auto matches = matches_of(filter, runs)) {
      narrowing.is_whole = narrowing.is_whole && !narrowing.matches;
      if (!narrowing.matches || matches->count < narrowing.matches->count) {
        narrowing.matches = std::move(matches);
      }
    } else {
      narrowing.is_whole = false;
    }
  }
  const auto spans = std::count_if(narrowing.spans.begin(), narrowing.spans.end(),
                                   [](const auto &span) { return span.has_value(); });
  narrowing.is_whole = narrowing.is_whole && spans + (narrowing.matches ? 1 : 0) <= 1;
  return narrowing;
}

/// By number, from `first` on: leaps over stretches that have no time in the spans.
Next by_number(const RunStore &runs, const Narrowing &narrowing, std::uint64_t first) {
  return [&runs, narrowing, from = first]() mutable -> std::optional<std::uint64_t> {
    while (from < runs.size()) {
      std::uint64_t least = from;
      for (std::size_t field = 0; field < kTimeFields; ++field) {
        if (const auto &span = narrowing.spans.at(field)) {
          least = std::max(least, runs.index().leap(from, static_cast<TimeField>(field), *span));
        }
      }
      const auto found = narrowing.matches ? narrowing.matches->from(from) : from;
      if (!found) {
        return std::nullopt;
      }
      least = std::max(least, *found);
      if (least == from) {
        ++from;
        if (!runs.is_vacant(least)) {
          return least;
        }
      } else {
        from = least;
      }
    }
    return std::nullopt;
  };
}

Next by_time(const RunStore &runs, TimeField field, const TimeSpan &span, bool descending,
             std::optional<RunIndex::Place> after) {
  return [&runs, field, span, descending, after]() mutable -> std::optional<std::uint64_t> {
    after = runs.index().next(field, span, descending, after);
    return after ? std::optional<std::uint64_t>(after->number) : std::nullopt;
  };
}

} // namespace

Access access_to(const RunStore &runs, const Query &query) {
  const Narrowing narrowing = narrow(query, runs);
  Access access{.any = by_number(runs, narrowing, 0),
                .most = narrowing.matches ? narrowing.matches->count : runs.count(),
                .exact = narrowing.is_whole,
                .in_order = {}};
  std::optional<TimeField> fewest; // the time that leaves fewer to look at, if one does
  for (std::size_t i = 0; i < kTimeFields; ++i) {
    const auto field = static_cast<TimeField>(i);
    const auto &span = narrowing.spans.at(i);
    if (const std::uint64_t count = span ? runs.index().count(field, *span) : access.most;
        count < access.most) {
      access.most = count;
      access.any = by_time(runs, field, *span, false, std::nullopt);
      fewest = field;
    }
  }
  if (!query.order) {
    access.in_order = by_number(runs, narrowing, query.after ? query.after->number + 1 : 0);
    access.direct = !fewest;
    return access;
  }
  const auto field = time_field(query.order->path);
  const auto *key = query.after ? std::get_if<std::int64_t>(&query.after->key) : nullptr;
  if (!field || (query.after && key == nullptr)) {
    return access;
  }
  const auto after = query.after
                         ? std::optional(RunIndex::Place{*key, static_cast<Number>(query.after->number)})
                         : std::nullopt;
  access.in_order =
      by_time(runs, *field, narrowing.spans.at(static_cast<std::size_t>(*field)).value_or(TimeSpan()),
              query.order->descending, after);
  access.direct = fewest ? fewest == field : !narrowing.matches;
  return access;
}

} // namespace flow::mock
