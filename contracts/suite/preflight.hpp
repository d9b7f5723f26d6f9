#pragma once

#include <stdexcept>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// Thrown if nothing can be judged; says why and what to change.
struct CannotRun : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether the server says in its health answer that it is a flow-mock. Throws CannotRun where none answers.
bool is_flow_mock(const Target &target, const Ask &ask);

/// Throws CannotRun if the server answers only with server errors, or rejects the credentials or the sandbox.
/// Sends at most three requests, which only read.
void require_usable(const Target &target, const Ask &ask);

/// Application credentials of the developer console (ims).
struct ClientCredentials {
  std::string id;
  std::string secret;
  std::string scopes;    ///< comma-separated
  std::string token_url; ///< with its path
};

/// An access token for them. Throws CannotRun, with nothing of the answer but its error code.
std::string token_for(const ClientCredentials &credentials, const Ask &ask);

} // namespace flow::contract
