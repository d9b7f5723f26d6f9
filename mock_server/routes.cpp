#include "mock_server/routes.hpp"

#include <array>
#include <span>

namespace flow::mock {

namespace {

constexpr std::array<std::string_view, 3> kBase = {"data", "foundation", "flowservice"};

/// One resource and method. "{id}" stands for any one segment.
struct Entry {
  std::string_view method;
  std::array<std::string_view, 3> path;
  std::size_t length; ///< of path
  Operation operation;
  std::string_view name;
};

constexpr std::array kEntries = {
    Entry{"GET", {"runs"}, 1, list_runs, "list_runs"},
    Entry{"POST", {"runs"}, 1, create_run, "create_run"},
    Entry{"GET", {"runs", "{id}"}, 2, get_run, "get_run"},
    Entry{"PUT", {"runs", "{id}"}, 2, update_run, "update_run"},
    Entry{"POST", {"runs", "{id}", "action"}, 3, retry_run, "retry_run"},
    Entry{"GET", {"flows"}, 1, list_flows, "list_flows"},
    Entry{"GET", {"flows", "{id}"}, 2, get_flow, "get_flow"},
};

/// Whether the segments are those of the entry; its id is put into `id`.
bool matches(const Entry &entry, std::span<const std::string> segments, std::string_view &id) {
  if (segments.size() != entry.length) {
    return false;
  }
  for (std::size_t i = 0; i < entry.length; ++i) {
    if (entry.path.at(i) == "{id}") {
      id = segments[i];
      if (id.empty()) {
        return false;
      }
    } else if (segments[i] != entry.path.at(i)) {
      return false;
    }
  }
  return true;
}

Error not_found(const Target &target) {
  std::string path;
  for (const std::string &segment : target.segments) {
    path += "/" + segment;
  }
  return Error("route-not-found").with("path", path.empty() ? "/" : path);
}

} // namespace

std::variant<Route, Error> find_route(std::string_view method, const Target &target) {
  const std::span<const std::string> segments(target.segments);
  if (segments.size() < kBase.size() || !std::equal(kBase.begin(), kBase.end(), segments.begin())) {
    return not_found(target);
  }
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::string allow;
  for (const Entry &entry : kEntries) {
    std::string_view id;
    if (!matches(entry, segments.subspan(kBase.size()), id)) {
      continue;
    }
    if (entry.method == wanted) {
      return Route{.operation = entry.operation, .name = entry.name, .id = id};
    }
    allow += (allow.empty() ? "" : ", ") + std::string(entry.method);
  }
  if (allow.empty()) {
    return not_found(target);
  }
  Error error("method-not-allowed");
  error.with("method", method).with("allow", allow);
  error.headers.emplace_back("Allow", allow);
  return error;
}

} // namespace flow::mock
