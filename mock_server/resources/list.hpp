#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "mock_server/query/query.hpp"
#include "mock_server/resources/operation.hpp"

namespace flow::mock {

/// What is listed, and how.
struct Listing {
  std::string_view resource; ///< its name in the path
  std::string_view path;     ///< that the link to the next page goes to: "connections/search"
  const Target &query;       ///< its query alone counts
  ListingRules rules;
};

/// Answers a listing: items and a link to the next page, or a count alone (openapi, sort-and-filter). `open`
/// makes the collection within a transaction on the sandbox.
Answer list(const Call &call, const Listing &listing,
            const std::function<std::unique_ptr<Collection>(Transaction &)> &open);

/// The order of a listing without `orderby`: a matter of reading.
std::string_view usual_order(const contract::Reading &reading);

} // namespace flow::mock
