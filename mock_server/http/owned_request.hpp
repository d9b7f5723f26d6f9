#pragma once

#include <string>

#include "mock_server/http/http_message.hpp"

namespace flow::mock {

/// A request that outlives the memory it was read into.
class OwnedRequest {
public:
  explicit OwnedRequest(const Request &request) : request_(request) {
    std::size_t size =
        request.method.size() + request.target.size() + request.body.size() + request.unreadable.size();
    for (const HeaderField &field : request.headers) {
      size += field.name.size() + field.value.size();
    }
    text_.reserve(size); // so that it is never moved
    for (std::string_view *text :
         {&request_.method, &request_.target, &request_.body, &request_.unreadable}) {
      *text = own(*text);
    }
    for (HeaderField &field : request_.headers) {
      field = {.name = own(field.name), .value = own(field.value)};
    }
  }
  OwnedRequest(const OwnedRequest &) = delete;
  OwnedRequest &operator=(const OwnedRequest &) = delete;

  [[nodiscard]] const Request &get() const { return request_; }

private:
  std::string_view own(std::string_view text) {
    const std::size_t begin = text_.size();
    text_ += text;
    return std::string_view(text_).substr(begin);
  }

  std::string text_;
  Request request_;
};

} // namespace flow::mock
