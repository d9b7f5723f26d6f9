#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
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

/// The runs of one sandbox, by id and numbered in the order of their making. A deleted run leaves its number
/// vacant.
class RunStore {
public:
  /// The run of that id, or null. Valid until it is deleted.
  Run *find(std::string_view id);

  /// Adds a run; null, and nothing done, where its id is taken.
  Run *add(Run run);

  /// Puts a run in the place of the one with its id, which has to be there.
  Run *replace(Run run);

  /// False where there is no run of that id.
  bool remove(std::string_view id);

  [[nodiscard]] std::uint64_t size() const { return runs_.size(); } ///< numbers given out
  [[nodiscard]] std::uint64_t count() const { return by_id_.size(); }
  [[nodiscard]] bool is_vacant(std::uint64_t number) const { return runs_.at(number).id.empty(); }
  Run &at(std::uint64_t number) { return runs_.at(number); }

  template <typename Function> void for_each(Function function) {
    for (Run &run : runs_) {
      if (!run.id.empty()) {
        function(run);
      }
    }
  }

private:
  std::deque<Run> runs_; ///< never moved: ids below point into them
  std::unordered_map<std::string_view, Run *> by_id_;
};

/// A flow as it stands in one sandbox.
struct SandboxFlow {
  std::shared_ptr<const Flow> flow;
  std::string etag;
  std::string delta_column;
  RetryScript script;      ///< of its new runs whose own script does not speak of them
  Run *last_run = nullptr; ///< see Sandbox::last_run
};

/// One organisation's sandbox: runs and flows of its own, and one lock, so that what happens to them is
/// linearizable.
struct Sandbox {
  Sandbox(std::string_view its_organisation, std::string_view its_name, std::uint64_t seed_of_ids);

  // To be called with `mutex` held:

  /// Makes it a copy of the seed, and nothing but that.
  void load(const Seed &seed, std::int64_t now_ms);

  /// Ends every run whose time has come, one after the other as they end.
  void settle(std::int64_t now_ms);
  /// The run of that id, or null; all runs have ended whose time has come.
  Run *find_run(std::string_view run_id, std::int64_t now_ms);

  /// Adds a run, which may become its flow's last; null where its id is taken.
  Run *add_run(Run run);
  /// Likewise for one that starts now: where it ended at once, that is told.
  Run *start_run(Run run);
  /// Puts a run in the place of the one with its id, which has to be there.
  Run *replace_run(Run run);
  bool remove_run(std::string_view run_id);
  /// Tells who listens that a run has just ended.
  void tell_end(const Run &run) const;

  /// An id that no run here has, and one that no flow has: also where a snapshot brought back runs whose ids
  /// are drawn anew.
  std::string fresh_run_id();
  std::string fresh_flow_id();

  /// The flow's run that was started last, or null.
  Run *last_run(const SandboxFlow &flow);

  /// The flow of that id, or null.
  SandboxFlow *find_flow(std::string_view flow_id);
  /// Adds a flow, or replaces the one with its id, whose runs stay.
  SandboxFlow &put_flow(const std::shared_ptr<const Flow> &flow, std::int64_t now_ms);

  /// What the next new run of `flow` shall come to: the next entry of `script` (may be null), or of the
  /// flow's, or the defaults.
  ScriptedRetry take_scripted(RetryScript *script, SandboxFlow *flow) const;

  const std::string organisation;
  const std::string name;
  const std::string name_text;         ///< JSON string text
  const std::string id_text;           ///< sandboxId, JSON string text
  const std::string organisation_text; ///< JSON string text
  const std::uint64_t id_seed;
  IdSource ids;
  std::mutex mutex; ///< held while what follows is read or changed
  RetryDefaults defaults;
  RunStore runs;
  std::vector<SandboxFlow> flows;
  std::function<void(const Run &)> on_end; ///< called with `mutex` held; empty: nobody listens

private:
  /// A run that is to end. What has become of it since is seen when its time comes.
  struct Due {
    std::int64_t at_ms;
    std::uint64_t order;
    Run *run;
    bool operator>(const Due &other) const {
      return at_ms != other.at_ms ? at_ms > other.at_ms : order > other.order;
    }
  };

  void watch(Run &run);
  void find_last_runs();

  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t due_made_ = 0;
  bool last_runs_are_stale_ = false; ///< since a run was replaced or deleted
};

} // namespace flow::mock
