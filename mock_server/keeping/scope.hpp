#pragma once

#include <cstdint>

#include "mock_server/store/store.hpp"

namespace flow::mock {

/// What of a mock's state a request may read or change, as far as it shares it with other mocks: known from
/// the request alone, before anything is looked at.
struct Scope {
  enum class Reach : std::uint8_t {
    nothing,          ///< only what the mock has for itself
    sandbox,          ///< one, and of the mock as a whole it only reads
    mock,             ///< the mock as a whole: its clock, its faults, its journal
    sandbox_and_mock, ///< both
    all,              ///< every sandbox, and the mock
  };
  Reach reach = Reach::nothing;
  StoredName sandbox{}; ///< where it is about one; else empty
  /// It only reads, and what the journal says of it may come later: nothing needs to be locked.
  bool is_read = false;
  bool is_followed = false; ///< the answer waits or goes on, and looks at all this later and again
};

} // namespace flow::mock
