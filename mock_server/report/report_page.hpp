#pragma once

#include <optional>
#include <string>

#include "mock_server/report/sums.hpp"

namespace flow::mock {

/// What a mock has seen, as a page (contracts/report/page.hpp): violations, set-up that was not used, what
/// the tests lean on, faults, the latest requests, coverage; and what differs from an earlier one.
std::string report_page(const ServiceState &state, const std::optional<Sums> &earlier);

/// HTML, of each part of the page.
std::string leanings(const ServiceState &state);
std::string violations_by_clause(const ServiceState &state);
std::string coverage_by_subject(const ServiceState &state);
std::string unused_set_up(const ServiceState &state);
std::string all_faults(const ServiceState &state);
std::string latest_requests(const ServiceState &state);

} // namespace flow::mock
