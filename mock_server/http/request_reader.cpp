#include "mock_server/http/request_reader.hpp"

#include <string_view>
#include <utility>

#include "mock_server/http/chunked_body.hpp"

namespace flow::mock {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Unreadable error_of(ChunkedBody::State state) {
  switch (state) {
  case ChunkedBody::State::body_too_large:
    return "payload-too-large";
  case ChunkedBody::State::trailers_too_large:
    return "headers-too-large";
  default:
    return "malformed-request";
  }
}

} // namespace

bool RequestReader::read(std::chrono::milliseconds time) {
  const Time deadline = std::chrono::steady_clock::now() + time;
  head_ = {};
  unreadable_ = {};
  is_whole_ = is_stopped_ = false;
  give_room();
  if (read_head(deadline)) {
    read_body(deadline);
  }
  return !is_stopped_;
}

Request RequestReader::request() const {
  return {.method = head_.method,
          .target = head_.target,
          .headers = head_.headers,
          .body = unreadable_.empty() ? std::string_view(body_) : std::string_view(),
          .unreadable = unreadable_};
}

bool BodyRoom::take(std::size_t bytes) {
  std::size_t free = free_;
  while (bytes <= free) {
    if (free_.compare_exchange_weak(free, free - bytes)) {
      return true;
    }
  }
  return false;
}

bool RequestReader::take_room(std::size_t bytes) {
  if (bytes <= room_.large_bytes() || room_taken_ > 0) {
    return true;
  }
  if (!room_.take(body_bytes_)) { // all that it may become: chunks do not say
    unreadable_ = "overloaded";
    return false;
  }
  room_taken_ = body_bytes_;
  return true;
}

void RequestReader::give_room() {
  body_.clear();
  if (room_taken_ > 0) {
    body_.shrink_to_fit();
    room_.give(std::exchange(room_taken_, 0));
  }
}

bool RequestReader::receive(Time deadline) {
  switch (connection_.receive(deadline)) {
  case Connection::Received::bytes:
    return true;
  case Connection::Received::end:
    unreadable_ = "malformed-request";
    return false;
  case Connection::Received::late:
    unreadable_ = "request-timeout";
    return false;
  case Connection::Received::stopped:
    break;
  }
  is_stopped_ = true;
  return false;
}

bool RequestReader::read_head(Time deadline) {
  HeadScan scan(limits_);
  HeadScan::State state = scan.scan(connection_.unread());
  while (state == HeadScan::State::incomplete) {
    if (!receive(deadline)) {
      return false;
    }
    state = scan.scan(connection_.unread());
  }
  if (state == HeadScan::State::unreadable) {
    unreadable_ = scan.unreadable();
    return false;
  }
  text_.assign(scan.head(connection_.unread()));
  connection_.take(scan.size());
  head_ = parse_head(text_, limits_);
  unreadable_ = head_.unreadable;
  return unreadable_.empty();
}

void RequestReader::read_body(Time deadline) {
  if (!head_.has_body()) {
    is_whole_ = true;
    return;
  }
  if (head_.body_length > body_bytes_) {
    unreadable_ = "payload-too-large"; // without waiting for it
    return;
  }
  if (head_.expects_continue && !head_.is_http_1_0 && connection_.unread().empty() &&
      !(connection_.write(kContinue) && connection_.flush())) {
    is_stopped_ = true;
    return;
  }
  if (head_.is_chunked) {
    read_chunks(deadline);
  } else {
    read_length(deadline);
  }
  if (is_whole_ && head_.is_encoded) {
    unreadable_ = "encoding-unsupported";
  }
}

void RequestReader::read_length(Time deadline) {
  for (std::size_t left = head_.body_length; left > 0;) {
    if (connection_.unread().empty() && !receive(deadline)) {
      return;
    }
    const std::string_view part = connection_.unread().substr(0, left);
    if (!take_room(body_.size() + part.size())) {
      return;
    }
    body_.append(part);
    connection_.take(part.size());
    left -= part.size();
  }
  is_whole_ = true;
}

void RequestReader::read_chunks(Time deadline) {
  ChunkedBody chunks({.body_bytes = body_bytes_,
                      .chunk_bytes = body_bytes_ + limits_.bytes,
                      .trailer_bytes = limits_.bytes});
  for (;;) {
    std::string_view received = connection_.unread();
    if (!take_room(body_.size() + received.size())) {
      return;
    }
    const ChunkedBody::State state = chunks.take(received, body_);
    connection_.take(connection_.unread().size() - received.size());
    if (state == ChunkedBody::State::whole) {
      is_whole_ = true;
      return;
    }
    if (state != ChunkedBody::State::incomplete) {
      unreadable_ = error_of(state);
      return;
    }
    if (!receive(deadline)) {
      return;
    }
  }
}

} // namespace flow::mock
