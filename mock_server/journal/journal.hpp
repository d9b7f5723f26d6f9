#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/judge/judge.hpp"
#include "contracts/model/contract.hpp"
#include "mock_server/journal/secret_values.hpp"
#include "mock_server/store/store.hpp"

namespace flow::mock {

struct Exchange;

/// One request and its answer, as far as they are kept: no secrets; of long texts the beginning
/// (journal/kept_text.hpp).
struct JournalEntry {
  /// Bytes of each text that are kept at most.
  static constexpr std::size_t kTargetBytes = 2048;
  static constexpr std::size_t kHeaderBytes = 8192; ///< of all fields together
  static constexpr std::size_t kBodyBytes = 4096;

  std::uint64_t number = 0;     ///< counts the exchanges of the mock, in the order of their answers
  std::int64_t at_ms = 0;       ///< when the request came, on its sandbox's clock
  std::int64_t duration_us = 0; ///< real time
  std::string method;
  std::string target;  ///< path and query
  std::string headers; ///< lines "name: value\n"
  std::string body;
  int status = 0;
  std::string answer_headers; ///< lines likewise
  std::string answer;         ///< body
  std::string_view operation; ///< as in Asked
  std::string_view error;     ///< as in Exchange
  std::string request_id;
  std::string run;
  std::string made_run;
  std::string faults;
  std::vector<contract::ClauseNumber> clauses; ///< it is a case of
  bool violated = false;                       ///< one of them is a breach by the application
  bool target_cut = false;
  bool headers_cut = false;
  bool body_cut = false;
  bool answer_cut = false;
  std::size_t bytes = 0; ///< of memory that it takes

  /// As a record of a store, by which it is the same in another version of the mock, too.
  std::string record() const;
  /// Throws BadRecord.
  static JournalEntry of_record(std::string_view bytes);
};

/// What to look for in a journal: the exchanges that are as every member says. An empty one asks for nothing.
struct JournalFilter {
  std::string method{};
  std::string path{}; ///< glob, as in Fault: of the whole path, or of that below the service's
  std::string operation{};
  std::string run{}; ///< retried, read, updated or made
  std::optional<int> status{};
  std::string fault{};
  std::optional<contract::ClauseNumber> clause{};
  std::optional<bool> violated{};
  std::optional<std::int64_t> from_ms{}; ///< of at_ms, inclusive
  std::optional<std::int64_t> to_ms{};   ///< likewise
};

/// Which of the entries that pass a filter, and what of them.
struct JournalPage {
  std::size_t limit = 0;                                            ///< only the last so many
  std::uint64_t before = std::numeric_limits<std::uint64_t>::max(); ///< of the entries with lower numbers
  bool brief = false;                                               ///< without headers, bodies and clauses
};

/// A member of a filter that an entry does not pass.
struct JournalDifference {
  std::string_view filter; ///< as the parameter of GET /__admin/requests
  contract::Json wanted;
  contract::Json is; ///< in the entry
};

/// What a journal keeps at most.
struct JournalSize {
  std::size_t exchanges = 1000;               ///< 0: none
  std::size_t bytes = std::size_t{16} << 20U; ///< of memory
};

/// The latest exchanges of one sandbox, or of those that reached none; the oldest go first. Takes memory as
/// it is used, and gives it back when it is cleared. Secrets are removed before anything is kept. Safe to use
/// from several threads.
class Journal {
public:
  /// Exchanges are numbered from `numbers`, which has to outlive it.
  Journal(JournalSize size, std::atomic<std::uint64_t> &numbers) : size_(size), numbers_(numbers) {}

  struct Times {
    std::int64_t at_ms;
    std::int64_t duration_us;
  };

  /// Notes an exchange that is about to be delivered, without those secrets; returns its number.
  std::uint64_t add(const Exchange &exchange, const SecretValues &secrets, Times times);

  void clear();

  /// From now on notes what append_changes has to write.
  void watch_changes();
  /// Appends what has been changed since it was last appended: each exchange at the place of one that has
  /// gone, so that there are never more than the journal's capacity.
  void append_changes(SandboxChanges &changes);
  /// What was appended is not there, or no more: it is all to be appended again.
  void append_all_again();
  /// Adds what append_changes wrote; in the order of numbers once end_kept is called. put_kept throws
  /// BadRecord.
  void put_kept(std::string_view key, std::string_view record);
  void end_kept();
  /// Forgets all, and what is to be appended, for put_kept to say what there is.
  void begin_kept();
  /// Takes in what others have appended since, or cleared: by place; none is given twice. What it has still
  /// to append itself comes behind, with new numbers. False, and nothing done, where it does not follow upon
  /// what is here: all of it is to be read. Throws BadRecord.
  [[nodiscard]] bool apply(std::span<const EntityChange> changes);

  std::size_t capacity() const { return size_.exchanges; }
  /// How many have gone for want of room since the beginning, or the last clear().
  std::uint64_t dropped() const;
  std::size_t size() const; ///< how many are kept
  /// How often it was cleared.
  std::uint64_t cleared() const;
  /// The number of the last that went for want of room; 0: none did.
  std::uint64_t last_dropped() const;
  /// When the latest that is kept came.
  std::optional<std::int64_t> last_at_ms() const;
  /// Of memory that the exchanges take.
  std::size_t bytes() const;

  /// Those that pass the filter, newest last.
  std::vector<JournalEntry> find(const JournalFilter &filter, const JournalPage &page) const;
  std::vector<JournalEntry> find(const JournalFilter &filter, std::size_t limit) const {
    return find(filter, JournalPage{.limit = limit});
  }
  /// The entry of that number, if it is kept.
  std::optional<JournalEntry> entry(std::uint64_t number) const;
  /// The number of the latest entry with that request id, if one is kept.
  std::optional<std::uint64_t> number_of(std::string_view request_id) const;
  /// The first `most` of the entries behind that number and up to `last`, newest last, in brief.
  std::vector<JournalEntry> behind(std::uint64_t number, std::uint64_t last, std::size_t most) const;
  /// The `limit` entries that fail the fewest members of the filter, but some; the latest first.
  struct Near {
    JournalEntry entry;
    std::vector<JournalDifference> differences;
  };
  std::vector<Near> nearest(const JournalFilter &filter, std::size_t limit) const;
  /// When each of those came, in the same order.
  std::vector<std::int64_t> times(const JournalFilter &filter) const;

private:
  friend struct StoredEntries;             ///< of tests: what is stored, not what is told
  using Entries = std::list<JournalEntry>; ///< nodes are used again

  void raise_numbers(std::uint64_t newest);

  class Slot;
  void drop_oldest(Entries &dropped); ///< with `mutex_` held
  /// The memory that an entry takes. Memory that was asked for longer texts, and is not used, is given back.
  static std::size_t fit(JournalEntry &entry);

  const JournalSize size_;
  std::atomic<std::uint64_t> &numbers_;
  mutable std::mutex mutex_;
  Entries entries_;         ///< oldest first
  std::size_t filling_ = 0; ///< entries that are about to be added
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t last_dropped_ = 0;
  std::uint64_t cleared_ = 0;

  struct Unkept {
    bool is_watched = false;
    std::size_t entries = 0;  ///< at the end of entries_
    std::uint64_t next = 0;   ///< the next is appended at this place, modulo the capacity
    std::uint64_t gone = 0;   ///< so many places hold what has been cleared
    std::uint64_t newest = 0; ///< of the entries that are put back: the highest number
  };
  Unkept unkept_;
};

} // namespace flow::mock
