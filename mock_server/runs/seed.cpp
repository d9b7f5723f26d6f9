#include "mock_server/runs/seed.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "contracts/contract.hpp"
#include "contracts/embedded_file.hpp"
#include "contracts/json_schema.hpp"

namespace flow::mock {

std::span<const contract::EmbeddedFile> embedded_files();

namespace {

using contract::Json;

std::string_view embedded_text(std::string_view name) {
  for (const contract::EmbeddedFile &file : embedded_files()) {
    if (file.name == name) {
      return file.text;
    }
  }
  throw std::out_of_range(std::string(name));
}

[[noreturn]] void fail(std::string_view file, std::string_view pointer, std::string_view reason) {
  throw SeedError(std::string(file) + ": " + std::string(pointer.empty() ? "/" : pointer) + ": " +
                  std::string(reason));
}

std::string read_text(const std::string &file) {
  try {
    std::ifstream in;
    in.exceptions(std::ios::failbit | std::ios::badbit);
    in.open(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  } catch (const std::ios_base::failure &) { // also of a folder, which opens but cannot be read
    throw SeedError(file + ": cannot be read; check that the file exists and is readable");
  }
}

Json parse_json(std::string_view text, std::string_view file) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error &error) {
    const auto lines = std::count(
        text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size())), '\n');
    fail(file, "", "not JSON, at line " + std::to_string(lines + 1) + ": " + error.what());
  }
}

void check_schema(const Json &document, std::string_view file) {
  static const Json schema = Json::parse(embedded_text("seed.schema.json"));
  const auto violations = contract::validate(document, schema);
  if (violations.empty()) {
    return;
  }
  // The deepest place is the one to mend; those above it only say that something below is wrong.
  const auto &deepest =
      *std::max_element(violations.begin(), violations.end(),
                        [](const auto &a, const auto &b) { return a.pointer.size() < b.pointer.size(); });
  fail(file, deepest.pointer, deepest.reason);
}

RunState outcome_of(const Json &name) {
  return *state_named(name.get<std::string>());
}

/// The delta column stands in the copy transformation (on-demand-ingestion).
std::string delta_column_of(const Json &transformations) {
  const Json::json_pointer name("/params/deltaColumn/name");
  for (const Json &transformation : transformations) {
    if (transformation.contains(name) && transformation.at(name).is_string()) {
      return transformation.at(name);
    }
  }
  return {};
}

/// Everything of a seed file, built up over one file or several.
class SeedReader {
public:
  void read(std::string_view text, std::string_view file) {
    file_ = file;
    const Json document = parse_json(text, file);
    check_schema(document, file);
    read_allow(document.value("allow", Json::object()));
    if (const auto defaults = document.find("defaults"); defaults != document.end()) {
      if (defaults->contains("outcome")) {
        seed_.defaults.outcome = outcome_of(defaults->at("outcome"));
      }
      seed_.defaults.duration_ms = defaults->value("durationMs", seed_.defaults.duration_ms);
    }
    std::size_t index = 0;
    for (const Json &flow : document.at("flows")) {
      read_flow(flow, "/flows/" + std::to_string(index++));
    }
    index = 0;
    for (const Json &run : document.at("runs")) {
      read_run(run, "/runs/" + std::to_string(index++));
    }
  }

  Seed take() { return std::move(seed_); }

private:
  void read_allow(const Json &allow) {
    const auto append = [&](const char *name, std::vector<std::string> &names) {
      for (const Json &entry : allow.value(name, Json::array())) {
        names.push_back(entry);
      }
    };
    append("tokens", seed_.allow.tokens);
    append("apiKeys", seed_.allow.api_keys);
    append("organisations", seed_.allow.organisations);
    append("sandboxes", seed_.allow.sandboxes);
    for (const Json &client : allow.value("clients", Json::array())) {
      seed_.allow.clients.push_back({.id = client.at("id"),
                                     .secret = client.at("secret"),
                                     .scopes = client.value("scopes", std::vector<std::string>())});
    }
  }

