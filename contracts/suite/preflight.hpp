#pragma once

#include <stdexcept>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// Nothing can be judged; says why and what to change.
struct CannotRun : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether the server says in its health answer that it is a flow-mock. Throws CannotRun where none answers.
bool is_flow_mock(const Target &target, const Ask &ask);

/// Throws CannotRun where the server answers nothing but its own errors, or refuses the credentials or the
/// sandbox. Reads only, three times at most.
void require_usable(const Target &target, const Ask &ask);

/// Application credentials of the developer console (ims).
struct ClientCredentials {
  std::string id;
  std::string secret;
  std::string scopes;    ///< comma-separated
  std::string token_url; ///< with its path
};

/// An access token for them. Throws CannotRun, without a word of the answer but its error code.
std::string token_for(const ClientCredentials &credentials, const Ask &ask);

} // namespace flow::contract
