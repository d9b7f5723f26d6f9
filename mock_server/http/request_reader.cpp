#include "mock_server/http/request_reader.hpp"

#include <utility>

namespace flow::mock {

namespace {

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

bool BodyRoom::take(std::size_t bytes) {
  std::size_t free = free_;
  while (bytes <= free) {
    if (free_.compare_exchange_weak(free, free - bytes)) {
      return true;
    }
  }
  return false;
}

void RequestReader::begin() {
  scan_ = HeadScan(limits_);
  head_ = {};
  has_head_ = false;
  chunks_.reset();
  unreadable_ = {};
  is_whole_ = false;
  give_room();
}

RequestReader::State RequestReader::read(std::string_view &received) {
  if (!has_head_) {
    return read_head(received);
  }
  return chunks_ ? read_chunks(received) : read_length(received);
}

RequestReader::State RequestReader::refuse(Unreadable why) {
  unreadable_ = why;
  return State::ended;
}

RequestReader::State RequestReader::end_whole() {
  is_whole_ = true;
  return head_.has_body() && head_.is_encoded ? refuse("encoding-unsupported") : State::ended;
}

Request RequestReader::request() const {
  return {.method = head_.method,
          .target = head_.target,
          .headers = head_.headers,
          .body = unreadable_.empty() ? std::string_view(body_) : std::string_view(),
          .unreadable = unreadable_};
}

bool RequestReader::take_room(std::size_t bytes) {
  if (bytes <= room_.large_bytes() || room_taken_ > 0) {
    return true;
  }
  if (!room_.take(body_bytes_)) { // all that it may become: chunks do not say
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

RequestReader::State RequestReader::read_head(std::string_view &received) {
  const HeadScan::State state = scan_.scan(received);
  if (state == HeadScan::State::incomplete) {
    return State::incomplete;
  }
  if (state == HeadScan::State::unreadable) {
    return refuse(scan_.unreadable());
  }
  text_.assign(scan_.head(received));
  received.remove_prefix(scan_.size());
  has_head_ = true;
  head_ = parse_head(text_, limits_);
  if (!head_.unreadable.empty()) {
    return refuse(head_.unreadable);
  }
  if (!head_.has_body()) {
    return end_whole();
  }
  if (head_.body_length > body_bytes_) {
    return refuse("payload-too-large"); // without waiting for it
  }
  if (head_.is_chunked) {
    chunks_.emplace(ChunkedBody::Limits{.body_bytes = body_bytes_,
                                        .chunk_bytes = body_bytes_ + limits_.bytes,
                                        .trailer_bytes = limits_.bytes});
  }
  if (received.empty()) {
    return head_.expects_continue && !head_.is_http_1_0 ? State::waits : State::incomplete;
  }
  return read(received);
}

RequestReader::State RequestReader::read_length(std::string_view &received) {
  const std::string_view part = received.substr(0, head_.body_length - body_.size());
  if (!take_room(body_.size() + part.size())) {
    return refuse("overloaded");
  }
  body_.append(part);
  received.remove_prefix(part.size());
  return body_.size() == head_.body_length ? end_whole() : State::incomplete;
}

RequestReader::State RequestReader::read_chunks(std::string_view &received) {
  if (!take_room(body_.size() + received.size())) {
    return refuse("overloaded");
  }
  const ChunkedBody::State state = chunks_->take(received, body_);
  switch (state) {
  case ChunkedBody::State::whole:
    return end_whole();
  case ChunkedBody::State::incomplete:
    return State::incomplete;
  default:
    return refuse(error_of(state));
  }
}

} // namespace flow::mock
