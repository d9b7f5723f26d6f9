#pragma once

#include <string>

#include <flow_client/client.hpp>

/// Retries a failed run, and the runs that come of it, until one succeeds or `limit` retries have failed.
/// Returns the last run. Throws flow::client::Error.
flow::client::Run retry_until_success(const flow::client::Client &client, const std::string &run_id,
                                      int limit);
