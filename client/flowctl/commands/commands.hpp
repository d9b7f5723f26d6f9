#pragma once

#include <CLI/CLI.hpp>

#include "client/flowctl/session.hpp"

/// The commands of flowctl, most in the file of their name: its options, what it asks, and what it prints.
namespace flow::client {

void add_config(CLI::App &app, Session &session);
void add_create(CLI::App &app, Session &session);
void add_get(CLI::App &app, Session &session);
void add_list(CLI::App &app, Session &session);
void add_mock(CLI::App &app, Session &session);      ///< in mock/
void add_resources(CLI::App &app, Session &session); ///< those of each resource
void add_retry(CLI::App &app, Session &session);
void add_wait(CLI::App &app, Session &session);

} // namespace flow::client
