#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "mock_server/service.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

/// A service whose answers depend on nothing but what it is asked, so that a finding can be repeated.
inline mock::Settings reproducible_settings() {
  mock::Settings settings;
  settings.deterministic = 1;
  settings.frozen_at_ms = 1767225600000;
  settings.journal_size.exchanges = 10;
  return settings;
}

/// Asks, and holds the answer to what all answers promise.
inline mock::Response asked(mock::FlowService &service, const mock::Request &request) {
  mock::Response response = service.handle(request);
  const std::string seen =
      std::string(request.method) + " " + std::string(request.target) + ": " + response.body;
  require(response.status >= 200 && response.status <= 599, "a status is one of HTTP's: " + seen);
  for (const auto &[name, value] : response.headers) {
    require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
            "a header is one line: " + seen);
  }
  return response;
}

inline mock::Response control(mock::FlowService &service, std::string_view method, std::string_view path,
                              std::string_view body = "") {
  const std::string target = "/__admin" + std::string(path);
  return asked(service, {.method = method,
                         .target = target,
                         .headers = {{.name = "Host", .value = "localhost:8080"}},
                         .body = body,
                         .unreadable = {}});
}

} // namespace flow::fuzz
