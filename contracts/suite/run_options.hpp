#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "contracts/suite/preflight.hpp"

namespace flow::contract {

/// Adobe's production address of tokens (ims).
inline constexpr const char *kTokenUrl = "https://ims-na1.adobelogin.com/ims/token/v3";

/// The server and the credentials: the options that `run` and `find-states` share.
struct ServerOptions {
  std::string base_url;
  std::string base_path{kBasePath};
  std::string token;
  ClientCredentials client{.id = "", .secret = "", .scopes = "", .token_url = kTokenUrl};
  std::string api_key;
  std::string org;
  std::string sandbox;
  std::string ca_file;
  int timeout_s = 10;
  int connect_timeout_s = 5;
};

/// Which clauses.
struct Selection {
  std::vector<std::string> filters;
  std::vector<std::string> excluded;
  std::vector<std::string> standings;
};

struct RunOptions {
  ServerOptions server;
  Selection selection;
  std::string junit;
  std::string json;
  std::string sarif;
  std::string html;
  std::string compare; ///< an earlier --html file
  bool github = false;
  bool failures_only = false;
  std::string states; ///< file
  Reading reading;
  bool allow_writes = false;
  std::size_t max_writes = 50;
  bool dry_run = false;
  bool strict = false;
};

void add_server_options(CLI::App &command, ServerOptions &options);
void add_choice(CLI::App &command, Selection &selection);
void add_run_options(CLI::App &command, RunOptions &options);

/// The clauses chosen. Throws CannotRun where a filter or an exclusion names none, or none is left.
std::vector<const Clause *> chosen(const Selection &selection);

/// The server and credentials of the options, without a token for client credentials yet.
Target target_of(const ServerOptions &options);

/// Throws CannotRun unless all credentials for a shared sandbox are given. `why` begins its message.
void require_credentials(const ServerOptions &options, const std::string &why);

/// The user's own runs and flows by provider state: a JSON object of strings. Throws CannotRun.
void read_states(const std::string &file, Target &target);

} // namespace flow::contract
