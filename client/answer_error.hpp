#pragma once

#include <chrono>
#include <string>

#include <flow_client/error.hpp>
#include <flow_client/transport.hpp>

namespace flow::client {

/// The error that a refusing answer (any status but 2xx) tells of, whatever its body is.
Error error_of(const Response &answer);

/// The error of a request that got no answer.
Error error_of(const TransportFailure &failure);

/// The error of a success whose body is not what was asked for; `detail` says what it is not.
Error malformed_answer(const Response &answer, const std::string &detail);

/// The same error with another summary.
Error with_summary(const Error &error, const std::string &text);

/// "2022-05-03T14:00:00Z"
std::string utc_text(std::chrono::system_clock::time_point time);

/// The same trouble, met by a call that may all the same have been carried out. `what` ends "It is unknown
/// whether …".
Error unknown_outcome(const Error &error, const std::string &what);

/// The same trouble, met by a call that may all the same have made a run. `what` ends "It is unknown whether
/// …" and is a sentence; `flow_id` is whose runs to look through for one made since `since`.
Error unknown_outcome(const Error &error, const std::string &what, const std::string &flow_id,
                      std::chrono::system_clock::time_point since);

} // namespace flow::client
