#pragma once

#include <string>
#include <vector>

#include <flow_client/document.hpp>

#include "contracts/model/resources.hpp"

/// Documents as text for people.
namespace flow::client {

/// Of flows, with their schedules and last runs.
std::string table_of(const contract::Resource &resource, const std::vector<Document> &documents);
std::string readable(const contract::Resource &resource, const Document &document);

/// Where the answer to a change has no etag (dest-batch), it says so.
std::string readable(const contract::Resource &resource, const ChangedDocument &changed);

// In flow_text.cpp.
std::string table_of_flows(const std::vector<Document> &documents);
std::string readable_flow(const Document &document);

} // namespace flow::client
