#pragma once

#include <exception>
#include <functional>
#include <string_view>

#include "mock_server/http/http_message.hpp"
#include "mock_server/journal/secret_values.hpp"

/// What goes wrong inside the mock: a client is told no more than that, so the log has to say what it was.
namespace flow::mock {

/// Takes a line that says why something failed. Called from many threads at once; empty: nobody reads it.
using FailureLog = std::function<void(std::string_view)>;

/// Where something failed.
struct FailedStep {
  std::string_view step;       ///< "dispatch", …
  std::string_view request_id; ///< that the client is told; empty: none
};

/// Logs which request failed and why, in one line without the secrets of the request and those known. Never
/// throws: what there is no memory for is left out of the line.
void log_failure(const FailureLog &log, const FailedStep &failed, const Request &request,
                 const KnownSecrets &known, const std::exception &cause) noexcept;

} // namespace flow::mock
