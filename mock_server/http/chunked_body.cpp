#include "mock_server/http/chunked_body.hpp"

#include <algorithm>
#include <charconv>

#include "mock_server/http/request_head.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kLongestLine = 8192;
constexpr std::string_view kLineBreak = "\r\n";

/// Nothing that a terminal or another parser could take for an end.
bool is_extension(std::string_view text) {
  return text.empty() || (text.front() == ';' && std::all_of(text.begin(), text.end(), [](unsigned char c) {
                            return (c >= ' ' && c != 0x7f) || c == '\t';
                          }));
}

} // namespace

ChunkedBody::State ChunkedBody::take(std::string_view &received, std::string &body) {
  State state = State::incomplete;
  while (state == State::incomplete && !received.empty()) {
    if (part_ == Part::data) {
      take_data(received, body);
      continue;
    }
    const std::size_t before = received.size();
    state = take_line(received);
    if (received.size() == before) {
      break; // the line is not whole
    }
  }
  return state;
}

void ChunkedBody::take_data(std::string_view &received, std::string &body) {
  const std::size_t length = std::min(left_, received.size());
  body.append(received.substr(0, length));
  received.remove_prefix(length);
  left_ -= length;
  if (left_ == 0) {
    part_ = Part::data_end;
  }
}

ChunkedBody::State ChunkedBody::take_line(std::string_view &received) {
  const std::size_t feed = received.find('\n');
  const std::size_t length = std::min(feed, received.size());
  const bool is_trailer = part_ == Part::trailer;
  if (length > (is_trailer ? limits_.trailer_bytes : kLongestLine)) {
    return is_trailer ? State::trailers_too_large : State::malformed;
  }
  if (feed == std::string_view::npos) {
    // What cannot become a line break any more need not be waited for.
    const bool may_be_break = part_ != Part::data_end || kLineBreak.starts_with(received);
    return may_be_break ? State::incomplete : State::malformed;
  }
  if (feed == 0 || received[feed - 1] != '\r') {
    return State::malformed;
  }
  const std::string_view line = received.substr(0, feed - 1);
  received.remove_prefix(feed + 1);
  line_bytes_ += feed + 1;
  switch (part_) {
  case Part::size:
    return take_size(line);
  case Part::data_end:
    part_ = Part::size;
    return line.empty() ? State::incomplete : State::malformed;
  default:
    return take_trailer(line);
  }
}

ChunkedBody::State ChunkedBody::take_size(std::string_view line) {
  constexpr std::size_t kDigits = 16;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
  if (digits == 0 || digits > kDigits || !is_extension(line.substr(digits))) {
    return State::malformed;
  }
  std::from_chars(line.data(), line.data() + digits, left_, 16);
  if (left_ > limits_.body_bytes - body_bytes_ || line_bytes_ > limits_.chunk_bytes) {
    return State::body_too_large;
  }
  body_bytes_ += left_;
  part_ = left_ == 0 ? Part::trailer : Part::data;
  line_bytes_ = left_ == 0 ? 0 : line_bytes_;
  return State::incomplete;
}

ChunkedBody::State ChunkedBody::take_trailer(std::string_view line) const {
  if (line_bytes_ > limits_.trailer_bytes) {
    return State::trailers_too_large;
  }
  if (line.empty()) {
    return State::whole;
  }
  return is_field_line(line) ? State::incomplete : State::malformed;
}

} // namespace flow::mock
