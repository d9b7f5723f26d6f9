#include <random>
#include <string_view>
#include <utility>

#include <flow_client/error.hpp>
#include <flow_client/listing.hpp>
#include <flow_client/run.hpp>
#include <flow_client/settings.hpp>
#include <flow_client/transport.hpp>

#include "common/text.hpp"

namespace flow::client {

TokenSource static_token(std::string token) {
  return [token = std::move(token)] { return token; };
}

Jitter full_jitter() {
  return [] {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>(0.0, 1.0)(random);
  };
}

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::service:
    return "service";
  case ErrorKind::gateway:
    return "gateway";
  case ErrorKind::connection:
    return "connection";
  case ErrorKind::timeout:
    return "timeout";
  case ErrorKind::malformed_answer:
    return "malformed_answer";
  case ErrorKind::unknown_outcome:
    return "unknown_outcome";
  case ErrorKind::token_refused:
    return "token_refused";
  }
  return "";
}

Error page_repeated() {
  Error error("the server's pages form a cycle: it returned the same continuation token twice");
  error.kind = ErrorKind::malformed_answer;
  error.detail = error.what();
  return error;
}

std::string_view to_string(RunState state) {
  switch (state) {
  case RunState::in_progress:
    return "in progress";
  case RunState::success:
    return "success";
  case RunState::failed:
    return "failed";
  case RunState::other:
    return "other";
  }
  return "";
}

const std::string &Response::header(const std::string &name) const {
  static const std::string none;
  for (const auto &[field, value] : headers) {
    if (equal_ignoring_case(field, name)) {
      return value;
    }
  }
  return none;
}

} // namespace flow::client
