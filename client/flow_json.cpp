#include "client/flow_json.hpp"

namespace flow::client {

namespace {

std::optional<Schedule> schedule(const Json &params) {
  if (!params.is_object()) {
    return std::nullopt;
  }
  const Json &backfill = at(params, "backfill");
  return Schedule{.frequency = text(at(params, "frequency")),
                  .interval = number_or_digits(at(params, "interval")),
                  .start = time_in_seconds(at(params, "startTime")),
                  .backfill = backfill.is_boolean() ? std::optional(backfill.get<bool>()) : std::nullopt};
}

std::optional<LastRun> last_run(const Json &details) {
  if (!details.is_object()) {
    return std::nullopt;
  }
  const std::string status = text(at(details, "state"));
  return LastRun{.id = text(at(details, "id")),
                 .state = state(status),
                 .status = status,
                 .started_at = time(at(details, "startedAtUTC")),
                 .completed_at = time(at(details, "completedAtUTC"))};
}

} // namespace

Flow flow_of(const Json &entity) {
  const Json &spec = at(entity, "flowSpec");
  return Flow{.id = text(at(entity, "id")),
              .name = text(at(entity, "name")),
              .description = text(at(entity, "description")),
              .state = text(at(entity, "state")),
              .etag = etag(entity),
              .spec = {.id = text(at(spec, "id")), .version = text(at(spec, "version"))},
              .source_connection_ids = texts(at(entity, "sourceConnectionIds")),
              .target_connection_ids = texts(at(entity, "targetConnectionIds")),
              .created_at = time(at(entity, "createdAt")),
              .updated_at = time(at(entity, "updatedAt")),
              .schedule = schedule(at(entity, "scheduleParams")),
              .last_run = last_run(at(entity, "lastRunDetails")),
              .json = entity.dump()};
}

std::optional<Flow> read_flow(const std::string &answer) {
  Flow flow = flow_of(entity_of(answer));
  return flow.id.empty() ? std::nullopt : std::optional(std::move(flow));
}

} // namespace flow::client