  void read_flow(const Json &json, const std::string &pointer) {
    Flow flow;
    flow.id = json.at("id");
    flow.document = json;
    flow.document.erase("source");
    if (const auto spec = json.find("flowSpec"); spec != json.end()) {
      flow.spec_id = spec->at("id");
      flow.spec_version = spec->at("version");
    }
    if (const auto source = json.find("source"); source != json.end()) {
      flow.source = source->at("kind") == "streaming" ? SourceKind::streaming : SourceKind::batch;
      flow.source_spec_id = source->value("specId", "");
    }
    if (const auto schedule = json.find("scheduleParams"); schedule != json.end()) {
      flow.scheduled_once = schedule->value("frequency", "once") == "once";
    }
    flow.delta_column = delta_column_of(json.value("transformations", Json::array()));
    if (flows_.contains(flow.id)) {
      fail(file_, pointer + "/id", "a flow with the id " + flow.id + " was given before");
    }
    seed_.flows.push_back(std::make_shared<const Flow>(std::move(flow)));
    flows_.emplace(seed_.flows.back()->id, seed_.flows.back());
  }

  void take_id(const std::string &id, const std::string &pointer) {
    if (!run_ids_.insert(id).second) {
      fail(file_, pointer, "a run with the id " + id + " was given before");
    }
  }

  void read_run(const Json &json, const std::string &pointer) {
    Run run;
    run.id = json.at("id");
    take_id(run.id, pointer + "/id");
    const auto flow = flows_.find(json.at("flowId").get<std::string>());
    if (flow == flows_.end()) {
      fail(file_, pointer + "/flowId", "no flow with that id; add it to /flows, before this run");
    }
    run.flow = flow->second;
    run.created_at_ms = json.value("createdAt", std::int64_t{0});
    run.updated_at_ms = json.value("updatedAt", run.created_at_ms);
    run.etag = json.value("etag", "");
    const auto quoted = [&](const char *field, const char *otherwise) {
      return Json(json.value(field, otherwise)).dump();
    };
    run.actors =
        std::make_shared<const Actors>(Actors{.created_by = quoted("createdBy", "{CREATED_BY}"),
                                              .updated_by = quoted("updatedBy", "{UPDATED_BY}"),
                                              .created_client = quoted("createdClient", "{CREATED_CLIENT}"),
                                              .updated_client = quoted("updatedClient", "{UPDATED_CLIENT}")});
    read_window(json, pointer, run);
    read_state(json, pointer, run);
    read_ending(json, pointer, run);
    read_script(json, pointer, run);
    read_extras(json, run);
    seed_.runs.push_back(std::move(run));
  }

  void read_window(const Json &json, const std::string &pointer, Run &run) const {
    if (const auto window = json.find("window"); window != json.end()) {
      run.window = Window{.start_ms = window->at("startMs"), .end_ms = window->at("endMs")};
      if (run.window->end_ms <= run.window->start_ms) {
        fail(file_, pointer + "/window/endMs", "must be after startMs");
      }
      return;
    }
    // In a recorded run the window stands in its copy activity.
    for (const Json &activity : json.value("activities", Json::array())) {
      const Json durations = activity.value("durationSummary", Json());
      const Json extensions = durations.is_object() ? durations.value("extensions", Json()) : Json();
      if (extensions.is_object() && extensions.contains("windowStart") && extensions.contains("windowEnd") &&
          extensions["windowStart"].is_number_integer() && extensions["windowEnd"].is_number_integer()) {
        run.window = Window{.start_ms = extensions["windowStart"], .end_ms = extensions["windowEnd"]};
        return;
      }
    }
  }

