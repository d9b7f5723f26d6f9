#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mock_server/resources/id_source.hpp"
#include "mock_server/resources/run.hpp"
#include "mock_server/resources/run_store.hpp"
#include "mock_server/resources/schedule.hpp"
#include "mock_server/sandbox/sandbox_documents.hpp"
#include "mock_server/seed/seed.hpp"
#include "mock_server/store/store.hpp"

namespace flow::mock {

/// When a flow that runs by its schedule has its next run.
struct RunTimes {
  Schedule schedule; ///< counted from its last run, where its rate was changed since
  Schedule given;    ///< as the flow says it
  std::optional<std::int64_t> next_ms;
  std::int64_t window_from_ms = 0; ///< where the next run's window starts
  bool has_run = false;            ///< then that is its last run's time
};

/// A flow as it stands in one sandbox.
struct SandboxFlow {
  std::shared_ptr<const Flow> flow;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::string etag;
  std::string delta_column;
  RetryScript script;                ///< of its new runs whose own script does not speak of them
  const Run *last_run = nullptr;     ///< see SandboxState::last_run
  std::optional<RunTimes> runs_at{}; ///< nothing: it makes no runs by itself
};

struct KeptRun;
class SandboxObjects;

/// The runs, flows and other documents of one sandbox. Within a mock only a Transaction gives access to it;
/// runs and flows that it returns are its own, and are valid as long as the transaction and until they are
/// replaced or removed.
struct SandboxState {
  explicit SandboxState(std::uint64_t seed_of_ids) : id_seed(seed_of_ids), ids(seed_of_ids) {}

  /// Makes it a copy of the seed, and nothing but that.
  void load(const Seed &seed, std::int64_t now_ms);

  /// Ends every run whose time has come, and starts those that schedules make, one after the other.
  void settle(std::int64_t now_ms);
  /// Whether settle has something to do.
  bool is_anything_due(std::int64_t now_ms) const;
  /// When the last run ends, and when that one does; nothing where none will.
  std::optional<std::int64_t> last_end() const;
  std::optional<std::int64_t> end_of(std::string_view run_id) const;
  /// The run of that id, or null.
  const Run *find_run(std::string_view run_id) const { return runs.find(run_id); }

  /// Adds a run, which may become its flow's last; null where its id is taken.
  const Run *add_run(Run run);
  /// Likewise for one that starts now, as `script` said if it is not null, which goes on to what it says of
  /// the next. Where the run ended at once, that is told.
  const Run *start_run(Run run, RetryScript *script);
  /// Puts a run in the place of the one with its id, which has to be there.
  const Run *replace_run(Run run);
  bool remove_run(std::string_view run_id);
  /// Gives a run another script.
  void set_script(const Run &run, const std::shared_ptr<RetryScript> &script);
  /// A request has asked for that run.
  void touch(std::string_view run_id);
  /// Tells who listens that a run has just ended.
  void tell_end(const Run &run) const;

  /// An id that no run here has, and one that no flow has: also where a snapshot brought back runs whose ids
  /// are drawn anew.
  std::string fresh_run_id();
  std::string fresh_flow_id();

  /// Who has made and changed a run where one did both, as JSON string text. Runs that follow each other are
  /// mostly made by the same, and share it.
  std::shared_ptr<const Actors> actors(const std::string &one);

  /// The flow's run that was started last, or null.
  const Run *last_run(const SandboxFlow &flow);

  /// The flow of that id, or null.
  SandboxFlow *find_flow(std::string_view flow_id);
  /// Adds a flow, or replaces the one with its id, whose runs stay. Where memory runs out, nothing is done.
  SandboxFlow &put_flow(const std::shared_ptr<const Flow> &flow, std::int64_t now_ms);
  /// Removes the flows of those ids, which have no runs.
  void remove_flows(const std::vector<std::string> &flow_ids);
  /// Removes the flow of that id, which has to be there. Its runs stay. Where memory runs out, nothing is
  /// done.
  void delete_flow(const std::string &flow_id);
  /// The ids of the flows with that source or target connection.
  std::vector<std::string> flows_of_connection(std::string_view connection_id);

