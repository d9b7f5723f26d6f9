#include "mock_server/keeping/token_key.hpp"

#include <functional>
#include <span>

#include "mock_server/resources/id_source.hpp"

namespace flow::mock {

namespace {

constexpr const char *kTokenKey = "tokenKey";

std::string key_of_tokens(const ReadKept &read, const std::function<void(const SandboxChanges &)> &commit) {
  std::string key;
  read([&](const EntityChange &kept) {
    if (kept.kind == EntityKind::steering && kept.key == kTokenKey) {
      key = *kept.value;
    }
  });
  if (key.empty()) {
    key = IdSource(IdSource::random_seed()).uuid() + IdSource(IdSource::random_seed()).uuid();
    commit({.sandbox = {}, .entities = {{EntityKind::steering, kTokenKey, key}}});
  }
  return key;
}

} // namespace

std::string token_key_in(Store &store) {
  return key_of_tokens([&](const auto &take) { store.read({}, take); },
                       [&](const SandboxChanges &made) { store.commit(std::span(&made, 1)); });
}

std::string token_key_in_shared(SharedStore &store) {
  const SharedStore::Wanted wanted{.sandbox = {}, .is_locked = true};
  const auto turn = store.begin(std::span(&wanted, 1));
  return key_of_tokens([&](const auto &take) { turn->read({}, take); },
                       [&](const SandboxChanges &made) { turn->commit(std::span(&made, 1)); });
}

} // namespace flow::mock
