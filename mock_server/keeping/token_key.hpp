#pragma once

#include <string>

#include "mock_server/store/shared_store.hpp"

namespace flow::mock {

/// The key by which tokens hold, as the store has it; made, and kept there, where it has none. Throws
/// StoreError, StoreFailure.
std::string token_key_in(Store &store);

/// The same for all mocks that share the store: one of them makes it.
std::string token_key_in_shared(SharedStore &store);

} // namespace flow::mock
