#include <algorithm>
#include <string>
#include <utility>

#include "common/percent_encoding.hpp"
#include "common/text.hpp"
#include "mock_server/admin/routes.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/journal/report.hpp"
#include "mock_server/sandbox/unused.hpp"

namespace flow::mock::admin {

namespace {

constexpr std::int64_t kTtlMs = 3'600'000;
constexpr std::int64_t kMostTtlMs = 86'400'000;

std::int64_t ttl_of(const Call &call) {
  if (call.request.body.empty()) {
    return kTtlMs;
  }
  const Json body = body_of(call);
  check_members(body, "", {"ttlMs"});
  const Json ttl = body.value("ttlMs", Json(kTtlMs));
  if (!ttl.is_number_integer() || ttl < 1 || ttl > kMostTtlMs) {
    throw Refusal{400, "Bad member", "/ttlMs",
                  "It has to be milliseconds, an integer from 1 to 86400000, a day."};
  }
  return ttl.get<std::int64_t>();
}

/// The mock's address, as the client reached it.
std::string url_of(const Request &request) {
  for (const HeaderField &field : request.headers) {
    if (equal_ignoring_case(field.name, "Host")) {
      return (request.is_secure ? "https://" : "http://") + std::string(field.value);
    }
  }
  return "";
}

Json short_json(const Lease &lease) {
  return {{"id", lease.id},
          {"organisation", lease.organisation},
          {"sandbox", lease.sandbox},
          {"expiresAt", lease.expires_at_ms}};
}

Json whole_json(const Lease &lease, const Request &request) {
  const std::string url = url_of(request);
  return {{"id", lease.id},
          {"organisation", lease.organisation},
          {"sandbox", lease.sandbox},
          {"token", lease.token},
          {"apiKey", lease.api_key},
          {"headers",
           {{"Authorization", "Bearer " + lease.token},
            {"x-api-key", lease.api_key},
            {"x-gw-ims-org-id", lease.organisation},
            {"x-sandbox-name", lease.sandbox}}},
          {"url", url},
          {"adminUrl", url + "/__admin/sandboxes/" + percent_encoded(lease.organisation) + "/" +
                           percent_encoded(lease.sandbox)},
          {"expiresAt", lease.expires_at_ms}};
}

Json left_over_json(const Unused &unused, Json in_progress, const ViolationLog &log) {
  Json left_over = unused_json(unused);
  left_over["inProgress"] = std::move(in_progress);
  left_over["violations"] = Json::array();
  for (const ViolationEntry &entry : log.all()) {
    left_over["violations"].push_back(violation_json(entry));
  }
  return left_over;
}

/// Runs that were made since the sandbox was filled from the seed, and have not ended.
Json in_progress(Sandbox &sandbox) {
  const Transaction transaction(sandbox.objects, sandbox.clock);
  Json runs = Json::array();
  transaction->runs.for_each([&](const Run &run) {
    if (run.number >= transaction->seeded_runs && !has_ended(run.state)) {
      const auto end_ms = transaction->end_of(run.id);
      runs.push_back({{"run", run.id}, {"endsInMs", end_ms ? Json(*end_ms - transaction.now_ms()) : Json()}});
    }
  });
  return runs;
}

/// Removes the sandbox of a lease, and says what was left over in it.
Json end(ServiceState &state, const Lease &lease) {
  const auto sandbox = state.sandboxes.find(lease.organisation, lease.sandbox);
  if (!sandbox) { // a reset of the whole mock has removed it
    return left_over_json({}, Json::array(), {});
  }
  const SlowUse use(state.sandboxes, *sandbox);
  const Unused unused = unused_in(*sandbox);
  Json runs = in_progress(*sandbox);
  end_test(state, *sandbox);
  Json left_over = left_over_json(unused, std::move(runs), sandbox->violations);
  sandbox->tell(nullptr, {});
  state.sandboxes.remove(sandbox);
  return left_over;
}

void end_expired(ServiceState &state) {
  for (const Lease &lease : state.leases.expire()) {
    state.leases.set_left_over(lease.id, end(state, lease));
  }
}

Lease lease_of(const Call &call) {
  auto lease = call.state.leases.find(call.ids.front());
  if (!lease) {
    throw not_found("lease", call.ids.front());
  }
  return *std::move(lease);
}

} // namespace

Response add_lease(const Call &call) {
  const std::int64_t ttl_ms = ttl_of(call);
  end_expired(call.state);
  const auto lease = call.state.leases.add(call.state.ids, ttl_ms);
  const auto sandbox = lease ? call.state.sandboxes.of(lease->organisation, lease->sandbox) : nullptr;
  if (!sandbox) {
    if (lease) {
      call.state.leases.remove(lease->id);
    }
    throw Refusal{
        409, "Too many sandboxes", "",
        "There are " + std::to_string(call.state.settings.limits.sandboxes) +
            ", the most the mock keeps: end leases, reset sandboxes, or start flow-mock with a higher "
            "--max-sandboxes."};
  }
  call.state.sandboxes.mark_changed(*sandbox);
  return json_response(whole_json(*lease, call.request), 201);
}

Response list_leases(const Call &call) {
  check_parameters(call, {"offset", "limit"});
  const ListPage page = list_page_of(call);
  end_expired(call.state);
  Json leases = Json::array();
  for (const Lease &lease : call.state.leases.all()) {
    Json json = short_json(lease);
    json["expired"] = lease.left_over.has_value();
    leases.push_back(std::move(json));
  }
  return json_response(page_json("leases", leases, page));
}

Response get_lease(const Call &call) {
  check_parameters(call, {});
  end_expired(call.state);
  const Lease lease = lease_of(call);
  if (!lease.left_over) {
    return json_response(whole_json(lease, call.request));
  }
  Json json = short_json(lease);
  json["leftOver"] = *lease.left_over;
  return json_response(json);
}

Response end_lease(const Call &call) {
  check_parameters(call, {});
  end_expired(call.state);
  const Lease lease = lease_of(call);
  if (!call.state.leases.remove(lease.id)) {
    throw not_found("lease", lease.id); // another has ended it
  }
  return json_response(lease.left_over ? *lease.left_over : end(call.state, lease));
}

} // namespace flow::mock::admin
