#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "client/json_fields.hpp"

/// What the commands about the mock's requests share: their filters, and how requests are listed.
namespace flow::client {

/// Parameters of the control API with their values.
using RequestFilters = std::vector<std::pair<std::string, std::string>>;

/// An option for each filter, which stores it.
void add_request_filters(CLI::App &command, const std::shared_ptr<RequestFilters> &filters);

/// "?run=…&status=…", or nothing.
std::string query_of(const RequestFilters &filters);

/// The table of an answer's requests; `of_all`: with the sandbox of each.
std::string text_of_requests(const Json &answer, bool of_all);

} // namespace flow::client
