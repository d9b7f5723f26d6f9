#pragma once

#include <optional>
#include <string>

#include <flow_client/run.hpp>

#include "client/json_fields.hpp"

namespace flow::client {

/// The run in the answer to `GET /runs/{id}`; nothing where the answer holds none.
std::optional<Run> read_run(const std::string &answer);

/// One item of `GET /runs`; empty where its fields were not asked for.
Run run_of(const Json &entity);

/// The new run in the answer to a re-trigger or a creation; nothing where the answer names none.
/// Reads what each page documents: {id, etag} (retry-flows, openapi), the same in `items`
/// (on-demand-ingestion), and the whole run with its eTag (openapi).
std::optional<NewRun> read_new_run(const std::string &answer);

} // namespace flow::client
