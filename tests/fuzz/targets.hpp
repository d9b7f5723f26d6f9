#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// What is fuzzed: functions that feed any bytes to one reader and abort where its promises are broken.
/// scripts/fuzz runs each under libFuzzer; replay_test.cpp runs each over its corpus in every build.
namespace flow::fuzz {

/// Ends the process, as a failed promise is a finding like a crash.
inline void require(bool holds, const std::string &promise) {
  if (!holds) {
    std::fprintf(stderr, "broken promise: %s\n", promise.c_str());
    std::abort();
  }
}

/// Cuts off and returns what stands before the first `end`; all of the text where there is none.
inline std::string_view take_until(std::string_view &text, std::string_view end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
  return taken;
}

/// Cuts off and returns the first byte, as a number; 0 where there is none.
inline unsigned take_byte(std::string_view &text) {
  if (text.empty()) {
    return 0;
  }
  const auto byte = static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  return byte;
}

void chunked_body(std::string_view bytes);
void client_answers(std::string_view bytes);
void continuation_token(std::string_view bytes);
void documents(std::string_view bytes);
void earlier_report(std::string_view bytes);
void json_text(std::string_view bytes);
void kept_records(std::string_view bytes);
void property_language(std::string_view bytes);
void request_head(std::string_view bytes);
void seed(std::string_view bytes);
void service_request(std::string_view bytes);
void snapshot(std::string_view bytes);
void suite_answers(std::string_view bytes);

} // namespace flow::fuzz
