#pragma once

#include "contracts/model/resources.hpp"
#include "mock_server/query/filter.hpp"

namespace flow::mock {

/// What a listing of a resource can be filtered by, sorted by and cut down to: its documented fields, in both
/// spellings.
const Fields &query_fields(const contract::Resource &resource);

} // namespace flow::mock
