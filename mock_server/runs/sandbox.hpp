#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mock_server/id_source.hpp"
#include "mock_server/runs/run.hpp"
#include "mock_server/runs/seed.hpp"

namespace flow::mock {

/// Lets unordered containers of strings be asked with a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// The runs of one sandbox, by id and numbered in the order of their making.
class RunStore {
public:
  /// The run of that id, or null. Valid until the store goes.
  Run *find(std::string_view id);

  /// Adds a run; null, and nothing done, where its id is taken.
  Run *add(Run run);

  [[nodiscard]] std::uint64_t size() const { return runs_.size(); }
  Run &at(std::uint64_t number) { return runs_.at(number); }

private:
  std::deque<Run> runs_; ///< never moved: ids below point into them
  std::unordered_map<std::string_view, Run *> by_id_;
};

/// A flow as it stands in one sandbox.
struct SandboxFlow {
  std::shared_ptr<const Flow> flow;
  std::string etag;
  std::string delta_column;
  Run *last_run = nullptr; ///< the one started last; null: none yet
};

/// One organisation's sandbox: runs and flows of its own, and one lock, so that what happens to them is
/// linearizable.
struct Sandbox {
  Sandbox(std::string_view organisation, std::string_view name, std::uint64_t id_seed);

  // To be called with `mutex` held:

  /// Ends the run if its time has come.
  void settle(Run &run, std::int64_t now_ms);
  /// The run of that id, ended if its time has come, or null.
  Run *find_run(std::string_view run_id, std::int64_t now_ms);
  /// Adds a run, which may become its flow's last; null where its id is taken.
  Run *add_run(Run run);
  /// The flow of that id, or null.
  SandboxFlow *find_flow(std::string_view flow_id);

  const std::string name_text;         ///< JSON string text
  const std::string id_text;           ///< sandboxId, JSON string text
  const std::string organisation_text; ///< JSON string text
  IdSource ids;
  std::mutex mutex; ///< held while runs and flows are read or changed
  RunStore runs;
  std::vector<SandboxFlow> flows;
};

/// Every sandbox there is. Each starts as a copy of the seed when it is first asked for.
class Sandboxes {
public:
  /// `deterministic` as in Settings.
  Sandboxes(const Seed &seed, std::optional<std::uint64_t> deterministic);

  /// The sandbox of that organisation and name; safe to call from several threads.
  Sandbox &of(std::string_view organisation, std::string_view name, std::int64_t now_ms);

private:
  std::unique_ptr<Sandbox> make(std::string_view organisation, std::string_view name,
                                std::int64_t now_ms) const;

  const Seed &seed_;
  const std::optional<std::uint64_t> deterministic_;
  std::shared_mutex mutex_; ///< of the map, not of what is in it
  std::unordered_map<std::string, std::unique_ptr<Sandbox>, TextHash, std::equal_to<>> sandboxes_;
};

} // namespace flow::mock
