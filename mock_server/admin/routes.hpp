#pragma once

#include <span>
#include <string_view>

#include "mock_server/admin/call.hpp"
#include "mock_server/keeping/scope.hpp"

namespace flow::mock::admin {

/// A path of the control API and what it does. "{…}" stands for any one segment.
struct Route {
  std::string_view method;
  std::string_view path; ///< below /__admin
  Operation operation;
  bool open = false; ///< for anyone who can reach the mock: tells nothing, changes nothing
  /// Of the state that mocks with one store share.
  Scope::Reach reach = Scope::Reach::sandbox;
  bool is_followed = false; ///< as in Scope
};

/// All of them; contracts/data/control-api.openapi.json describes the same.
std::span<const Route> routes();

/// What stands in front of the paths of one sandbox.
inline constexpr std::string_view kSandboxPath = "/sandboxes/{organisation}/{sandbox}";

// Operations by noun: one file each.
Response live(const Call &call);
Response ready(const Call &call);
Response version(const Call &call);
Response settings(const Call &call);
Response readings(const Call &call);
Response console_page(const Call &call);
Response console_file(const Call &call);
Response console_vendor_file(const Call &call);
Response metrics(const Call &call);
Response stream(const Call &call);
Response openapi(const Call &call);
Response service_openapi(const Call &call);
Response reset_all(const Call &call);
Response add_lease(const Call &call);
Response list_leases(const Call &call);
Response get_lease(const Call &call);
Response end_lease(const Call &call);
Response list_sandboxes(const Call &call);
Response get_sandbox(const Call &call);
Response reset_sandbox(const Call &call);
Response take_snapshot(const Call &call);
Response restore_snapshot(const Call &call);
Response get_clock(const Call &call);
Response put_clock(const Call &call);
Response get_defaults(const Call &call);
Response put_defaults(const Call &call);
Response list_runs(const Call &call);
Response put_runs(const Call &call);
Response add_run(const Call &call);
Response get_run(const Call &call);
Response put_run(const Call &call);
Response patch_run(const Call &call);
Response delete_run(const Call &call);
Response put_run_state(const Call &call);
Response put_run_script(const Call &call);
Response list_flows(const Call &call);
Response add_flow(const Call &call);
Response get_flow(const Call &call);
Response put_flow(const Call &call);
Response patch_flow(const Call &call);
Response delete_flow(const Call &call);
Response put_flow_script(const Call &call);
Response list_documents(const Call &call);
Response add_document(const Call &call);
Response get_document(const Call &call);
Response put_document(const Call &call);
Response patch_document(const Call &call);
Response delete_document(const Call &call);
Response change_in_bulk(const Call &call);
Response list_faults(const Call &call);
Response add_fault(const Call &call);
Response clear_faults(const Call &call);
Response get_fault(const Call &call);
Response delete_fault(const Call &call);
Response get_webhook(const Call &call);
Response put_webhook(const Call &call);
Response delete_webhook(const Call &call);
Response list_events(const Call &call);
Response redeliver_event(const Call &call);
Response list_requests(const Call &call);
Response get_request(const Call &call);
Response replay_request(const Call &call);
Response retry_run(const Call &call);
Response get_run_answer(const Call &call);
Response await_requests(const Call &call);
Response count_requests(const Call &call);
Response clear_requests(const Call &call);
Response list_violations(const Call &call);
Response clear_violations(const Call &call);
Response add_expectation(const Call &call);
Response get_unused(const Call &call);
Response get_coverage(const Call &call);
Response clear_coverage(const Call &call);

} // namespace flow::mock::admin
