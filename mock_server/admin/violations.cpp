#include "mock_server/admin/routes.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/journal/report.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace flow::mock::admin {

namespace {

bool is_earlier(const ViolationEntry &a, const ViolationEntry &b) {
  return std::tie(a.number, a.clause) < std::tie(b.number, b.clause);
}

/// Those of requests that named the sandbox and were refused while there was none.
std::vector<ViolationEntry> before_it_was_made(const Call &call, const std::vector<ViolationEntry> &its_own) {
  std::vector<ViolationEntry> before = call.state.violations.all();
  std::erase_if(before, [&](const ViolationEntry &entry) {
    const bool names_it = entry.organisation == call.sandbox->objects.organisation &&
                          entry.sandbox == call.sandbox->objects.name;
    return !names_it || std::binary_search(its_own.begin(), its_own.end(), entry, is_earlier);
  });
  return before;
}

/// Those that are missing so far of what is expected in the sandbox of the path, or in all there are.
std::vector<ViolationEntry> missing_so_far(const Call &call) {
  if (call.sandbox != nullptr) {
    return missing_in(call.state, *call.sandbox);
  }
  std::vector<ViolationEntry> missing;
  for (const auto &sandbox : call.state.sandboxes.all()) {
    const std::vector<ViolationEntry> of_sandbox = missing_in(call.state, *sandbox);
    missing.insert(missing.end(), of_sandbox.begin(), of_sandbox.end());
  }
  return missing;
}

} // namespace

Response list_violations(const Call &call) {
  check_parameters(call, {"offset", "limit"});
  const ListPage page = list_page_of(call);
  const ViolationLog &log = call.sandbox == nullptr ? call.state.violations : call.sandbox->violations;
  std::uint64_t total = log.total();
  std::vector<ViolationEntry> entries = log.all();
  if (call.sandbox != nullptr) {
    std::sort(entries.begin(), entries.end(), is_earlier);
    const std::vector<ViolationEntry> before = before_it_was_made(call, entries);
    total += before.size();
    entries.insert(entries.end(), before.begin(), before.end());
    std::sort(entries.begin(), entries.end(), is_earlier);
  }
  const std::vector<ViolationEntry> missing = missing_so_far(call);
  total += missing.size();
  entries.insert(entries.end(), missing.begin(), missing.end());
  Json violations = Json::array();
  for (std::size_t i = page.offset; i < entries.size() && violations.size() < page.limit; ++i) {
    violations.push_back(violation_json(entries[i]));
  }
  Json expected = Json::array();
  for (const ViolationEntry &entry : call.state.expected.all()) {
    if (call.sandbox == nullptr || (entry.organisation == call.sandbox->objects.organisation &&
                                    entry.sandbox == call.sandbox->objects.name)) {
      expected.push_back(violation_json(entry));
    }
  }
  return json_response(
      {{"violations", std::move(violations)}, {"total", total}, {"expected", std::move(expected)}});
}

Response clear_violations(const Call &call) {
  check_parameters(call, {});
  if (call.sandbox == nullptr) {
    call.state.violations.clear();
    call.state.expected.clear();
    for (const auto &sandbox : call.state.sandboxes.all()) {
      sandbox->expectations.end();
      sandbox->violations.clear();
    }
  } else {
    call.sandbox->expectations.end();
    call.sandbox->violations.clear();
    for (ViolationLog *log : {&call.state.violations, &call.state.expected}) {
      log->clear(call.sandbox->objects.organisation, call.sandbox->objects.name);
    }
  }
  return json_response(Json::object());
}

Response get_unused(const Call &call) {
  check_parameters(call, {});
  return json_response(
      unused_json(call.sandbox == nullptr ? all_unused(call.state) : unused_in(*call.sandbox)));
}

Response get_coverage(const Call &call) {
  check_parameters(call, {});
  return json_response(coverage_json(call.state.coverage, call.state.settings));
}

Response clear_coverage(const Call &call) {
  check_parameters(call, {});
  call.state.coverage.clear();
  return json_response(Json::object());
}

} // namespace flow::mock::admin
