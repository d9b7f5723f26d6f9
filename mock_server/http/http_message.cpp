#include "mock_server/http/http_message.hpp"

namespace flow::mock {

namespace {

/// Without the empty line behind it.
std::string head_text(const Response &response, std::string_view reason_phrase) {
  std::string text =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_phrase) + "\r\n";
  for (const auto &[name, value] : response.headers) {
    text += name + ": " + value + "\r\n";
  }
  return text + "Connection: close\r\n";
}

} // namespace

std::string closing_text(const Response &response, std::string_view reason_phrase) {
  return head_text(response, reason_phrase) +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(response.body.size()) +
         "\r\n\r\n" + response.body;
}

std::string stream_head(const Response &response) {
  return head_text(response, "OK") + "\r\n";
}

} // namespace flow::mock
