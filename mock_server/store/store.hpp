#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace flow::mock {

/// An organisation's sandbox. Both names empty: what belongs to the mock as a whole.
struct StoredName {
  std::string organisation;
  std::string sandbox;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes what it stands for as written
  auto operator<=>(const StoredName &) const = default;
};

/// What a sandbox consists of, in the order in which it is put together again. The numbers stand in files:
/// they are never given another meaning.
enum class EntityKind : std::uint8_t {
  sandbox = 1,   ///< one, key "": what is none of the others
  script = 2,    ///< of runs' retries, by number
  flow = 3,      ///< by id
  document = 4,  ///< by resource and id
  run = 5,       ///< by number
  steering = 6,  ///< clock, faults, …, by name
  event = 7,     ///< of a webhook, by number
  journal = 8,   ///< exchanges, by their place in the journal
  violation = 9, ///< of the mock as a whole, by number
  lease = 10,    ///< likewise, by id
};

/// A thing that was made, changed or removed.
struct EntityChange {
  EntityKind kind;
  std::string key;                  ///< within its kind; any bytes
  std::optional<std::string> value; ///< any bytes; none: it is removed
};

/// What transactions changed in one sandbox; of several changes of one thing the last holds.
struct SandboxChanges {
  StoredName sandbox;
  bool starts_over = false; ///< all that was kept of it goes first
  std::vector<EntityChange> entities;
  /// In a store that is shared: whether one of those who share it has to look after it even if no request
  /// comes (SharedStore::claim); none: as before, which at first is no.
  std::optional<bool> is_watched{};
};

/// Calls what it is given with each thing that a store has of a sandbox, as Store::read.
using ReadKept = std::function<void(const std::function<void(EntityChange)> &take)>;

/// A store cannot be used: its file is another program's, damaged, of a newer version, in use. what() says
/// what to change.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// It cannot keep or read something for now: the disk is full, or fails. Nothing of it is kept; it may be
/// tried again. Only where the process ends while the disk still fails, all of it may be found later.
struct StoreFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where the state of sandboxes lasts. It knows what things are called, not what they mean: the state machine
/// and the queries are in memory. All functions may wait for a disk; each is safe to call from any thread.
class Store {
public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store &) = delete;
  Store &operator=(const Store &) = delete;

  /// The names of all sandboxes of which it keeps anything. Throws StoreFailure.
  virtual std::vector<StoredName> sandboxes() = 0;

  /// Calls `take` with each thing that it keeps of the sandbox, in the order of kinds and, within one, of the
  /// bytes of keys. Throws StoreFailure, and what `take` throws.
  virtual void read(const StoredName &sandbox, const std::function<void(EntityChange)> &take) = 0;

  /// Keeps all of it or nothing; it is on the disk when this returns. Throws StoreFailure.
  virtual void commit(std::span<const SandboxChanges> changes) = 0;
};

} // namespace flow::mock
