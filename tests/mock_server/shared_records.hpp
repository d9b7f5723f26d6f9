#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mock_server/store/store.hpp"

namespace flow::mock::test {

/// What several mocks share: what a store has of one sandbox, and when it changed.
class SharedRecords final : public Store {
public:
  struct Version {
    std::uint64_t number = 0; ///< another one whenever it starts over; 0: nothing has been kept yet
    std::uint64_t version = 0;
  };

  std::vector<StoredName> sandboxes() override { return {}; }
  void read(const StoredName &, const std::function<void(EntityChange)> &take) override {
    for (const auto &[place, record] : records_) {
      if (record.value) {
        take({place.first, place.second, record.value});
      }
    }
  }
  void commit(std::span<const SandboxChanges> changes) override {
    for (const SandboxChanges &each : changes) {
      if (each.starts_over || now_.number == 0) {
        records_.clear();
        ++now_.number;
      }
      ++now_.version;
      for (const EntityChange &change : each.entities) {
        records_[{change.kind, change.key}] = {change.value, now_.version};
      }
    }
  }
  Version now() const { return now_; }
  std::vector<EntityChange> since(std::uint64_t version) const {
    std::vector<EntityChange> changes;
    for (const auto &[place, record] : records_) {
      if (record.version > version) {
        changes.push_back({place.first, place.second, record.value});
      }
    }
    return changes;
  }
  bool has(EntityKind kind) const {
    for (const auto &[place, record] : records_) {
      if (place.first == kind && record.value) {
        return true;
      }
    }
    return false;
  }

private:
  struct Record {
    std::optional<std::string> value;
    std::uint64_t version;
  };
  std::map<std::pair<EntityKind, std::string>, Record> records_;
  Version now_;
};

} // namespace flow::mock::test
