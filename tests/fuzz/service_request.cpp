#include <algorithm>
#include <array>

#include "common/text.hpp"
#include "mock_server/http/stream.hpp"
#include "mock_server/pipeline/target.hpp"
#include "tests/fuzz/service.hpp"

namespace flow::fuzz {

namespace {

constexpr std::array<mock::HeaderField, 6> kUsual = {{{"Host", "localhost:8080"},
                                                      {"Authorization", "Bearer t"},
                                                      {"x-api-key", "k"},
                                                      {"x-gw-ims-org-id", "o@AdobeOrg"},
                                                      {"x-sandbox-name", "prod"},
                                                      {"Content-Type", "application/json"}}};

std::string_view without_spaces(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(first, text.find_last_not_of(' ') + 1 - std::min(first, text.find_last_not_of(' ') + 1));
}

/// "GET /target\nname: value\n\nbody"; a usual header that is not there is added.
mock::Request read_request(std::string_view text) {
  std::string_view head = take_until(text, "\n\n");
  mock::Request request;
  request.body = text;
  std::string_view line = take_until(head, "\n");
  request.method = take_until(line, " ");
  request.target = line;
  while (!head.empty()) {
    std::string_view field = take_until(head, "\n");
    const std::string_view name = take_until(field, ":");
    request.headers.push_back({.name = name, .value = without_spaces(field)});
  }
  for (const mock::HeaderField &usual : kUsual) {
    if (std::none_of(request.headers.begin(), request.headers.end(), [&](const mock::HeaderField &field) {
          return equal_ignoring_case(field.name, usual.name);
        })) {
      request.headers.push_back(usual);
    }
  }
  return request;
}

/// Whether it would make the mock send something: nothing of this is to reach a network.
bool sets_a_webhook(const mock::Request &request) {
  const auto target = mock::parse_target(request.target);
  return target &&
         std::find(target->segments.begin(), target->segments.end(), "webhook") != target->segments.end();
}

/// Whether the body is what answers carry unless they say otherwise.
bool is_json_text(const mock::Response &response) {
  return std::none_of(response.headers.begin(), response.headers.end(),
                      [](const auto &header) { return header.first == "Content-Type"; });
}

} // namespace

/// The bytes are requests to one service, apart from each other by a record separator (0x1e).
void service_request(std::string_view bytes) {
  mock::FlowService service(reproducible_settings());
  bool has_faults = false;
  for (int requests = 0; !bytes.empty() && requests < 16; ++requests) {
    const mock::Request request = read_request(take_until(bytes, "\x1e"));
    if (sets_a_webhook(request)) {
      continue;
    }
    has_faults = has_faults || request.target.find("fault") != std::string_view::npos;
    const mock::Response response = asked(service, request);
    require(has_faults || response.body.empty() || !is_json_text(response) ||
                nlohmann::json::accept(response.body),
            "a body is JSON: " + response.body);
    require(has_faults || response.status != 500, "nothing goes wrong inside: " + response.body);
    if (response.stream) {
      const auto told = response.stream->next();
      require(told && told->starts_with("event: hello\n") && told->ends_with("\n\n"), "a stream begins so");
    }
  }
  const mock::Response seen = control(service, "GET", "/requests");
  require(seen.status == 200 && nlohmann::json::accept(seen.body), "the journal can be read: " + seen.body);
}

} // namespace flow::fuzz
