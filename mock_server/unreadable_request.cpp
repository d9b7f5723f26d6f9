#include "mock_server/unreadable_request.hpp"

#include "mock_server/connection.hpp"

namespace flow::mock {

std::string_view error_for(int status, const Connection &connection) {
  if (connection.timed_out()) {
    return "request-timeout";
  }
  if (connection.over_budget()) {
    return "headers-too-large";
  }
  switch (status) {
  case 413:
    return "payload-too-large";
  case 414:
    return "uri-too-long";
  default:
    return "malformed-request";
  }
}

} // namespace flow::mock
