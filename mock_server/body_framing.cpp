#include "mock_server/body_framing.hpp"

#include <algorithm>

#include "common/text.hpp"

namespace flow::mock {

namespace {

bool is_number(std::string_view text) {
  constexpr std::size_t kDigits = 18; // any more is too much for 64 bits
  return !text.empty() && text.size() <= kDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

BodyFraming framing_of(const Request &request) {
  BodyFraming framing;
  for (const auto &[name, value] : request.headers) {
    if (equal_ignoring_case(name, "Content-Length")) {
      framing.length = framing.lengths++ == 0 ? value : framing.length;
    } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
      framing.coding = framing.codings++ == 0 ? value : framing.coding;
    }
  }
  return framing;
}

bool BodyFraming::announces_body() const {
  return codings > 0 || lengths > 1 || (lengths == 1 && length != "0");
}

bool BodyFraming::is_known() const {
  if (codings > 0) {
    return lengths == 0 && codings == 1 && equal_ignoring_case(coding, "chunked");
  }
  return lengths == 1 && is_number(length);
}

bool BodyFraming::is_longer_than(std::size_t limit) const {
  return codings == 0 && static_cast<std::size_t>(integer_in(length).value_or(0)) > limit;
}

} // namespace flow::mock
