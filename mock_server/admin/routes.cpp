#include "mock_server/admin/routes.hpp"

#include <array>

namespace flow::mock::admin {

namespace {

constexpr std::array kRoutes = {
    Route{"GET", "/health/live", live, true},
    Route{"GET", "/health/ready", ready, true},
    Route{"GET", "/version", version},
    Route{"GET", "/settings", settings},
    Route{"GET", "/readings", readings},
    Route{"GET", "/openapi", openapi},
    Route{"POST", "/reset", reset_all},
    Route{"GET", "/clock", get_clock},
    Route{"PUT", "/clock", put_clock},
    Route{"GET", "/leases", list_leases},
    Route{"POST", "/leases", add_lease},
    Route{"GET", "/leases/{id}", get_lease},
    Route{"DELETE", "/leases/{id}", end_lease},
    Route{"GET", "/sandboxes", list_sandboxes},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}", get_sandbox},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/reset", reset_sandbox},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/snapshot", take_snapshot},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/restore", restore_snapshot},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/clock", get_clock},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/clock", put_clock},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/defaults", get_defaults},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/defaults", put_defaults},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/runs", list_runs},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/runs", put_runs},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/runs", add_run},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/runs/{id}", get_run},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/runs/{id}", put_run},
    Route{"PATCH", "/sandboxes/{organisation}/{sandbox}/runs/{id}", patch_run},
    Route{"DELETE", "/sandboxes/{organisation}/{sandbox}/runs/{id}", delete_run},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/runs/{id}/state", put_run_state},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/runs/{id}/script", put_run_script},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/flows", list_flows},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/flows", add_flow},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/flows/{id}", get_flow},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/flows/{id}", put_flow},
    Route{"PATCH", "/sandboxes/{organisation}/{sandbox}/flows/{id}", patch_flow},
    Route{"DELETE", "/sandboxes/{organisation}/{sandbox}/flows/{id}", delete_flow},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/flows/{id}/script", put_flow_script},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/bulk", change_in_bulk},
    Route{"GET", "/faults", list_faults},
    Route{"POST", "/faults", add_fault},
    Route{"DELETE", "/faults", clear_faults},
    Route{"GET", "/faults/{id}", get_fault},
    Route{"DELETE", "/faults/{id}", delete_fault},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/faults", list_faults},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/faults", add_fault},
    Route{"DELETE", "/sandboxes/{organisation}/{sandbox}/faults", clear_faults},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/faults/{id}", get_fault},
    Route{"DELETE", "/sandboxes/{organisation}/{sandbox}/faults/{id}", delete_fault},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/webhook", get_webhook},
    Route{"PUT", "/sandboxes/{organisation}/{sandbox}/webhook", put_webhook},
    Route{"DELETE", "/sandboxes/{organisation}/{sandbox}/webhook", delete_webhook},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/events", list_events},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/events/{id}/redeliver", redeliver_event},
    Route{"GET", "/requests", list_requests},
    Route{"DELETE", "/requests", clear_requests},
    Route{"GET", "/requests/count", count_requests},
    Route{"GET", "/requests/await", await_requests},
    Route{"GET", "/violations", list_violations},
    Route{"DELETE", "/violations", clear_violations},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/requests", list_requests},
    Route{"DELETE", "/sandboxes/{organisation}/{sandbox}/requests", clear_requests},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/requests/count", count_requests},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/requests/await", await_requests},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/violations", list_violations},
    Route{"DELETE", "/sandboxes/{organisation}/{sandbox}/violations", clear_violations},
    Route{"POST", "/sandboxes/{organisation}/{sandbox}/expectations", add_expectation},
    Route{"GET", "/unused", get_unused},
    Route{"GET", "/sandboxes/{organisation}/{sandbox}/unused", get_unused},
    Route{"GET", "/coverage", get_coverage},
    Route{"DELETE", "/coverage", clear_coverage},
};

} // namespace

std::span<const Route> routes() {
  return kRoutes;
}

} // namespace flow::mock::admin
