#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/mock_server/resource.hpp"

/// What the tests of the control API share.
namespace flow::mock::test {

/// A request to the control API, as a program on this machine sends it.
inline Ask admin_ask(std::string_view method, std::string_view path, const std::string &body = "") {
  return {.method = std::string(method),
          .target = "/__admin" + std::string(path),
          .body = body,
          .headers = {{"Host", "localhost:8080"}}};
}

/// A service whose time the test moves, and one of its sandboxes.
struct Steered : Stage {
  explicit Steered(
      const std::function<void(Settings &)> &change = [](Settings &) {},
      std::string sandbox_name = "{SANDBOX_NAME}")
      : Stage(change), name(std::move(sandbox_name)) {}

  /// Asks the control API for something of the mock's.
  Response admin(std::string_view method, std::string_view path, const Json &body = nullptr) {
    return ask(service, admin_ask(method, path, body.is_null() ? "" : body.dump()));
  }

  /// For something of the sandbox's.
  Response steer(std::string_view method, std::string_view path, const Json &body = nullptr) {
    return admin(method, "/sandboxes/%7BORG_ID%7D/" + percent_encoded(name) + std::string(path), body);
  }

  /// Asks the service for something, in the sandbox.
  Response call(Ask asked) { return ask(service, asked.set("x-sandbox-name", name)); }

  Json run(std::string_view id) { return body_of(call(get(id))).at("items").at(0); }

  std::string status(std::string_view id) { return run(id)["metrics"]["statusSummary"]["status"]; }

  /// The id of the run that a retry makes; empty where it is refused.
  std::string retried(std::string_view id) { return body_of(call(retry(id))).value("id", ""); }

  std::string name;
};

/// Below a sandbox of the control API: "/runs/ID/state".
inline std::string path_of_run(std::string_view id, std::string_view rest = "") {
  return "/runs/" + std::string(id) + std::string(rest);
}

/// Where a refusal says that something is wrong.
inline std::string pointer_in(const Response &refused) {
  return body_of(refused).at("errors").at(0).value("/source/pointer"_json_pointer, "");
}

inline std::string detail_in(const Response &refused) {
  return body_of(refused).at("errors").at(0).at("detail");
}

} // namespace flow::mock::test
