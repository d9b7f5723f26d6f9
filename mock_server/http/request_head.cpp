#include "mock_server/http/request_head.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "common/text.hpp"

namespace flow::mock {

namespace {

constexpr std::string_view kMalformed = "malformed-request";
constexpr std::string_view kBlank = " \t";
constexpr std::size_t kLongestMethod = 32;

/// The letters of RFC 9110's grammar, by byte.
constexpr std::array<bool, 256> bytes_of(std::string_view others) {
  std::array<bool, 256> bytes{};
  for (unsigned char c = '0'; c <= 'z'; ++c) {
    bytes.at(c) = (c <= '9') || (c >= 'A' && c <= 'Z') || c >= 'a';
  }
  for (const char c : others) {
    bytes.at(static_cast<unsigned char>(c)) = true;
  }
  return bytes;
}

constexpr auto kToken = bytes_of("!#$%&'*+-.^_`|~");
constexpr auto kHost = bytes_of("-._~%!$&'()*+,;=:[]");

bool is_all_of(std::string_view text, const std::array<bool, 256> &bytes) {
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) { return bytes.at(c); });
}

bool is_field_name(std::string_view text) {
  return !text.empty() && is_all_of(text, kToken);
}

/// Visible characters and, as clients send them unencoded, bytes beyond ASCII; no fragment, which is not
/// sent.
bool is_target(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return c > ' ' && c != 0x7f && c != '#'; });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c >= ' ' && c != 0x7f) || c == '\t'; });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The text up to the next line break, which is taken off `rest` with it.
std::string_view take_line(std::string_view &rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  return line;
}

/// Whether a comma-separated list holds `word`, in any case.
bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trimmed(list.substr(0, comma)), word)) {
      return true;
    }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::optional<HeaderField> field_in(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_field_name(line.substr(0, colon))) {
    return std::nullopt; // also a folded line, and a name with a blank before its colon
  }
  const HeaderField field{.name = line.substr(0, colon), .value = trimmed(line.substr(colon + 1))};
  return is_field_value(field.value) ? std::optional(field) : std::nullopt;
}

bool parse_request_line(std::string_view line, RequestHead &head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return false;
  }
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  head.is_http_1_0 = version == "HTTP/1.0";
  return head.method.size() <= kLongestMethod && is_field_name(head.method) && is_target(head.target) &&
         (head.is_http_1_0 || version == "HTTP/1.1");
}

/// The fields that tell where a request ends and where it goes.
struct Framing {
  std::size_t lengths = 0;
  std::string_view length;
  std::size_t codings = 0;
  std::string_view coding;
  std::size_t hosts = 0;
  bool closes = false;
  bool keeps_alive = false;
};

bool note(const HeaderField &field, Framing &framing, RequestHead &head) {
  const auto is = [&](std::string_view name) { return equal_ignoring_case(field.name, name); };
  if (is("Content-Length")) {
    ++framing.lengths;
    framing.length = field.value;
  } else if (is("Transfer-Encoding")) {
    ++framing.codings;
    framing.coding = field.value;
  } else if (is("Host")) {
    ++framing.hosts;
    return is_all_of(field.value, kHost);
  } else if (is("Connection")) {
    framing.closes = framing.closes || lists(field.value, "close");
    framing.keeps_alive = framing.keeps_alive || lists(field.value, "keep-alive");
  } else if (is("Content-Encoding")) {
    head.is_encoded = head.is_encoded || !equal_ignoring_case(field.value, "identity");
  } else if (is("Expect")) {
    head.expects_continue = head.expects_continue || lists(field.value, "100-continue");
  }
  return true;
}

/// Digits only, and no more than can be counted.
std::optional<std::size_t> length_in(std::string_view text) {
  constexpr std::size_t kDigits = 18;
  const bool is_number = !text.empty() && text.size() <= kDigits &&
                         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? std::optional(static_cast<std::size_t>(integer_in(text).value_or(0))) : std::nullopt;
}

/// RFC 9112, 6.3, where it leaves nothing to choose: one length or one coding.
bool settle(const Framing &framing, RequestHead &head) {
  if (framing.hosts > 1 || (framing.hosts == 0 && !head.is_http_1_0) ||
      framing.lengths + framing.codings > 1) {
    return false;
  }
  if (framing.codings == 1) {
    head.is_chunked = !head.is_http_1_0 && equal_ignoring_case(framing.coding, "chunked");
    return head.is_chunked;
  }
  if (framing.lengths == 1) {
    const auto length = length_in(framing.length);
    head.body_length = length.value_or(0);
    return length.has_value();
  }
  return true;
}

} // namespace

HeadScan::State HeadScan::scan(std::string_view received) {
  // Whatever begins otherwise is no HTTP, such as TLS, and may never send a line.
  if (!received.empty() && received.front() != '\r' &&
      !kToken.at(static_cast<unsigned char>(received.front()))) {
    return refuse(kMalformed);
  }
  for (std::size_t feed = received.find('\n', line_); feed != std::string_view::npos;
       feed = received.find('\n', line_)) {
    if (feed == line_ || received[feed - 1] != '\r') {
      return refuse(kMalformed);
    }
    if (line_ == begin_ && feed >= limits_.bytes) {
      return refuse("uri-too-long");
    }
    if (feed - 1 == line_) { // an empty line
      if (line_ > begin_) {
        end_ = line_;
        return size() > limits_.bytes ? refuse("headers-too-large") : State::whole;
      }
      if (line_ > 0) {
        return refuse(kMalformed);
      }
      begin_ = feed + 1; // one may precede the request line (RFC 9112, 2.2)
    }
    line_ = feed + 1;
  }
  if (received.size() <= limits_.bytes) {
    return State::incomplete;
  }
  return refuse(line_ == begin_ ? "uri-too-long" : "headers-too-large");
}

bool is_field_line(std::string_view line) {
  return field_in(line).has_value();
}

RequestHead parse_head(std::string_view head, const HeadLimits &limits) {
  RequestHead parsed;
  Framing framing;
  if (!parse_request_line(take_line(head), parsed)) {
    parsed.unreadable = kMalformed;
    return parsed;
  }
  parsed.headers.reserve(16);
  while (!head.empty() && parsed.unreadable.empty()) {
    const std::string_view line = take_line(head);
    const auto field = field_in(line);
    if (!field || !note(*field, framing, parsed)) {
      parsed.unreadable = kMalformed;
    } else if (line.size() > limits.field_bytes || parsed.headers.size() == limits.fields) {
      parsed.unreadable = "headers-too-large";
    } else {
      parsed.headers.push_back(*field);
    }
  }
  if (parsed.unreadable.empty() && !settle(framing, parsed)) {
    parsed.unreadable = kMalformed;
  }
  parsed.keeps_alive = !framing.closes && (!parsed.is_http_1_0 || framing.keeps_alive);
  return parsed;
}

} // namespace flow::mock
