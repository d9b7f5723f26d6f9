#include "mock_server/seed/seed_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "contracts/model/resources.hpp"
#include "contracts/model/schema_advice.hpp"
#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/flow_rules.hpp"

namespace flow::mock {

namespace {

using contract::Json;

[[noreturn]] void fail(std::string_view file, std::string_view pointer, std::string_view reason) {
  throw SeedError(file, pointer.empty() ? "/" : pointer, reason);
}

/// `first` is the number of the first entry in `list`, where the document is a part of another.
void check_part(const Json &document, std::string_view file, std::string_view list = "",
                std::size_t first = 0) {
  const auto wrong = contract::first_to_fix(document, seed_schema());
  if (!wrong) {
    return;
  }
  std::string pointer = wrong->pointer;
  const std::string begin = "/" + std::string(list) + "/";
  if (first > 0 && pointer.starts_with(begin)) {
    const std::size_t end = std::min(pointer.find('/', begin.size()), pointer.size());
    const std::size_t number = first + std::stoul(pointer.substr(begin.size(), end - begin.size()));
    pointer = begin + std::to_string(number) + pointer.substr(end);
  }
  if (is_place_of_time(pointer)) {
    fail(file, pointer, not_a_time(document.at(Json::json_pointer(wrong->pointer))));
  }
  fail(file, pointer, wrong->reason);
}

std::vector<std::string> lists_of_seeds() {
  std::vector<std::string> lists;
  for (const contract::Resource &resource : contract::resources()) {
    lists.push_back(resource.name);
  }
  return lists;
}

/// Checks some entries at a time: where a hundred thousand are wrong, reporting on all takes minutes.
void check_schema(const Json &document, std::string_view file) {
  constexpr std::size_t kAtOnce = 500;
  Json part = document;
  const std::vector<std::string> lists = lists_of_seeds();
  for (const std::string &list : lists) {
    if (part.is_object() && part.contains(list) && part[list].is_array() && part[list].size() > kAtOnce) {
      part[list].erase(part[list].begin() + kAtOnce, part[list].end());
    }
  }
  check_part(part, file);
  for (const std::string &list : lists) {
    const Json entries = document.value(list, Json::array());
    for (std::size_t first = kAtOnce; first < entries.size(); first += kAtOnce) {
      const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(first);
      const auto end =
          entries.begin() + static_cast<std::ptrdiff_t>(std::min(first + kAtOnce, entries.size()));
      part = {{"flows", Json::array()}, {"runs", Json::array()}};
      part[list] = Json::array();
      part[list].get_ref<Json::array_t &>().assign(begin, end);
      check_part(part, file, list, first);
    }
  }
}

void read_extras(const Json &json, Run &run) {
  if (json.contains("params")) {
    run.params = std::make_shared<const std::string>(json["params"].dump());
  }
  Json extras = Json::object();
  for (const contract::ResourceField &field : contract::fields_of_run()) {
    if (const auto given = json.find(field.path); field.kept && given != json.end()) {
      extras[field.path] = *given;
    }
  }
  if (!extras.empty()) {
    run.extras = std::make_shared<const std::string>(extras.dump());
  }
}

} // namespace

SeedReader::SeedReader(std::uint64_t most_runs, std::span<const std::shared_ptr<const Flow>> known_flows)
    : most_runs_(most_runs) {
  for (const auto &flow : known_flows) {
    flows_.emplace(flow->id, flow);
  }
}

RunStatus SeedReader::named_state(const Json &name, const std::string &pointer) const {
  const auto state = state_named(name.get_ref<const std::string &>());
  if (!state) {
    fail(file_, pointer, "must be one of " + known_states());
  }
  return *state;
}

void SeedReader::read(const Json &document, std::string_view file) {
  check_schema(document, file);
  read_well_formed(document, file);
}

void SeedReader::read_well_formed(const Json &document, std::string_view file) {
  file_ = file;
  read_allow(document.value("allow", Json::object()));
  if (const auto defaults = document.find("defaults"); defaults != document.end()) {
    if (defaults->contains("outcome")) {
      seed_.defaults.outcome = named_state(defaults->at("outcome"), "/defaults/outcome");
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
  read_documents(document);
}

Seed SeedReader::take() {
  if (!documents_->empty()) {
    seed_.documents = [documents = documents_]() -> const SeededDocuments & { return *documents; };
  }
  return std::move(seed_);
}

void SeedReader::read_documents(const Json &document) {
  for (const contract::Resource &resource : contract::resources()) {
    const auto list = document.find(resource.name);
    if (resource.name == "flows" || resource.name == "runs" || list == document.end()) {
      continue;
    }
    if ((*documents_)[resource.name].size() + list->size() > kMostDocuments) {
      fail(file_, "/" + resource.name,
           "holds more than the " + std::to_string(kMostDocuments) + " " + resource.plural +
               " a sandbox takes");
    }
    std::size_t index = 0;
    for (const Json &entry : *list) {
      read_document(resource, entry, "/" + resource.name + "/" + std::to_string(index++));
    }
  }
}

void SeedReader::read_document(const contract::Resource &resource, const Json &json,
                               const std::string &pointer) {
  SeededDocument document{.json = json, .answers = nullptr};
  document.json.erase("answers");
  if (const auto answers = json.find("answers"); answers != json.end()) {
    document.answers = std::make_shared<const Json>(*answers);
  }
  const auto created_at = read_time(json, "createdAt", file_, pointer);
  const auto updated_at = read_time(json, "updatedAt", file_, pointer);
  document.created_at = created_at.value_or(updated_at.value_or(document.created_at));
  document.updated_at = updated_at.value_or(document.created_at);
  for (const char *given_as_time : {"createdAt", "updatedAt"}) {
    document.json.erase(given_as_time);
  }
  if (const auto wrong = wrong_field(resource, document.json)) {
    fail(file_, pointer + "/" + wrong->field, wrong->reason);
  }
  if (!document_ids_.insert(resource.name + "/" + json.at("id").get<std::string>()).second) {
    fail(file_, pointer + "/id",
         "a " + resource.singular + " with the id " + json.at("id").get<std::string>() + " was given before");
  }
  (*documents_)[resource.name].push_back(std::move(document));
}

void SeedReader::read_allow(const Json &allow) {
  const auto append = [&](const char *name, std::vector<std::string> &names) {
    for (const Json &entry : allow.value(name, Json::array())) {
      names.push_back(entry);
    }
  };
  for (const Json &token : allow.value("tokens", Json::array())) {
    if (token.is_object()) {
      seed_.allow.timed_tokens.push_back({.token = token.at("token"), .life_ms = token.at("expiresInMs")});
    }
    seed_.allow.tokens.push_back(token.is_object() ? token.at("token") : token);
  }
  append("apiKeys", seed_.allow.api_keys);
  append("organisations", seed_.allow.organisations);
  append("sandboxes", seed_.allow.sandboxes);
  for (const Json &client : allow.value("clients", Json::array())) {
    seed_.allow.clients.push_back({.id = client.at("id"),
                                   .secret = client.at("secret"),
                                   .scopes = client.value("scopes", std::vector<std::string>())});
  }
}

void SeedReader::read_flow(const Json &json, const std::string &pointer) {
  Flow flow;
  flow.id = json.at("id");
  flow.document = json;
  for (const char *not_kept_there :
       {"source", "retries", "deltaColumn", "createdAt", "updatedAt", "deleted", "schedule"}) {
    flow.document.erase(not_kept_there);
  }
  const auto created_at = read_time(json, "createdAt", file_, pointer);
  const auto updated_at = read_time(json, "updatedAt", file_, pointer);
  flow.created_at = created_at.value_or(updated_at.value_or(flow.created_at));
  flow.updated_at = updated_at.value_or(flow.created_at);
  if (const auto spec = json.find("flowSpec"); spec != json.end()) {
    flow.spec_id = spec->at("id");
    flow.spec_version = spec->at("version");
  }
  flow.state = json.value("state", flow.state);
  if (const auto source = json.find("source"); source != json.end()) {
    flow.source = source_named(source->at("kind").get_ref<const std::string &>()).value_or(SourceKind::batch);
    flow.source_spec_id = source->value("specId", "");
    flow.source_format = source->value("format", "");
  }
  if (flow.source_spec_id.empty()) {
    flow.source_spec_id = traits_of(flow.source).source_spec_id;
  }
  if (const auto schedule = json.find("scheduleParams"); schedule != json.end()) {
    flow.scheduled_once = schedule->value("frequency", "once") == "once";
  }
  flow.runs_by_schedule = json.value("schedule", "") == "run";
  flow.is_deleted = json.value("deleted", false);
  flow.delta_column = delta_column_of(json.value("transformations", Json::array()));
  if (flow.source == SourceKind::destination) {
    flow.entities = entities_of(json.value("transformations", Json::array()));
  }
  flow.delta_column_of_runs = json.value("deltaColumn", "");
  if (const auto retries = json.find("retries"); retries != json.end()) {
    flow.retries = read_retries(*retries, pointer + "/retries");
  }
  flow_count_ += flow.is_deleted ? 0 : 1; // of those that are deleted there are no more than runs
  if (flow_count_ > kMostFlows) {
    fail(file_, pointer, "is one more than the " + std::to_string(kMostFlows) + " flows a sandbox takes");
  }
  if (!flow_ids_.insert(flow.id).second) {
    fail(file_, pointer + "/id", "a flow with the id " + flow.id + " was given before");
  }
  seed_.flows.push_back(std::make_shared<const Flow>(std::move(flow)));
  flows_.insert_or_assign(seed_.flows.back()->id, seed_.flows.back());
}

void SeedReader::take_room(std::uint64_t copies, const std::string &pointer) {
  runs_ += copies; // no more than ten million each: so many entries that the sum overflows fit nowhere
  if (runs_ > most_runs_) {
    fail(file_, copies > 1 ? pointer + "/copies" : pointer,
         "with this there are " + std::to_string(runs_) + " runs, and a sandbox takes " +
             std::to_string(most_runs_) + "; give fewer, or raise --max-runs");
  }
}

void SeedReader::take_ids(const std::string &id, std::uint64_t copies, const std::string &pointer) {
  if (!can_have_copies(id, copies)) {
    fail(file_, pointer, "leaves no room for the ids of so many copies; give another, or fewer copies");
  }
  if (!run_ids_.take(id, copies)) {
    fail(file_, pointer,
         copies == 1 ? "a run with the id " + id + " was given before"
                     : "a run with that id or with that of one of its copies, " + id + " to " +
                           copy_id(id, copies) + ", was given before");
  }
}

void SeedReader::read_run(const Json &json, const std::string &pointer) {
  SeededRun run;
  run.id = json.at("id");
  run.copies = json.value("copies", run.copies);
  take_room(run.copies, pointer);
  take_ids(run.id, run.copies, pointer + "/id");
  const auto flow = flows_.find(json.at("flowId").get<std::string>());
  if (flow == flows_.end()) {
    fail(file_, pointer + "/flowId", "no flow with that id; add it to /flows, before this run");
  }
  run.flow = flow->second;
  run.etag = json.value("etag", "");
  const auto quoted = [&](const char *field, const char *otherwise) {
    return Json(json.value(field, otherwise)).dump();
  };
  run.actors =
      std::make_shared<const Actors>(Actors{.created_by = quoted("createdBy", "{CREATED_BY}"),
                                            .updated_by = quoted("updatedBy", "{UPDATED_BY}"),
                                            .created_client = quoted("createdClient", "{CREATED_CLIENT}"),
                                            .updated_client = quoted("updatedClient", "{UPDATED_CLIENT}")});
  const SeededTimes times = read_times(json, file_, pointer);
  times.set(run, 0);
  if (times.depend_on_now()) {
    run.times = std::make_shared<const SeededTimes>(times);
  }
  read_state(json, pointer, run);
  read_ending(json, pointer, run);
  read_script(json, pointer, run);
  read_extras(json, run);
  seed_.runs.push_back(std::move(run));
}

void SeedReader::read_state(const Json &json, const std::string &pointer, Run &run) const {
  if (!json.contains("state") && !json.contains("metrics")) {
    fail(file_, pointer, "a run has either metrics, as documented, or a state");
  }
  if (json.contains("metrics")) {
    const Json &metrics = json["metrics"];
    const auto number = [&](const char *place) -> std::optional<std::int64_t> {
      const Json::json_pointer at(place);
      return metrics.contains(at) ? std::optional(metrics.at(at).get<std::int64_t>()) : std::nullopt;
    };
    const auto state =
        state_of(metrics["statusSummary"]["status"].get<std::string>(),
                 number("/recordSummary/outputRecordCount"), number("/recordSummary/createdRecordCount"));
    if (!state) {
      fail(file_, pointer + "/metrics/statusSummary/status", "must be one of " + known_statuses());
    }
    run.state = *state;
    run.metrics = std::make_shared<const std::string>(metrics.dump());
  }
  if (json.contains("state")) {
    const RunStatus named = named_state(json["state"], pointer + "/state");
    if (run.metrics && status(named) != status(run.state)) {
      fail(file_, pointer + "/state", "contradicts metrics.statusSummary.status; leave out one of them");
    }
    run.state = run.metrics ? RunStatus(named.state, run.state.other_case) : named;
  }
  if (json.contains("activities")) {
    run.activities = std::make_shared<const std::string>(json["activities"].dump());
  }
}

void SeedReader::read_ending(const Json &json, const std::string &pointer, Run &run) const {
  const auto ends = json.find("ends");
  if (ends == json.end()) {
    return;
  }
  run.ending = Ending{.at_ms = ends->at("afterMs"),
                      .state = named_state(ends->at("outcome"), pointer + "/ends/outcome")};
  if (has_ended(run.state)) {
    fail(file_, pointer + "/ends", "only a run in progress can end");
  }
  if (!has_ended(run.ending->state)) {
    fail(file_, pointer + "/ends/outcome",
         name_of(run.ending->state) + " is no end; leave out ends for a run that never ends");
  }
}

void SeedReader::read_script(const Json &json, const std::string &pointer, SeededRun &run) {
  if (const auto other = json.find("retriesOf"); other != json.end()) {
    const auto found = scripts_.find(other->get_ref<const std::string &>());
    if (found == scripts_.end()) {
      fail(file_, pointer + "/retriesOf", "no run with that id and with retries stands before this one");
    }
    run.script = found->second;
  } else if (const auto retries = json.find("retries"); retries != json.end()) {
    run.script = std::make_shared<RetryScript>(
        RetryScript{.retries = read_retries(*retries, pointer + "/retries"), .next = 0});
    for (std::size_t i = 0; run.copies > 1 && i < run.script->retries.size(); ++i) {
      if (!run.script->retries[i].id.empty()) {
        fail(file_, pointer + "/retries/" + std::to_string(i) + "/id",
             "one id cannot be that of a retry of every copy; leave it out");
      }
    }
  }
  if (run.script) {
    scripts_.emplace(run.id, run.script);
  }
}

std::vector<ScriptedRetry> SeedReader::read_retries(const Json &json, const std::string &pointer) {
  std::vector<ScriptedRetry> retries;
  for (const Json &entry : json) {
    const std::string place = pointer + "/" + std::to_string(retries.size());
    ScriptedRetry retry;
    if (entry.is_string()) {
      retry.outcome = named_state(entry, place);
    } else {
      retry.outcome = named_state(entry.at("outcome"), place + "/outcome");
      retry.id = entry.value("id", "");
      retry.etag = entry.value("etag", "");
      if (entry.contains("durationMs")) {
        retry.duration_ms = entry["durationMs"].get<std::int64_t>();
      }
    }
    if (!retry.id.empty()) {
      take_ids(retry.id, 1, place + "/id");
    }
    retries.push_back(std::move(retry));
  }
  return retries;
}

} // namespace flow::mock
