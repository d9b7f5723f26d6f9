#pragma once

#include <string>
#include <utility>
#include <vector>

#include <flow_client/document.hpp>
#include <flow_client/query.hpp>

namespace flow::client {

/// A query as the part of a target behind '?', without `limit` and `orderby`; empty where it asks for all.
/// Throws std::invalid_argument where a value has a comma.
std::string filters_of(const RunQuery &query);
std::string filters_of(const FlowQuery &query);
std::string filters_of(const DocumentQuery &query);

/// The same with `orderby` and `limit`.
std::string text_of(const RunQuery &query);
std::string text_of(const FlowQuery &query);
std::string text_of(const DocumentQuery &query);

/// Parameters as a query, in their order; those without a value are left out.
std::string query_text(const std::vector<std::pair<std::string, std::string>> &parameters);

} // namespace flow::client
