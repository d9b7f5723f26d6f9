#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <flow_client/client.hpp>

#include "client/flowctl/commands/wait.hpp"
#include "client/flowctl/session.hpp"

namespace flow::client {

/// What `retry --all-failed` is to do.
struct RetryAll {
  std::string flow_id;
  std::optional<Time> since;
  std::optional<std::size_t> limit;
  std::size_t parallel = 1;
  bool dry_run = false;
};

/// Retries failed runs, the first to have been created first; with `waiting`, waits for each new run. Goes on
/// after a run that the service refuses to retry; stops at an error that the others would meet as well, and
/// at SIGINT or SIGTERM. Tells what it has done. The exit code is the highest of what happened; interrupted,
/// it is that of the signal, unless an outcome is unknown.
ExitCode retry_all_failed(const Client &client, const RetryAll &all, const RetryOptions &options,
                          const Waiting &waiting, const Session &session);

/// What the user can do about an error of a retry.
std::string advice_on_retry(const Error &error, const std::string &run_id);

} // namespace flow::client
