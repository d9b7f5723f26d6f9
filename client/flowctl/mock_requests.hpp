#pragma once

#include <functional>
#include <string>

#include "client/flowctl/control_api.hpp"
#include "client/flowctl/mock_arguments.hpp"
#include "client/json_fields.hpp"

namespace flow::client {

/// What a command asks of the mock, and how its answer reads.
struct MockRequest {
  ControlRequest request;
  std::function<std::string(const Json &answer)> readable;
};

/// The request of a command, e.g. "fault add". Throws SettingsError where settings or a file are missing,
/// std::invalid_argument where an argument cannot be read.
MockRequest mock_request(const std::string &command, const MockArguments &arguments,
                         const MockSettings &settings);

} // namespace flow::client
