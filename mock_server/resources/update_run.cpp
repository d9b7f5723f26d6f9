#include "mock_server/resources/operation.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "contracts/model/resources.hpp"
#include "mock_server/query/filter.hpp"
#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/json_body.hpp"
#include "mock_server/resources/run_json.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::array<std::string_view, 5> kSummaries = {"durationSummary", "sizeSummary", "recordSummary",
                                                        "fileSummary", "statusSummary"};
/// Where the mock itself counts with what is given.
constexpr std::array kNumbers = {"/durationSummary/startedAtUTC", "/durationSummary/completedAtUTC",
                                 "/recordSummary/outputRecordCount", "/recordSummary/createdRecordCount"};
/// A body that has been checked: what of the run it replaces.
struct Update {
  std::optional<RunStatus> state;
  std::optional<std::int64_t> started_at_ms;
  std::optional<std::int64_t> ended_at_ms;
  std::shared_ptr<const std::string> metrics;
  std::shared_ptr<const std::string> activities;
  std::shared_ptr<const std::string> params;
  Json extras = Json::object();
};

std::optional<std::int64_t> number_at(const Json &metrics, const char *place) {
  const Json::json_pointer at(place);
  return metrics.contains(at) ? integer_of(metrics.at(at)) : std::nullopt;
}

std::optional<Error> read_metrics(Json metrics, const Run &run, Update &update) {
  for (const std::string_view summary : kSummaries) {
    if (const auto given = metrics.find(summary); given != metrics.end() && !given->is_object()) {
      return field_invalid("metrics." + std::string(summary), "it must be an object");
    }
  }
  for (const char *place : kNumbers) {
    const Json::json_pointer at(place);
    if (metrics.contains(at) && !integer_of(metrics.at(at))) {
      std::string field = "metrics" + std::string(place);
      std::replace(field.begin(), field.end(), '/', '.');
      return field_invalid(field, "it must be an integer");
    }
  }
  const Json::json_pointer place("/statusSummary/status");
  if (metrics.contains(place)) {
    const Json &status = metrics.at(place);
    update.state = status.is_string() ? state_of(status.get_ref<const std::string &>(),
                                                 number_at(metrics, "/recordSummary/outputRecordCount"),
                                                 number_at(metrics, "/recordSummary/createdRecordCount"))
                                      : std::nullopt;
    if (!update.state) {
      return field_invalid("metrics.statusSummary.status", "it must be one of " + known_statuses());
    }
  } else {
    metrics["statusSummary"]["status"] = text_of(run.state); // every run says how it stands
  }
  update.started_at_ms = number_at(metrics, "/durationSummary/startedAtUTC");
  update.ended_at_ms = number_at(metrics, "/durationSummary/completedAtUTC");
  update.metrics = std::make_shared<const std::string>(metrics.dump());
  return std::nullopt;
}

std::shared_ptr<const std::string> text_in(const Json &value) {
  return std::make_shared<const std::string>(value.dump());
}

/// Reads a field that an update may change.
std::optional<Error> read_field(const contract::ResourceField &field, const std::string &name,
                                const Json &value, const Run &run, Update &update) {
  if (field.path == "flowId") {
    return value == run.flow->id
               ? std::nullopt
               : std::optional(field_invalid(name, "a run stays with its flow, " + run.flow->id));
  }
  if (const std::string_view wrong = wrong_kind(field.kind, value); !wrong.empty()) {
    return field_invalid(name, wrong);
  }
  if (field.kept) {
    update.extras[name] = value;
  } else if (field.path == "metrics") {
    return read_metrics(value, run, update);
  } else if (field.path == "activities") {
    update.activities = text_in(value);
  } else if (field.path == "params") {
    update.params = text_in(value);
  }
  return std::nullopt;
}

std::variant<Update, Error> read_update(const Json &document, const Run &run) {
  Update update;
  for (const auto &member : document.items()) {
    const contract::ResourceField *field = contract::field_of_run(member.key());
    if (field == nullptr) {
      return Error("bad-request").with("reason", "a run has no field " + member.key());
    }
    // Who has read the run and changed it sends back what is the service's own, too.
    if (!field->read_only) {
      if (auto error = read_field(*field, member.key(), member.value(), run, update)) {
        return *std::move(error);
      }
    }
  }
  return update;
}

void apply(Update update, Run &run, Transaction &transaction, const Credentials &credentials) {
  const std::int64_t now_ms = transaction.now_ms();
  if (!has_ended(run.state)) {
    run.ended_at_ms = now_ms; // where the update ends it
  }
  run.ended_at_ms = update.ended_at_ms.value_or(run.ended_at_ms);
  if (update.state) {
    run.state = *update.state;
  }
  if (has_ended(run.state)) {
    run.ending.reset();
  }
  run.started_at_ms = update.started_at_ms.value_or(run.started_at_ms);
  if (update.metrics) {
    run.metrics = std::move(update.metrics);
  }
  if (update.activities) {
    run.activities = std::move(update.activities);
  }
  if (update.params) {
    run.params = std::move(update.params);
  }
  if (!update.extras.empty()) {
    Json extras = run.extras ? Json::parse(*run.extras) : Json::object();
    extras.update(update.extras);
    run.extras = std::make_shared<const std::string>(extras.dump());
  }
  run.updated_at_ms = now_ms;
  run.etag = transaction->ids.etag(now_ms);
  Actors actors = *run.actors;
  actors.updated_by = actor_text(credentials);
  actors.updated_client = actors.updated_by;
  run.actors = std::make_shared<const Actors>(std::move(actors));
}

} // namespace

// PUT /runs/{id} with If-Match: the updated run (openapi)
Answer update_run(const Call &call) {
  auto body = json_object_in(call.request.body);
  if (Error *error = std::get_if<Error>(&body)) {
    return std::move(*error);
  }
  Transaction transaction(call.sandbox, call.now_ms);
  const Run *run = transaction->find_run(call.id);
  if (run == nullptr) {
    return not_found(call);
  }
  if (auto error = check_if_match(call, versioned(*run), true)) {
    return *std::move(error);
  }
  auto update = read_update(std::get<Json>(body), *run);
  if (Error *error = std::get_if<Error>(&update)) {
    return std::move(*error);
  }
  const auto &state = std::get<Update>(update).state;
  if (state && has_ended(run->state) && status(*state) != status(run->state)) {
    return Error("param-invalid")
        .with("value", status(*state))
        .with("field", "metrics.statusSummary.status")
        .with("reason", "the run has ended, with the status " + std::string(status(run->state)));
  }
  const bool was_in_progress = !has_ended(run->state);
  transaction->runs.change(*run, [&](Run &its) {
    apply(std::get<Update>(std::move(update)), its, transaction, call.credentials);
  });
  if (was_in_progress && has_ended(run->state)) {
    transaction->tell_end(*run);
  }
  Response response;
  append_run(response.body, *run, call.sandbox, call.settings.reading);
  return Success{.response = std::move(response)};
}

} // namespace flow::mock
