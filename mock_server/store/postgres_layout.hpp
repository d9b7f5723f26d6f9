#pragma once

#include <string>

#include "mock_server/store/postgres_connection.hpp"

namespace flow::mock::postgres {

/// Makes the schema flow_mock in the database, which others may do at the same moment, or sees to it that it
/// is what this version makes. Throws Error, and StoreError if it is of something else; it is left as it was.
void lay_out(const std::string &url, const PostgresOptions &options);

} // namespace flow::mock::postgres
