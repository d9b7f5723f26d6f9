#include "mock_server/seed/seeded_times.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "common/time_text.hpp"
#include "mock_server/seed/seed.hpp"

namespace flow::mock {

namespace {

using contract::Json;
using GivenWindow = std::pair<GivenTime, GivenTime>;

// Of the metrics of recorded runs.
constexpr const char *kStarted = "startedAtUTC";
constexpr const char *kCompleted = "completedAtUTC";

/// The member of an object; an empty object where there is none.
const Json &member(const Json &object, const char *name) {
  static const Json kNone = Json::object();
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

std::optional<GivenTime> first_given(const std::optional<GivenTime> &first,
                                     const std::optional<GivenTime> &second) {
  return first ? first : second;
}

/// Whatever was recorded is shown; what is no time is not counted with.
std::optional<GivenTime> recorded_time(const Json &value) {
  const double ms = value.is_number() ? value.get<double>() : -1;
  return ms >= 0 && ms <= static_cast<double>(kLatestMs)
             ? std::optional(GivenTime{.ms = value.get<std::int64_t>()})
             : std::nullopt;
}

/// In a recorded run the window stands in its copy activity.
std::optional<GivenWindow> recorded_window(const Json &entry) {
  for (const Json &activity : entry.value("activities", Json::array())) {
    const Json durations = activity.value("durationSummary", Json());
    const Json extensions = durations.is_object() ? durations.value("extensions", Json()) : Json();
    if (!extensions.is_object()) {
      continue;
    }
    const auto start = recorded_time(extensions.value("windowStart", Json()));
    const auto end = recorded_time(extensions.value("windowEnd", Json()));
    if (start && end && start->ms <= end->ms) {
      return GivenWindow{*start, *end};
    }
  }
  return std::nullopt;
}

GivenWindow read_window(const Json &window, std::string_view file, const std::string &pointer) {
  const GivenTime start = read_time(window, "startMs", file, pointer).value();
  const GivenTime end = read_time(window, "endMs", file, pointer).value();
  if (start.from_now != end.from_now) {
    throw SeedError(file, pointer + "/endMs",
                    "must be given as startMs is: both count from now, or neither does");
  }
  if (end.ms < start.ms) {
    throw SeedError(file, pointer + "/endMs", "must not be before startMs");
  }
  return {start, end};
}

} // namespace

bool SeededTimes::depend_on_now() const {
  return created_at.from_now || updated_at.from_now || started_at.from_now || ended_at.from_now ||
         (window && window->first.from_now) || !metrics.is_null();
}

void SeededTimes::set(Run &run, std::int64_t now_ms) const {
  run.created_at_ms = created_at.at(now_ms);
  run.updated_at_ms = updated_at.at(now_ms);
  run.started_at_ms = started_at.at(now_ms);
  run.ended_at_ms = ended_at.at(now_ms);
  if (window) {
    run.window = Window{.start_ms = window->first.at(now_ms), .end_ms = window->second.at(now_ms)};
  }
  if (!metrics.is_null()) {
    Json shown = metrics;
    Json &durations = shown.at("durationSummary");
    for (const char *name : {kStarted, kCompleted}) {
      if (const auto time = durations.find(name); time != durations.end() && time->is_string()) {
        *time = given_time(*time).value().at(now_ms);
      }
    }
    run.metrics = std::make_shared<const std::string>(shown.dump());
  }
}

std::optional<GivenTime> read_time(const Json &part, const char *name, std::string_view file,
                                   const std::string &pointer) {
  const auto value = part.find(name);
  if (value == part.end()) {
    return std::nullopt;
  }
  const auto time = given_time(*value);
  if (!time) {
    throw SeedError(file, pointer + "/" + name, not_a_time(*value));
  }
  return time;
}

SeededTimes read_times(const Json &entry, std::string_view file, const std::string &pointer) {
  SeededTimes times;
  const Json &metrics = member(entry, "metrics");
  const Json &durations = member(metrics, "durationSummary");
  const auto recorded = [&](const char *name) -> std::optional<GivenTime> {
    const auto value = durations.find(name);
    if (value != durations.end() && value->is_number()) {
      return recorded_time(*value);
    }
    if (value != durations.end()) {
      times.metrics = metrics;
    }
    return read_time(durations, name, file, pointer + "/metrics/durationSummary");
  };
  const auto given = [&](const char *name) { return read_time(entry, name, file, pointer); };
  const auto started_at = first_given(given("startedAt"), recorded(kStarted));
  const auto ended_at = first_given(given("endedAt"), recorded(kCompleted));
  const auto updated_at = given("updatedAt");
  const auto first_known = first_given(started_at, first_given(updated_at, ended_at));
  times.created_at = first_given(given("createdAt"), first_known).value_or(GivenTime{.from_now = true});
  times.updated_at = updated_at.value_or(times.created_at);
  times.started_at = started_at.value_or(times.created_at);
  times.ended_at = ended_at.value_or(times.updated_at);
  const auto window = entry.find("window");
  if (window == entry.end()) {
    times.window = recorded_window(entry);
  } else if (!window->is_null()) {
    times.window = read_window(*window, file, pointer + "/window");
  }
  return times;
}

bool is_place_of_time(std::string_view pointer) {
  constexpr std::array<std::string_view, 8> kTimes = {"createdAt", "updatedAt", "startedAt", "endedAt",
                                                      "startMs",   "endMs",     kStarted,    kCompleted};
  const std::string_view name = pointer.substr(pointer.rfind('/') + 1);
  return std::find(kTimes.begin(), kTimes.end(), name) != kTimes.end();
}

} // namespace flow::mock
