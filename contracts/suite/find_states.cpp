#include "contracts/suite/find_states.hpp"

#include <algorithm>
#include <array>

#include "common/json_text.hpp"
#include "common/printable.hpp"
#include "common/text.hpp"
#include "contracts/suite/preflight.hpp"

namespace flow::contract {

namespace {

using Pointer = Json::json_pointer;

constexpr std::size_t kSeveralRuns = 3; ///< as many as the clauses of lists look at

/// Specifications of streaming sources: the HTTP API's connection, and a flow of it.
constexpr std::array<std::string_view, 2> kStreamingSpecs = {"bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb",
                                                             "e77fde5a-22a8-11ed-861d-0242ac120002"};

enum class SourceKind { batch, streaming, destination };

std::string text_at(const Json &json, const char *pointer) {
  const Pointer place(pointer);
  return json.contains(place) && json.at(place).is_string() ? json.at(place).get<std::string>() : "";
}

double number_at(const Json &json, const char *pointer) {
  const Pointer place(pointer);
  return json.contains(place) && json.at(place).is_number() ? json.at(place).get<double>() : 0;
}

/// All items of a list.
std::vector<Json> listed(const std::string &path, const Target &target, const Ask &ask, int most_pages) {
  std::vector<Json> items;
  std::string next = path;
  for (int page = 0; page < most_pages && next.starts_with('/'); ++page) {
    HttpResponse answer;
    try {
      answer = ask({.method = "GET",
                    .url = target.base_url + next,
                    .headers = {{"Authorization", "Bearer " + target.token},
                                {"x-api-key", target.api_key},
                                {"x-gw-ims-org-id", target.org},
                                {"x-sandbox-name", target.sandbox}},
                    .body = std::nullopt});
    } catch (const HttpFailure &error) {
      throw CannotRun(error.what());
    }
    const Json body = json_or_discarded(answer.body);
    if (answer.status != 200 || !body.is_object() || !body.contains("items") || !body["items"].is_array()) {
      throw CannotRun(target.base_url + next + " was answered with status " + std::to_string(answer.status) +
                      " and without a list");
    }
    items.insert(items.end(), body["items"].begin(), body["items"].end());
    next = text_at(body, "/_links/next/href");
  }
  return items;
}

SourceKind source_of(const Json &flow) {
  const Json inherited = flow.value("inheritedAttributes", Json::object());
  const std::string text = lower_case(inherited.dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::string all = text + text_at(flow, "/flowSpec/id");
  const bool has_streaming_spec =
      std::any_of(kStreamingSpecs.begin(), kStreamingSpecs.end(),
                  [&](std::string_view spec) { return all.find(spec) != std::string::npos; });
  const Pointer destination("/properties/isDestinationFlow");
  if (inherited.is_object() && inherited.contains(destination) && inherited.at(destination) == true) {
    return SourceKind::destination;
  }
  return has_streaming_spec || text.find("streaming") != std::string::npos ? SourceKind::streaming
                                                                           : SourceKind::batch;
}

/// What is found, by state, in the order of the states.
class Findings {
public:
  explicit Findings(const std::vector<std::string_view> &states) {
    for (const std::string_view state : states) {
      found_.push_back({.state = std::string(state), .id = ""});
    }
  }

  void take(std::string_view state, const std::string &id) {
    const auto entry = std::find_if(found_.begin(), found_.end(),
                                    [&](const FoundState &found) { return found.state == state; });
    entry->id = entry->number == 0 ? id : entry->id;
    ++entry->number;
  }

  std::vector<FoundState> all() && { return std::move(found_); }

private:
  std::vector<FoundState> found_;
};

/// The state of a run of a batch source; empty where no clause needs one like it.
std::string_view state_of(const Json &run) {
  const std::string status = text_at(run, "/metrics/statusSummary/status");
  if (equal_ignoring_case(status, "failed")) {
    return kFailedRun;
  }
  if (equal_ignoring_case(status, "inProgress") || equal_ignoring_case(status, "IN_PROGRESS")) {
    return kRunInProgress;
  }
  if (!equal_ignoring_case(status, "success")) {
    return "";
  }
  const char *const summary = "/metrics/recordSummary/outputRecordCount";
  const double records = run.contains(Pointer(summary))
                             ? number_at(run, summary)
                             : number_at(run, "/metrics/recordSummary/createdRecordCount");
  return records > 0 ? "a successful run with ingested records"
                     : "a successful run with zero ingested records";
}

} // namespace

std::vector<FoundState> find_states(const Target &target, const Ask &ask, int most_pages) {
  Findings findings({kFailedRun, "a successful run with zero ingested records",
                     "a successful run with ingested records", kRunInProgress, "a run of a streaming source",
                     "a flow with several runs", "a flow scheduled once", "a flow scheduled repeatedly",
                     "a flow of a streaming source"});
  std::map<std::string, SourceKind> sources;
  const auto flows = listed("/flows?limit=100", target, ask, most_pages);
  for (const Json &flow : flows) {
    sources[text_at(flow, "/id")] = source_of(flow);
  }
  std::map<std::string, std::size_t> runs_of;
  for (const Json &run : listed("/runs?limit=100&orderby=-createdAt", target, ask, most_pages)) {
    const std::string flow = text_at(run, "/flowId");
    const auto source = sources.find(flow);
    ++runs_of[flow];
    if (source != sources.end() && source->second == SourceKind::streaming) {
      findings.take("a run of a streaming source", text_at(run, "/id"));
    } else if (source == sources.end() || source->second == SourceKind::batch) {
      if (const auto state = state_of(run); !state.empty()) {
        findings.take(state, text_at(run, "/id"));
      }
    }
  }
  for (const Json &flow : flows) {
    const std::string id = text_at(flow, "/id");
    const std::string frequency = text_at(flow, "/scheduleParams/frequency");
    if (sources[id] == SourceKind::streaming) {
      findings.take("a flow of a streaming source", id);
    } else if (sources[id] == SourceKind::batch && !frequency.empty()) {
      findings.take(frequency == "once" ? "a flow scheduled once" : "a flow scheduled repeatedly", id);
    }
    if (sources[id] == SourceKind::batch && runs_of[id] >= kSeveralRuns) {
      findings.take("a flow with several runs", id);
    }
  }
  return std::move(findings).all();
}

std::string states_text(const std::vector<FoundState> &found) {
  std::size_t width = 0;
  for (const FoundState &state : found) {
    width = std::max(width, state.state.size());
  }
  std::string text;
  for (const FoundState &state : found) {
    text += state.state + std::string(width - state.state.size(), ' ') + "  ";
    text += state.id.empty() ? "none found" : state.id + "  (of " + std::to_string(state.number) + ")";
    text += "\n";
  }
  return printable_lines(text);
}

std::string as_states_file(const std::vector<FoundState> &found) {
  Json states = Json::object();
  for (const FoundState &state : found) {
    if (!state.id.empty()) {
      states[state.state] = state.id;
    }
  }
  return states.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace flow::contract