  /// Lets a flow that has just been made, or is a draft no more, run at once if its time has begun.
  void begin_schedule(SandboxFlow &flow, std::int64_t now_ms);
  /// How many runs schedules make until that moment.
  std::uint64_t scheduled_until(std::int64_t moment_ms);
  bool has_schedules() const { return !scheduled_.empty(); }

  /// What a new run has of its own, made at `now_ms` by `makers`: as scripted, fresh where the script says
  /// nothing.
  NewRun fresh_run(const ScriptedRetry &next, std::shared_ptr<const Actors> makers, std::int64_t now_ms);

  /// The documents of a resource that is neither runs nor flows.
  DocumentStore &documents(const contract::Resource &resource, const SandboxObjects &sandbox);

  /// Adds a document of such a resource as a seed gives it, or replaces the one with its id. Times without a
  /// date are `now_ms`.
  void put_document(const contract::Resource &resource, SeededDocument document,
                    const SandboxObjects &sandbox, std::int64_t now_ms);

  /// From now on notes what is changed, for append_changes. `with_ids`: also where the ids have come to.
  void watch_changes(bool with_ids);
  /// Whether anything has been changed since it was watched or last appended.
  bool is_touched() const;
  /// Notes that a member of the flow was changed which put_flow does not set.
  void touch_flow(const std::string &flow_id);
  /// Notes that all of it is other than the seed of the mock says.
  void touch_all() { unkept_.is_whole = unkept_.is_watched; }
  /// Appends what has been changed: all there is where that is the first change since it was loaded.
  void append_changes(const SandboxObjects &sandbox, SandboxChanges &changes);
  /// Makes it what put_kept says, between begin_kept and end_kept, as append_changes wrote it. All throw
  /// BadRecord.
  void begin_kept(const Seed &seed, std::int64_t now_ms);
  void put_kept(const EntityChange &kept);
  void end_kept();
  /// Takes in what others have changed since in the store, in the order of Store::read: it becomes what it
  /// would be if it were read anew. False where it has to be, and then it is of no use any more: it has
  /// changes of its own, or is still a copy of the seed, and so are its documents. Throws BadRecord.
  [[nodiscard]] bool apply(std::span<const EntityChange> changes);

  /// When it became a copy of a seed. Its documents, which are made later, are as of then.
  std::int64_t loaded_at_ms() const { return documents_.loaded_at_ms(); }
  void set_loaded_at(std::int64_t at_ms) { documents_.set_loaded_at(at_ms); }

  /// The script that says what the next new run of `flow` shall come to: `script` (may be null), or the
  /// flow's; null: the defaults say it.
  static RetryScript *next_script(RetryScript *script, SandboxFlow *flow);
  /// What that script, or the defaults, say.
  ScriptedRetry scripted(const RetryScript *script) const;

  std::uint64_t id_seed; ///< with which its ids begin, also after a reset
  IdSource ids;
  RetryDefaults defaults;
  RunStore runs;
  /// By number, as they were added; changed through put_flow, remove_flows and delete_flow.
  std::map<std::uint64_t, SandboxFlow> flows;
  CreationOrder flows_by_creation;
  std::map<std::string, SandboxFlow, std::less<>> deleted_flows; ///< that have runs, by id
  /// Runs that a test has put here and no request has asked for.
  std::unordered_set<std::string, TextHash, std::equal_to<>> untouched_runs;
  std::uint64_t most_runs = kMostRuns;     ///< schedules make no more
  bool schedules_new_flows = false;        ///< whether flows made through the API run by their schedules
  std::uint64_t seeded_runs = 0;           ///< runs whose numbers are below are the seed's
  std::function<void(const Run &)> on_end; ///< called within the transaction; empty: nobody listens

private:
  /// A run that is to end. What has become of it since is seen when its time comes.
  struct Due {
    std::int64_t at_ms;
    std::uint64_t order;
    const Run *run;
    bool operator>(const Due &other) const {
      return at_ms != other.at_ms ? at_ms > other.at_ms : order > other.order;
    }
  };