  void read_state(const Json &json, const std::string &pointer, Run &run) const {
    if (json.contains("state") == json.contains("metrics")) {
      fail(file_, pointer, "a run has either metrics, as documented, or a state, and not both");
    }
    run.started_at_ms = run.created_at_ms;
    run.ended_at_ms = run.updated_at_ms;
    if (json.contains("state")) {
      run.state = outcome_of(json["state"]);
    } else {
      const Json &metrics = json["metrics"];
      const auto number = [&](const char *place) -> std::optional<std::int64_t> {
        const Json::json_pointer at(place);
        return metrics.contains(at) ? std::optional(metrics.at(at).get<std::int64_t>()) : std::nullopt;
      };
      const auto state =
          state_of(metrics["statusSummary"]["status"].get<std::string>(),
                   number("/recordSummary/outputRecordCount"), number("/recordSummary/createdRecordCount"));
      if (!state) {
        fail(file_, pointer + "/metrics/statusSummary/status", "must be success, failed or inProgress");
      }
      run.state = *state;
      run.started_at_ms = number("/durationSummary/startedAtUTC").value_or(run.created_at_ms);
      run.ended_at_ms = number("/durationSummary/completedAtUTC").value_or(run.updated_at_ms);
      run.metrics = std::make_shared<const std::string>(metrics.dump());
    }
    if (json.contains("activities")) {
      run.activities = std::make_shared<const std::string>(json["activities"].dump());
    }
  }

  void read_ending(const Json &json, const std::string &pointer, Run &run) const {
    const auto ends = json.find("ends");
    if (ends == json.end()) {
      return;
    }
    run.ending = Ending{.at_ms = ends->at("afterMs"), .state = outcome_of(ends->at("outcome"))};
    if (has_ended(run.state)) {
      fail(file_, pointer + "/ends", "only a run in progress can end");
    }
    if (!has_ended(run.ending->state)) {
      fail(file_, pointer + "/ends/outcome",
           "in-progress is no end; leave out ends for a run that never ends");
    }
  }

  void read_script(const Json &json, const std::string &pointer, Run &run) {
    if (!json.contains("retries")) {
      return;
    }
    run.script = std::make_shared<RetryScript>();
    std::size_t index = 0;
    for (const Json &entry : json["retries"]) {
      const std::string place = pointer + "/retries/" + std::to_string(index++);
      ScriptedRetry retry;
      if (entry.is_string()) {
        retry.outcome = outcome_of(entry);
      } else {
        retry.outcome = outcome_of(entry.at("outcome"));
        retry.id = entry.value("id", "");
        retry.etag = entry.value("etag", "");
        if (entry.contains("durationMs")) {
          retry.duration_ms = entry["durationMs"].get<std::int64_t>();
        }
      }
      if (!retry.id.empty()) {
        take_id(retry.id, place + "/id");
      }
      run.script->retries.push_back(std::move(retry));
    }
  }

  static void read_extras(const Json &json, Run &run) {
    if (json.contains("params")) {
      run.params = std::make_shared<const std::string>(json["params"].dump());
    }
    if (json.contains("providerRefId")) {
      const Json extras = {{"providerRefId", json["providerRefId"]}};
      run.extras = std::make_shared<const std::string>(extras.dump());
    }
  }

  std::string_view file_;
  Seed seed_;
  std::map<std::string, std::shared_ptr<const Flow>, std::less<>> flows_;
  std::set<std::string> run_ids_; ///< of runs, and of those that scripts will make
};

} // namespace

Seed parse_seed(std::string_view text, std::string_view name) {
  SeedReader reader;
  reader.read(text, name);
  return reader.take();
}

Seed read_seed_files(const std::vector<std::string> &files) {
  SeedReader reader;
  for (const std::string &name : files) {
    reader.read(read_text(name), name);
  }
  return reader.take();
}

const Seed &built_in_seed() {
  static const Seed seed = parse_seed(embedded_text("seeds/built-in.json"), "built-in seed");
  return seed;
}

} // namespace flow::mock
