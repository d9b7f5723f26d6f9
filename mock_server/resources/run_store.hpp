#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>

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
};

} // namespace flow::mock