  void watch(const Run &run);
  void end_next(std::int64_t now_ms);
  void schedule(SandboxFlow &flow, std::int64_t now_ms);
  void unschedule(const SandboxFlow &flow);
  void make_scheduled_run();
  SandboxFlow made_of(const std::shared_ptr<const Flow> &flow, std::int64_t now_ms);
  void add_flow(SandboxFlow flow);
  void forget_flow(const std::string &flow_id, const std::vector<std::string> &connections);
  void replace_flow(SandboxFlow &place, SandboxFlow flow);
  void note_connections(const std::vector<std::string> &ids, const std::string &flow_id);
  void forget_connections(const std::vector<std::string> &ids, const std::string &flow_id);
  void append_run(std::uint64_t number, SandboxChanges &changes);
  void append_script(const std::shared_ptr<RetryScript> &script, SandboxChanges &changes);
  void append_flow(const std::string &flow_id, SandboxChanges &changes);
  void append_documents(const SandboxObjects &sandbox, SandboxChanges &changes);
  void note_script_of(const Run &gone);
  std::string own_record() const;
  void put_kept_own(std::string_view bytes);
  void put_kept_script(std::uint64_t number, std::string_view bytes);
  void put_kept_flow(std::string_view bytes);
  void put_kept_run(KeptRun kept);
  using Changes = std::span<const EntityChange>;
  bool apply_own(std::string_view bytes);
  std::shared_ptr<RetryScript> apply_script(std::uint64_t number, const std::optional<std::string> &bytes);
  bool apply_flow(const EntityChange &change);
  bool apply_documents(Changes changes);
  void apply_runs(Changes changes);
  void apply_run(KeptRun kept);
  void take_out(const Run &run);
  void make_documents_anew();
  void set_flow_of_runs(const std::shared_ptr<const Flow> &flow);

  static bool is_still(const Due &due);
  void forget_replaced_endings();
  void find_last_runs();

  using FlowPlace = std::map<std::uint64_t, SandboxFlow>::iterator; ///< in `flows`
  std::unordered_map<std::string, FlowPlace, TextHash, std::equal_to<>> flow_places_;
  std::uint64_t next_flow_ = 0;                              ///< number
  std::set<std::pair<std::int64_t, std::string>> scheduled_; ///< when flows have their next runs
  SandboxDocuments documents_;
  /// The ids of flows by those of their connections; nothing until somebody asks.
  using FlowsOfConnections =
      std::unordered_map<std::string, std::unordered_set<std::string>, TextHash, std::equal_to<>>;
  std::optional<FlowsOfConnections> flows_of_connections_;
  struct DueRuns : std::priority_queue<Due, std::vector<Due>, std::greater<>> {
    using priority_queue::priority_queue;
    const std::vector<Due> &all() const { return c; }
  };
  DueRuns due_;
  std::uint64_t due_made_ = 0;
  std::shared_ptr<const Actors> last_actors_; ///< that were asked for; null: none yet
  bool last_runs_are_stale_ = false;          ///< since a run was replaced or deleted

  /// What append_changes has to write.
  struct Unkept {
    bool is_watched = false;
    bool with_ids = false;
    bool starts_over = false;   ///< what was written before holds no more
    bool is_whole = false;      ///< all there is
    bool is_written = false;    ///< what is not noted stands in the store as it is; else it is the seed's
    bool has_documents = false; ///< likewise of the documents
    std::set<std::string> flows{};
    std::vector<std::uint64_t> scripts{}; ///< that no run has any more
    std::string own_record{};             ///< as written or loaded
  };
  Unkept unkept_;
  std::uint64_t next_script_ = 1; ///< number
  /// Those that a store has, by number.
  std::unordered_map<std::uint64_t, std::weak_ptr<RetryScript>> scripts_;
  /// While it is put together.
  struct Kept {
    std::map<std::uint64_t, std::shared_ptr<RetryScript>> scripts;
    std::map<std::string, std::shared_ptr<const Flow>, std::less<>> flows;
    std::shared_ptr<const Actors> actors; ///< of the last run
    std::vector<SandboxDocuments::Kept> documents;
    std::map<std::uint64_t, SandboxFlow> flows_by_number;
    bool has_documents = false;
  };
  std::unique_ptr<Kept> kept_;
};

} // namespace flow::mock
