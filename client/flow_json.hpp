#pragma once

#include <optional>
#include <string>

#include <flow_client/flow.hpp>

#include "client/json_fields.hpp"

namespace flow::client {

/// The flow in the answer to `GET /flows/{id}`; nothing where the answer holds none.
std::optional<Flow> read_flow(const std::string &answer);

/// One item of `GET /flows`; empty where its fields were not asked for.
Flow flow_of(const Json &entity);

} // namespace flow::client
