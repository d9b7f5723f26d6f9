#pragma once

#include <string_view>

#include "contracts/model/resources.hpp"
#include "mock_server/query/query.hpp"
#include "mock_server/resources/operation.hpp"

namespace flow::mock {

/// What is listed, and how.
struct Listing {
  const contract::Resource &resource;
  std::string_view path; ///< that the link to the next page goes to: "connections/search"
  const Target &query;   ///< its query alone counts
  ListingRules rules;
};

/// Answers a listing: items and a link to the next page, or a count alone (openapi, sort-and-filter).
Answer list(const Call &call, const Listing &listing);

/// The order of a listing without `orderby`: a matter of reading.
std::string_view usual_order(const contract::Reading &reading);

} // namespace flow::mock
