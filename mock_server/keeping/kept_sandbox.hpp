#pragma once

#include <optional>
#include <span>

#include "mock_server/sandbox/sandboxes.hpp"
#include "mock_server/store/store.hpp"

/// A whole sandbox, as a store has it: its objects, and what steers and watches them.
namespace flow::mock {

struct ServiceState;

/// How a thing of the kind EntityKind::steering is written.
std::string steering_record(const contract::Json &json);
/// Throws BadRecord, and contract::Json::exception.
contract::Json steering_in(std::string_view record);

/// What of it has changed since the store had it.
SandboxChanges changes_of(Sandbox &sandbox);
/// The same but for its journal: Journal::append_changes.
SandboxChanges changes_beside_journal(Sandbox &sandbox);

/// A webhook that has been read, with its events.
struct KeptWebhook {
  Webhook webhook;
  Differences::Records events;
};

/// Makes a fresh sandbox what the store has of it, but for its webhook, which is returned if there is one; a
/// copy of the seed where the store has none of its objects. Throws StoreFailure, and StoreError where it is
/// damaged.
std::optional<KeptWebhook> read_sandbox(const ReadKept &read, const Settings &settings, Sandbox &sandbox);

/// Lets it tell ends of runs as before. `before`: the sandbox whose place it has taken, or null; where it had
/// the same webhook, what this has done and is doing goes on. Throws StoreError.
void resume_webhook(ServiceState &state, Sandbox &sandbox, const KeptWebhook &kept,
                    Sandbox *before = nullptr);

/// Takes in what others have changed of a sandbox since in the store that they share, in the order of
/// Store::read: it becomes what it would be if it were read anew. Nothing of its own may be unkept, but for
/// its journal, its violations and attempts of its webhook, which stay. False where it is to be read anew
/// (read_sandbox), and then it is of no use any more. Throws StoreError where it is damaged.
[[nodiscard]] bool apply_changes(ServiceState &state, Sandbox &sandbox,
                                 std::span<const EntityChange> changes);

} // namespace flow::mock
