#include "mock_server/http/request_head.hpp"

#include <algorithm>

#include "common/text.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

namespace {

constexpr mock::HeadLimits kHeadLimits{.bytes = 1024, .field_bytes = 256, .fields = 16};

bool is_without_controls(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

/// What cpp-httplib is given in place of what came.
std::string canonical(const mock::RequestHead &head) {
  std::string text = std::string(head.method) + " " + std::string(head.target) +
                     (head.is_http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const mock::HeaderField &field : head.headers) {
    text += std::string(field.name) + ": " + std::string(field.value) + "\r\n";
  }
  return text;
}

void check_parsed(const mock::RequestHead &head) {
  std::size_t framings = 0;
  for (const mock::HeaderField &field : head.headers) {
    require(!field.name.empty() && field.name.find_first_of(" \t:\"(),/") == std::string_view::npos,
            "names are tokens");
    require(is_without_controls(field.name) && is_without_controls(field.value), "fields have no controls");
    framings += equal_ignoring_case(field.name, "Content-Length") ||
                equal_ignoring_case(field.name, "Transfer-Encoding");
  }
  require(is_without_controls(head.method) && is_without_controls(head.target),
          "a request line has no controls");
  require(head.target.find_first_of(" \t#") == std::string_view::npos, "a target is one word");
  require(framings <= 1 && (framings == 1 || !head.has_body()), "a body has one framing");
  const std::string text = canonical(head);
  const mock::RequestHead again = mock::parse_head(text, {.bytes = 4096, .field_bytes = 4096, .fields = 16});
  require(again.unreadable.empty() && canonical(again) == text, "written again, it reads the same: " + text);
  require(again.is_chunked == head.is_chunked && again.body_length == head.body_length,
          "its framing stays: " + text);
}

} // namespace

/// The bytes are a request, as it comes on a connection.
void request_head(std::string_view bytes) {
  using State = mock::HeadScan::State;
  mock::HeadScan at_once(kHeadLimits);
  const State state = at_once.scan(bytes);
  mock::HeadScan bit_by_bit(kHeadLimits);
  State reached = State::incomplete;
  for (std::size_t size = 1; reached == State::incomplete && size <= bytes.size(); ++size) {
    reached = bit_by_bit.scan(bytes.substr(0, size));
  }
  require(reached == state || bytes.empty(), "it does not matter how a head is cut");
  if (state != State::whole) {
    return;
  }
  require(at_once.size() <= bytes.size() && at_once.size() == bit_by_bit.size(), "a head ends where it ends");
  const mock::RequestHead head = mock::parse_head(at_once.head(bytes), kHeadLimits);
  if (head.unreadable.empty()) {
    check_parsed(head);
  }
}

} // namespace flow::fuzz
