#include "mock_server/http/http_message.hpp"

namespace flow::mock {

std::string closing_text(const Response &response, std::string_view reason_phrase) {
  std::string text =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_phrase) + "\r\n";
  for (const auto &[name, value] : response.headers) {
    text += name + ": " + value + "\r\n";
  }
  text += "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " +
          std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
  return text;
}

} // namespace flow::mock
