#include "mock_server/resources/run_access.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "common/text.hpp"

namespace flow::mock {

namespace {

using Next = Access::Next;
using Place = RunIndex::Place;
using Places = RunIndex::Places;

/// Runs that one filter lets through, by the time they were created.
struct Matches {
  std::vector<const Places *> sets; ///< none has a run of another
  std::shared_ptr<Places> single;   ///< what one of them is, if it is no index's
};

/// What the filters say that an index knows.
struct Narrowing {
  std::optional<Matches> matches; ///< of the filter that lets the fewest through
  std::array<std::optional<TimeSpan>, kTimeFields> spans;
  bool is_whole = true; ///< that is all that the filters say

  [[nodiscard]] bool has_span(TimeField field) const {
    return spans.at(static_cast<std::size_t>(field)).has_value();
  }
  [[nodiscard]] TimeSpan span(TimeField field) const {
    return spans.at(static_cast<std::size_t>(field)).value_or(TimeSpan());
  }
};

std::uint64_t count_in(const Matches &matches, const TimeSpan &created) {
  return std::accumulate(
      matches.sets.begin(), matches.sets.end(), std::uint64_t{0},
      [&](std::uint64_t sum, const Places *set) { return sum + RunIndex::count(*set, created); });
}

std::optional<TimeField> time_field(const Path &path) {
  static const std::array<Path, kTimeFields> fields = {
      parse_path_of_field("createdAt"), parse_path_of_field("updatedAt"),
      parse_path_of_field("metrics.durationSummary.startedAtUTC")};
  const auto found = std::find(fields.begin(), fields.end(), path);
  return found == fields.end() ? std::nullopt : std::optional(static_cast<TimeField>(found - fields.begin()));
}

void add_set(Matches &matches, const Places *set) {
  if (set != nullptr && std::find(matches.sets.begin(), matches.sets.end(), set) == matches.sets.end()) {
    matches.sets.push_back(set);
  }
}

Matches runs_of_ids(const std::vector<std::string> &ids, const RunStore &runs) {
  std::vector<Place> places;
  for (const std::string &id : ids) {
    if (const Run *run = runs.find(id)) {
      places.push_back({run->created_at_ms, run->number});
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  Matches matches{.sets = {}, .single = std::make_shared<Places>()};
  for (const Place &place : places) {
    matches.single->insert(place);
  }
  matches.sets.push_back(matches.single.get());
  return matches;
}

std::optional<Matches> matches_of(const Filter &filter, const RunStore &runs) {
  static const Path flow_id = parse_path_of_field("flowId");
  static const Path id = parse_path_of_field("id");
  static const Path state = parse_path_of_field("state");
  static const Path status = parse_path_of_field("metrics.statusSummary.status");
  if (filter.path == id) {
    return runs_of_ids(filter.values, runs);
  }
  if (filter.path != flow_id && filter.path != state && filter.path != status) {
    return std::nullopt;
  }
  Matches matches;
  for (const std::string &value : filter.values) {
    add_set(matches, filter.path == flow_id ? runs.index().of_flow(value) : runs.index().of_status(value));
  }
  return matches;
}

/// The times that a filter lets through. It has one value.
TimeSpan span_of(const Filter &filter) {
  constexpr TimeSpan kNone{.first_ms = 1, .last_ms = 0};
  constexpr TimeSpan kAll;
  const std::int64_t value = integer_in(filter.values.front()).value_or(0);
  switch (filter.comparison) {
  case Comparison::equal:
    return {.first_ms = value, .last_ms = value};
  case Comparison::less:
    return value == kAll.first_ms ? kNone : TimeSpan{.last_ms = value - 1};
  case Comparison::less_or_equal:
    return {.last_ms = value};
  case Comparison::greater:
    return value == kAll.last_ms ? kNone : TimeSpan{.first_ms = value + 1};
  case Comparison::greater_or_equal:
    return {.first_ms = value};
  }
  return kAll;
}

Narrowing narrow(const Query &query, const RunStore &runs) {
  Narrowing narrowing;
  for (const Filter &filter : query.filters) {
    if (const auto field = time_field(filter.path)) {
      const TimeSpan before = narrowing.span(*field);
      const TimeSpan given = span_of(filter);
      narrowing.spans.at(static_cast<std::size_t>(*field)) =
          TimeSpan{.first_ms = std::max(before.first_ms, given.first_ms),
                   .last_ms = std::min(before.last_ms, given.last_ms)};
    } else if (auto matches = matches_of(filter, runs)) {
      narrowing.is_whole = narrowing.is_whole && !narrowing.matches;
      if (!narrowing.matches || count_in(*matches, {}) < count_in(*narrowing.matches, {})) {
        narrowing.matches = std::move(matches);
      }
    } else {
      narrowing.is_whole = false;
    }
  }
  return narrowing;
}

/// The runs of all sets within a span of their time, upwards or downwards: behind `after`, or from the first.
Next by_time(Matches matches, const TimeSpan &span, bool descending, const std::optional<Place> &after) {
  struct Head {
    Place place;
    const Places *set;
  };
  const auto is_later = [descending](const Head &a, const Head &b) {
    return descending ? a.place < b.place : b.place < a.place;
  };
  std::vector<Head> heads; // a heap: the next of each set, the first of them on top
  for (const Places *set : matches.sets) {
    if (const auto first = RunIndex::next(*set, span, descending, after)) {
      heads.push_back({*first, set});
    }
  }
  std::make_heap(heads.begin(), heads.end(), is_later);
  return [kept = std::move(matches.single), heads = std::move(heads), span, descending,
          is_later]() mutable -> std::optional<std::uint64_t> {
    if (heads.empty()) {
      return std::nullopt;
    }
    std::pop_heap(heads.begin(), heads.end(), is_later);
    Head &head = heads.back();
    const std::uint64_t number = head.place.number;
    if (const auto next = RunIndex::next(*head.set, span, descending, head.place)) {
      head.place = *next;
      std::push_heap(heads.begin(), heads.end(), is_later);
    } else {
      heads.pop_back();
    }
    return number;
  };
}

/// The same in the order of a time, which the query's first field is, from the query's position on. Nothing
/// where that position is at no time.
Next by_time_from_position(Matches matches, TimeSpan span, const Query &query) {
  const bool descending = query.order.front().descending;
  if (!query.after) {
    return by_time(std::move(matches), span, descending, std::nullopt);
  }
  const auto *key = std::get_if<std::int64_t>(&query.after->keys.front());
  if (key == nullptr) {
    return {};
  }
  if (query.order.size() == 1) {
    return by_time(std::move(matches), span, descending,
                   Place{*key, static_cast<std::uint32_t>(query.after->number)});
  }
  // Which of the runs that tie with the position come behind it, the further fields say.
  if (descending) {
    span.last_ms = std::min(span.last_ms, *key);
  } else {
    span.first_ms = std::max(span.first_ms, *key);
  }
  return by_time(std::move(matches), span, descending, std::nullopt);
}

} // namespace

Access access_to(const RunStore &runs, const Query &query) {
  const Narrowing narrowing = narrow(query, runs);
  const auto all_by = [&](TimeField field) {
    return Matches{.sets = {&runs.index().by_time(field)}, .single = nullptr};
  };
  const TimeSpan created = narrowing.span(TimeField::created);
  const Matches matches = narrowing.matches.value_or(all_by(TimeField::created));
  Access access{
      .any = by_time(matches, created, false, {}), .most = count_in(matches, created), .in_order = {}};
  const bool is_all = access.most == runs.count();
  auto fewest = TimeField::created; // the time that `any` goes by
  int indexes = narrowing.matches || narrowing.has_span(TimeField::created) ? 1 : 0;
  for (const TimeField field : {TimeField::updated, TimeField::started}) {
    const TimeSpan span = narrowing.span(field);
    indexes += narrowing.has_span(field) ? 1 : 0;
    const std::uint64_t count = RunIndex::count(runs.index().by_time(field), span);
    if (count < access.most) {
      access.most = count;
      access.any = by_time(all_by(field), span, false, {});
      fewest = field;
    }
  }
  access.exact = narrowing.is_whole && indexes <= 1;
  const auto field = query.order.empty() ? std::nullopt : time_field(query.order.front().path);
  if (field == TimeField::created) {
    access.in_order = by_time_from_position(matches, created, query);
    access.direct = fewest == field;
  } else if (field) {
    access.in_order = by_time_from_position(all_by(*field), narrowing.span(*field), query);
    access.direct = fewest == field || is_all;
  }
  return access;
}

} // namespace flow::mock
