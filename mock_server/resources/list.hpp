#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "mock_server/query/query.hpp"
#include "mock_server/resources/operation.hpp"

namespace flow::mock {

/// Answers a listing: items and a link to the next page, or a count alone (openapi, sort-and-filter).
/// `resource` is its name in the path; `open` makes the collection within a transaction on the sandbox.
Answer list(const Call &call, std::string_view resource, const Fields &fields,
            const std::function<std::unique_ptr<Collection>(Transaction &)> &open);

} // namespace flow::mock
