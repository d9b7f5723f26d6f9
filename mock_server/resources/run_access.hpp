#pragma once

#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_store.hpp"

namespace flow::mock {

/// How to get at the runs that a query may let through: by the index that leaves the fewest to look at, of
/// those by id, flow, status and time. In their order come runs that are sorted by a time.
Access access_to(const RunStore &runs, const Query &query);

} // namespace flow::mock
