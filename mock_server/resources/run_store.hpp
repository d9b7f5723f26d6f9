#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mock_server/clock/revision.hpp"
#include "mock_server/resources/run.hpp"
#include "mock_server/resources/run_index.hpp"

namespace flow::mock {

/// The runs of one sandbox, by id and numbered in the order of their making. A deleted run leaves its number
/// vacant. Runs stay where they are, and are changed through change() alone.
class RunStore {
public:
  /// The run of that id, or null. Valid until it is deleted.
  [[nodiscard]] const Run *find(std::string_view id) const;

  /// Adds a run; null, and nothing done, where its id is taken. Where memory runs out, nothing is done.
  const Run *add(Run run);

  /// Puts a run in the place of the one with its id, which has to be there.
  const Run *replace(Run run);

  /// Calls `function` with the run, to change all of it but its id and number. Where that throws, or memory
  /// runs out, the run stays as it was.
  template <typename Function> void change(const Run &run, Function function) {
    Run &its = runs_[run.number];
    touch(its.number);
    Run changed = its;
    function(changed);
    index_.change(RunKeys(its), RunKeys(changed), its.number);
    its = std::move(changed);
    revision_.change();
  }

  /// Gives a run its flow as it stands now: one with the same id. Takes no memory.
  void set_flow(std::uint64_t number, const std::shared_ptr<const Flow> &flow) {
    runs_[number].flow = flow;
    revision_.change();
  }

  /// False where there is no run of that id.
  bool remove(std::string_view id);

  /// Adds a run with the number that it has, which is above all others; those between stay vacant.
  void add_numbered(Run run);
  /// Puts a run at the number that it has, which is vacant or above all others; its id is free.
  const Run &put_numbered(Run run);

  /// From now on notes which runs are added, changed or removed; that of a flow that is changed is the same.
  void watch() { is_watched_ = true; }
  /// Notes that what belongs to a run, but does not stand in it, was changed.
  void touch(std::uint64_t number) {
    if (is_watched_ && (touched_.empty() || touched_.back() != number)) {
      touched_.push_back(number);
    }
  }
  [[nodiscard]] bool is_touched() const { return !touched_.empty(); }
  /// The numbers of the runs noted since the last call, each once, in their order.
  std::vector<std::uint64_t> take_touched();

  /// Changes with every run that is added, changed or removed.
  [[nodiscard]] std::uint64_t revision() const { return revision_.value(); }

  /// Makes room for so many runs in all.
  void reserve(std::uint64_t runs) { by_id_.reserve(runs); }

  [[nodiscard]] std::uint64_t size() const { return runs_.size(); } ///< numbers given out
  [[nodiscard]] std::uint64_t count() const { return by_id_.size(); }
  [[nodiscard]] bool is_vacant(std::uint64_t number) const { return runs_[number].id.empty(); }
  [[nodiscard]] const Run &at(std::uint64_t number) const { return runs_[number]; }

  /// Finds those that are not vacant.
  [[nodiscard]] const RunIndex &index() const { return index_; }

  template <typename Function> void for_each(Function function) const {
    for (const Run &run : runs_) {
      if (!run.id.empty()) {
        function(run);
      }
    }
  }

private:
  struct IdHash : TextHash {
    using TextHash::operator();
    std::size_t operator()(const Run *run) const { return (*this)(std::string_view(run->id)); }
  };
  struct SameId {
    using is_transparent = void;
    static std::string_view id_of(std::string_view id) { return id; }
    static std::string_view id_of(const Run *run) { return run->id; }
    template <typename Left, typename Right> bool operator()(const Left &left, const Right &right) const {
      return id_of(left) == id_of(right);
    }
  };

  std::deque<Run> runs_; ///< by number; never moved
  std::unordered_set<Run *, IdHash, SameId> by_id_;
  RunIndex index_;
  Revision revision_;
  bool is_watched_ = false;
  std::vector<std::uint64_t> touched_;
};

} // namespace flow::mock
