#include "mock_server/admin/control_api.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "mock_server/admin/call.hpp"
#include "mock_server/admin/guard.hpp"
#include "mock_server/admin/routes.hpp"

namespace flow::mock::admin {

namespace {

constexpr std::string_view kRoot = "/__admin";
constexpr FailedStep kFailedControl{.step = "control", .request_id = {}};

/// Whether the segments are those of a route's path; what stands for its {…} is put into `taken`.
bool matches(std::string_view path, std::span<const std::string> segments,
             std::vector<std::string_view> &taken) {
  taken.clear();
  for (const std::string &segment : segments) {
    if (path.empty()) {
      return false;
    }
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view wanted = path.substr(0, end);
    if (wanted.starts_with('{')) {
      if (segment.empty()) {
        return false;
      }
      taken.push_back(segment);
    } else if (wanted != segment) {
      return false;
    }
    path.remove_prefix(end);
  }
  return path.empty();
}

/// A name that a header could carry, and thus a client of the service could use.
void check_name(std::string_view name, const char *what) {
  constexpr std::size_t kLongest = 256;
  for (const char c : name) {
    if (c <= ' ' || c >= 0x7f) {
      throw Refusal{400, "Bad path", "",
                    std::string("The ") + what + " has to be visible ASCII, as headers are."};
    }
  }
  if (name.size() > kLongest) {
    throw Refusal{400, "Bad path", "", std::string("The ") + what + " is longer than 256 characters."};
  }
}

/// What the server could not read whole.
void check_readable(const Request &request) {
  if (!request.unreadable.empty()) {
    const contract::ErrorEntry &entry = contract::error(request.unreadable);
    throw Refusal{entry.status, entry.title.empty() ? "Bad request" : entry.title, "", entry.message};
  }
}

Response slowly(Sandboxes &sandboxes, Operation operation, const Call &call) {
  const SlowUse use(sandboxes, *call.sandbox);
  return operation(call);
}

Response refused(const Refusal &refusal) {
  Json error = {{"title", refusal.title}};
  if (!refusal.pointer.empty()) {
    error["source"] = {{"pointer", refusal.pointer}};
  }
  error["detail"] = refusal.detail;
  return json_response({{"errors", Json::array({std::move(error)})}}, refusal.status);
}

/// The answer, once what was done is in the store, if there is one. `is_lost`: see Keeper::held.
Response kept(ServiceState &state, Response response,
              const std::shared_ptr<const std::atomic<bool>> &is_lost = nullptr) {
  return state.keeper && !response.awaited && !response.stream
             ? state.keeper->held(
                   std::move(response), [](const std::string &why) { return not_kept(why); }, is_lost)
             : response;
}

void note(ServiceState &state, const std::shared_ptr<Sandbox> &sandbox) {
  if (state.keeper) {
    state.keeper->note(sandbox);
  }
}

/// Carries out an operation on a sandbox. Reading makes none, nor does what is refused.
Response answer_of_sandbox(const Route &route, Call call, std::string_view organisation,
                           std::string_view name) {
  Sandboxes &sandboxes = call.state.sandboxes;
  if (route.method == "GET") {
    const auto seen = sandboxes.seen(organisation, name);
    call.sandbox = seen.get();
    Response response = slowly(sandboxes, route.operation, call);
    const bool waits = call.state.keeper && seen->may_have_unkept() && !call.state.keeper->is_failing();
    return waits ? kept(call.state, std::move(response), seen->is_lost) : response;
  }
  auto sandbox = sandboxes.of(organisation, name);
  if (!sandbox) {
    throw Refusal{409, "Too many sandboxes", "",
                  "There are " + std::to_string(call.state.settings.limits.sandboxes) +
                      " that have been changed, the most the mock keeps. Reset those that are not needed "
                      "(POST /__admin/reset), or start flow-mock with a higher --max-sandboxes."};
  }
  call.sandbox = sandbox.get();
  const auto is_lost = sandbox->is_lost;
  Response response;
  try {
    {
      const Changing changing(sandbox);
      response = slowly(sandboxes, route.operation, call);
    }
    if (route.operation != reset_sandbox) {
      sandbox->is_steered = true;
      sandboxes.mark_changed(*sandbox);
    }
    note(call.state, sandbox);
    sandboxes.let_go(std::move(sandbox));
  } catch (const Refusal &) {
    sandboxes.let_go(std::move(sandbox));
    throw;
  } catch (...) {
    sandboxes.mark_changed(*sandbox);
    note(call.state, sandbox);
    throw;
  }
  return kept(call.state, std::move(response), is_lost);
}

/// Carries out an operation on the mock as a whole, which may change any sandbox.
Response answer_of_mock(const Route &route, const Call &call) {
  if (!call.state.keeper || route.reach == Scope::Reach::nothing) {
    return route.operation(call);
  }
  if (route.method == "GET") { // it may see what is not in the store yet
    Response response = route.operation(call);
    return call.state.keeper->is_failing() ? response : kept(call.state, std::move(response));
  }
  try {
    Response response = route.operation(call);
    call.state.keeper->note_all();
    return kept(call.state, std::move(response));
  } catch (...) {
    call.state.keeper->note_all();
    throw;
  }
}

Response dispatch(ServiceState &state, const Request &request, const ControlAccess &access) {
  check_readable(request);
  const auto target = parse_target(request.target);
  if (!target) {
    throw Refusal{400, "Bad path", "", "Its path or query is not percent-encoded as RFC 3986 says."};
  }
  const auto segments = std::span(target->segments).subspan(1);
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  std::vector<std::string_view> taken;
  std::string allow;
  for (const Route &route : routes()) {
    if (!matches(route.path, segments, taken)) {
      continue;
    }
    if (route.method != method) {
      allow += (allow.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    if (!route.open) {
      check_access(request, access);
    }
    if (!route.path.starts_with(kSandboxPath)) {
      return answer_of_mock(
          route, {.state = state, .request = request, .target = *target, .ids = taken, .sandbox = nullptr});
    }
    check_name(taken[0], "organisation");
    check_name(taken[1], "sandbox");
    return answer_of_sandbox(route,
                             {.state = state,
                              .request = request,
                              .target = *target,
                              .ids = {taken.begin() + 2, taken.end()},
                              .sandbox = nullptr},
                             taken[0], taken[1]);
  }
  check_access(request, access);
  if (allow.empty()) {
    throw Refusal{404, "Not found", "", "The control API has no such path; GET /__admin/openapi lists them."};
  }
  Response response = json_response(
      {{"errors", {{{"title", "Method not allowed"}, {"detail", "Allowed here: " + allow + "."}}}}}, 405);
  response.headers.emplace_back("Allow", allow);
  return response;
}

} // namespace

bool is_for(const Request &request) {
  const std::string_view path = path_of(request.target);
  return path.starts_with(kRoot) && (path.size() == kRoot.size() || path[kRoot.size()] == '/');
}

bool is_reset(const Request &request) {
  const std::string_view path = path_of(request.target);
  return request.method == "POST" && is_for(request) && path.ends_with("/reset");
}

Response not_kept(const std::string &why, bool is_unknown) {
  Response response =
      refused({503, "Store unavailable", "",
               is_unknown ? "It is not known whether the mock's store has kept what this request changes (" +
                                why + "): look before it is sent again."
                          : "The mock's store cannot keep what this request changes (" + why +
                                "), and nothing was changed. Try again when it can."});
  response.headers.emplace_back(kStoreHeader, is_unknown ? "unknown" : "failed");
  return response;
}

Scope scope_of(const Request &request) {
  const auto target = parse_target(request.target);
  if (!target || !request.unreadable.empty()) {
    return {};
  }
  const auto segments = std::span(target->segments).subspan(1);
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  std::vector<std::string_view> taken;
  for (const Route &route : routes()) {
    if (route.method == method && matches(route.path, segments, taken)) {
      Scope scope{.reach = route.reach, .is_read = method == "GET", .is_followed = route.is_followed};
      if (route.path.starts_with(kSandboxPath)) {
        scope.sandbox = {.organisation = std::string(taken[0]), .sandbox = std::string(taken[1])};
      }
      return scope;
    }
  }
  return {};
}

Response answer(ServiceState &state, const Request &request, const ControlAccess &access) {
  const bool changes = state.keeper && request.method != "GET" && request.method != "HEAD";
  try {
    if (changes && state.keeper->is_failing()) {
      return not_kept(state.keeper->failure());
    }
    return dispatch(state, request, access);
  } catch (const Refusal &refusal) {
    return refused(refusal);
  } catch (const std::bad_alloc &cause) {
    log_failure(state.failure_log, kFailedControl, request, state.secrets, cause);
    return refused({503, "Out of memory", "",
                    "The mock has no memory left for this request, and may have carried out a part of it. "
                    "Reset or delete what is not needed any more, and try again."});
  } catch (const std::exception &cause) {
    log_failure(state.failure_log, kFailedControl, request, state.secrets, cause);
    return refused({500, "Internal error", "", "The mock has a fault here; nothing is known to be changed."});
  }
}

} // namespace flow::mock::admin
