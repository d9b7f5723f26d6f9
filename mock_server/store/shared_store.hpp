#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mock_server/store/store.hpp"

namespace flow::mock {

/// A state of a sandbox in a store that several mocks share.
struct StoredVersion {
  std::uint64_t number = 0; ///< of the sandbox; another one whenever it starts over; 0: nothing is kept of it
  std::uint64_t version = 0; ///< counts the commits since

  bool operator==(const StoredVersion &) const = default;
};

/// Whether a commit was carried out cannot be found out: the connection was lost while it was, and the store
/// does not answer since. All of it is kept, or nothing.
struct OutcomeUnknown : StoreFailure {
  using StoreFailure::StoreFailure;
};

/// A store that several mocks use at the same time.
class SharedStore : public Store {
public:
  /// What somebody wants to know of a sandbox, and what they know already.
  struct Wanted {
    StoredName sandbox;
    StoredVersion known{};  ///< that they have in memory
    bool is_locked = false; ///< from now on to the end of the turn nobody else commits anything to it
  };

  /// What the store has of a sandbox and who asks has not.
  struct News {
    StoredName sandbox;
    StoredVersion version{};
    bool is_other = false; ///< what was known of it does not help: it is to be read as a whole (Turn::read)
    std::vector<EntityChange> entities{}; ///< else those that have changed since; in the order of Store::read
  };

  /// A transaction. While it lives, nobody else changes what it has locked; what it does not commit is not
  /// kept. For one thread. All functions throw StoreFailure.
  class Turn {
  public:
    Turn() = default;
    virtual ~Turn() = default;
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;

    /// Of all that was wanted, in that order.
    [[nodiscard]] virtual const std::vector<News> &news() const = 0;

    /// Calls `take` with each thing that the store has of one of those sandboxes, as Store::read.
    virtual void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) = 0;

    /// Keeps all of it or nothing, and ends the turn. All of the sandboxes have to be locked. Returns their
    /// versions, in that order; a sandbox of which nothing is kept any more has none. Throws OutcomeUnknown,
    /// too.
    virtual std::vector<StoredVersion> commit(std::span<const SandboxChanges> changes) = 0;
  };

  /// Begins one on some sandboxes; locks are taken in the given order, which has to be the same for all. A
  /// sandbox of which nothing is kept can be locked, too.
  virtual std::unique_ptr<Turn> begin(std::span<const Wanted> wanted) = 0;

  /// Begins one on all sandboxes of which anything is kept, in the order of their numbers, but the mock as a
  /// whole, which comes last also where nothing is kept of it. All are locked. `known`: as in Wanted.
  virtual std::unique_ptr<Turn> begin_all(const std::function<StoredVersion(const StoredName &)> &known) = 0;

  /// Those of the sandboxes marked as watched (SandboxChanges::is_watched) which are for this mock alone to
  /// look after for so long: those that nobody has claimed, or that are its own already; `most` at most.
  virtual std::vector<StoredName> claim(std::chrono::milliseconds time, std::size_t most) = 0;

  /// Gives back all that it has claimed, for others to look after. Throws StoreFailure.
  virtual void give_back() = 0;
};

} // namespace flow::mock
