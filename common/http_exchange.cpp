#include "common/http_exchange.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace flow {

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto &header) {
    return equal_ignoring_case(header.first, name);
  });
  return found == headers.end() ? std::nullopt : std::optional(found->second);
}

bool HttpExchange::take_head_line(std::string_view line) {
  head_bytes += line.size();
  if (head_bytes > limits.head) {
    excess = "a head of more than " + std::to_string(limits.head) + " bytes";
    return false;
  }
  if (line.starts_with("HTTP/")) {
    response.headers.clear(); // an interim answer, 100 or 103, came before this one
    in_head = true;
  } else if (line == "\r\n" || line == "\n") {
    in_head = false;
  } else if (in_head) { // else it is a trailer
    take_field(line);
  }
  return true;
}

void HttpExchange::take_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if ((line.front() == ' ' || line.front() == '\t') && !response.headers.empty()) {
    (response.headers.back().second += ' ').append(trimmed(line)); // a folded line
  } else if (colon != std::string_view::npos) {
    response.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
}

bool HttpExchange::take_body(std::string_view bytes) {
  if (bytes.size() > limits.body - response.body.size()) {
    excess = "a body of more than " + std::to_string(limits.body) + " bytes";
    return false;
  }
  response.body += bytes;
  return true;
}

HttpFailure HttpExchange::failure(const std::string &why) const {
  HttpFailure failure(why);
  failure.may_have_arrived = times_written > 0;
  return failure;
}

HttpFailure HttpExchange::timeout(std::chrono::milliseconds limit) const {
  HttpFailure late = failure((times_written > 0 ? "no whole answer from " : "no connection to ") + origin +
                             " within " + std::to_string(limit.count()) + " ms");
  late.timed_out = late.may_have_arrived;
  return late;
}

} // namespace flow
