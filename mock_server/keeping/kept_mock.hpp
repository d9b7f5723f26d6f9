#pragma once

#include <cstdint>
#include <span>

#include "mock_server/store/differences.hpp"
#include "mock_server/store/store.hpp"

namespace flow::mock {

struct ServiceState;

/// What a store has of a mock as a whole, whatever sandboxes there are: its clock and its faults, violations,
/// leases, and the journal of requests that reached no sandbox. Whatever else the store has under its name is
/// none of it. For one thread; where something is damaged, StoreError is thrown.
class KeptMock {
public:
  explicit KeptMock(ServiceState &state) : state_(state) {}

  /// Makes the mock, in which nothing has been done yet, what the store has of it.
  void read(const ReadKept &read);

  /// What has changed since the store had it.
  SandboxChanges changes();

  /// Takes in what others have changed since in a store that they share, in the order of Store::read. What
  /// was added here meanwhile to the journal, to the violations and to the leases stays. False where the mock
  /// is to be read again.
  [[nodiscard]] bool apply(std::span<const EntityChange> changes);

  /// Makes the mock what the store has of it, whatever has been done in it.
  void read_again(const ReadKept &read);

  /// Finds out what the store has; what of the mock is not there, as it is, is among the next changes.
  void compare_again(const ReadKept &read);

private:
  struct KeptParts {
    Differences steering{EntityKind::steering};
    Differences violations{EntityKind::violation};
    Differences leases{EntityKind::lease};
    std::uint64_t clock_revision = 0;
    std::uint64_t faults_revision = 0;
    std::uint64_t violations_revision = 0;
    std::uint64_t leases_revision = 0;
  };

  void put_faults(const EntityChange &kept);
  void follow_clock(const EntityChange &kept);
  Differences *part_of(const EntityChange &kept);

  ServiceState &state_;
  KeptParts kept_;
};

} // namespace flow::mock
