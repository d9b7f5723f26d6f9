#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "contracts/model/reading.hpp"
#include "mock_server/sandbox/sandbox_state.hpp"

namespace flow::mock {

/// One organisation's sandbox: what it is called, and runs and flows of its own, which a Transaction reads
/// and changes.
class SandboxObjects {
public:
  /// What schedules do in it.
  struct Scheduling {
    bool of_new_flows = false; ///< flows made through the API run by theirs
    std::uint64_t most_runs = kMostRuns;
  };

  SandboxObjects(std::string_view its_organisation, std::string_view its_name, std::uint64_t seed_of_ids);
  SandboxObjects(std::string_view its_organisation, std::string_view its_name, std::uint64_t seed_of_ids,
                 const Scheduling &scheduling, contract::Reading its_reading = {});

  const std::string organisation;
  const std::string name;
  const std::string name_text;         ///< JSON string text
  const std::string id_text;           ///< sandboxId, JSON string text
  const std::string organisation_text; ///< JSON string text
  const contract::Reading reading;     ///< as in Settings

  /// Whether transactions have changed something that is not in a store yet; never where there is none.
  bool has_unkept() const { return has_unkept_; }
  /// All that has been changed until now is in the store.
  void set_kept();

private:
  friend class Transaction;

  std::mutex mutex_; ///< one, so that what happens to the sandbox is linearizable
  SandboxState state_;
  std::atomic<bool> has_unkept_ = false;
};

} // namespace flow::mock
