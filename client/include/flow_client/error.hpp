#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace flow::client {

/// What kind of failure it was.
enum class ErrorKind {
  service,          ///< Flow Service refused, in its own form of error or as a problem document
  gateway,          ///< something before the service refused: Adobe's gateway, a proxy, a load balancer
  connection,       ///< no connection, or it broke; nothing was changed
  timeout,          ///< connected, but no answer in time; nothing was changed, the call only reads
  malformed_answer, ///< an answer came that no page documents; nothing was changed
  unknown_outcome,  ///< a change that may or may not have been made: check before repeating
  token_refused,    ///< the token service gave no token to these client credentials
};

std::string_view to_string(ErrorKind kind);

/// Thrown by every call of the client that fails.
/// (Wrong arguments and settings are `std::invalid_argument`, thrown before anything is sent.)
///
/// The members come from the body of the answer, which has one of four documented forms:
///   gateway {error_code, message}                        troubleshooting
///   service {type, title, status, report, errorMessage}  labels, flow-service-errors, sources-errors
///   problem {type, status, title, detail}                troubleshooting
///   token   {error, error_description}                   ims, RFC 6749
/// They stay empty if the body has none of these forms, e.g. the HTML page of a proxy.
struct Error : std::runtime_error {
  explicit Error(const std::string &summary) : std::runtime_error(summary) {}

  ErrorKind kind = ErrorKind::service;
  int status = 0;     ///< of HTTP; 0 where no answer came
  std::string code;   ///< "FLOW-1387-400" (service), "403010" (gateway), "invalid_client" (token), or empty
  std::string title;  ///< e.g. "Invalid request", or empty
  std::string detail; ///< the sentence meant for people
  std::string advice; ///< what the application can do about a documented code, one sentence; else empty
  std::string place;  ///< the part of the request that the advice is about, e.g. "header x-api-key", or empty
  std::string request_id;                               ///< to quote to Adobe's support, or empty
  std::optional<std::chrono::milliseconds> retry_after; ///< from the answer's Retry-After
};

} // namespace flow::client
