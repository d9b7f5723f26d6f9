#include "mock_server/routes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace flow::mock {

namespace {

constexpr std::array<std::pair<std::string_view, Operation>, 7> kOperations = {{{"list_runs", list_runs},
                                                                                {"create_run", create_run},
                                                                                {"get_run", get_run},
                                                                                {"update_run", update_run},
                                                                                {"retry_run", retry_run},
                                                                                {"list_flows", list_flows},
                                                                                {"get_flow", get_flow}}};

std::string path_text(const Target &target) {
  std::string path;
  for (const std::string &segment : target.segments) {
    path += "/" + segment;
  }
  return path.empty() ? "/" : path;
}

} // namespace

std::variant<Operation, Error> route(std::string_view method, const contract::Identified &identified,
                                     const Target &target) {
  if (!identified.is_path_known) {
    return Error("route-not-found").with("path", path_text(target));
  }
  if (identified.operation == nullptr) {
    const std::string allow = contract::allowed_methods(target.segments);
    Error error("method-not-allowed");
    error.with("method", method).with("allow", allow);
    error.headers.emplace_back("Allow", allow);
    return error;
  }
  const auto found = std::find_if(kOperations.begin(), kOperations.end(),
                                  [&](const auto &each) { return each.first == identified.operation->name; });
  if (found == kOperations.end()) {
    return Error("not-served").with("operation", identified.operation->name);
  }
  return found->second;
}

} // namespace flow::mock
