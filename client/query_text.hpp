#pragma once

#include <string>

#include <flow_client/query.hpp>

namespace flow::client {

/// A query as the part of a target behind '?', without `limit` and `orderby`; empty where it asks for all.
/// Throws std::invalid_argument where a value has a comma.
std::string filters_of(const RunQuery &query);
std::string filters_of(const FlowQuery &query);

/// The same with `orderby` and `limit`.
std::string text_of(const RunQuery &query);
std::string text_of(const FlowQuery &query);

} // namespace flow::client
