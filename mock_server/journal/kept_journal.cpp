#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "contracts/model/errors.hpp"
#include "contracts/model/operations.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/store/record.hpp"

/// The part of the journal that writes it to a store, and reads it from there.
namespace flow::mock {

namespace {

/// By which clauses are known in other versions, in a few bytes: the sums of their ids.
const std::vector<std::uint32_t> &clause_marks() {
  static const std::vector<std::uint32_t> kMarks = [] {
    std::vector<std::uint32_t> marks;
    for (std::size_t number = 0; number < contract::clause_count(); ++number) {
      marks.push_back(sum_of(contract::clause(static_cast<contract::ClauseNumber>(number)).id));
    }
    return marks;
  }();
  return kMarks;
}

std::optional<contract::ClauseNumber> clause_with(std::uint64_t mark) {
  static const std::unordered_map<std::uint64_t, contract::ClauseNumber> kClauses = [] {
    std::unordered_map<std::uint64_t, contract::ClauseNumber> clauses;
    for (std::size_t number = 0; number < clause_marks().size(); ++number) {
      clauses.emplace(clause_marks()[number], static_cast<contract::ClauseNumber>(number));
    }
    return clauses;
  }();
  const auto found = kClauses.find(mark);
  return found == kClauses.end() ? std::nullopt : std::optional(found->second);
}

/// The name as it stands in the contract's data, which outlives all entries; empty where it has none such.
template <typename Named> std::string_view name_in(const std::vector<Named> &all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Named &each) { return each.name == name; });
  return found == all.end() ? std::string_view() : std::string_view(found->name);
}

} // namespace

std::string JournalEntry::record() const {
  RecordWriter record;
  record.number(number)
      .signed_number(at_ms)
      .signed_number(duration_us)
      .text(method)
      .text(target)
      .text(headers)
      .text(body)
      .signed_number(status)
      .text(answer_headers)
      .text(answer)
      .text(operation)
      .text(error)
      .text(request_id)
      .text(run)
      .text(made_run)
      .text(faults)
      .flag(violated)
      .flag(target_cut)
      .flag(headers_cut)
      .flag(body_cut)
      .flag(answer_cut)
      .number(clauses.size());
  for (const contract::ClauseNumber clause : clauses) {
    record.number(clause_marks()[clause]);
  }
  return record.take();
}

JournalEntry JournalEntry::of_record(std::string_view bytes) {
  RecordReader record(bytes);
  JournalEntry entry;
  entry.number = record.number();
  entry.at_ms = record.signed_number();
  entry.duration_us = record.signed_number();
  for (std::string *text : {&entry.method, &entry.target, &entry.headers, &entry.body}) {
    *text = record.text();
  }
  entry.status = static_cast<int>(record.signed_number());
  entry.answer_headers = record.text();
  entry.answer = record.text();
  entry.operation = name_in(contract::operations(), record.text());
  entry.error = name_in(contract::errors(), record.text());
  for (std::string *text : {&entry.request_id, &entry.run, &entry.made_run, &entry.faults}) {
    *text = record.text();
  }
  for (bool *flag :
       {&entry.violated, &entry.target_cut, &entry.headers_cut, &entry.body_cut, &entry.answer_cut}) {
    *flag = record.flag();
  }
  for (std::uint64_t left = record.number(); left > 0; --left) {
    if (const auto clause = clause_with(record.number())) {
      entry.clauses.push_back(*clause);
    }
  }
  record.end();
  return entry;
}

void Journal::watch_changes() {
  const std::lock_guard lock(mutex_);
  unkept_.is_watched = true;
}

void Journal::append_changes(SandboxChanges &changes) {
  const std::lock_guard lock(mutex_);
  for (std::uint64_t place = 0; place < unkept_.gone; ++place) {
    changes.entities.push_back({EntityKind::journal, number_key(place), std::nullopt});
  }
  unkept_.gone = 0;
  auto entry = std::prev(entries_.end(), static_cast<std::ptrdiff_t>(unkept_.entries));
  for (; entry != entries_.end(); ++entry) {
    const std::uint64_t place = unkept_.next++ % size_.exchanges;
    changes.entities.push_back({EntityKind::journal, number_key(place), entry->record()});
  }
  unkept_.entries = 0;
}

void Journal::append_all_again() {
  const std::lock_guard lock(mutex_);
  unkept_.entries = entries_.size();
  unkept_.gone = std::max(unkept_.gone, std::min<std::uint64_t>(unkept_.next, size_.exchanges));
  unkept_.next = 0;
}

void Journal::put_kept(std::string_view key, std::string_view record) {
  const std::uint64_t place = number_of_key(key);
  JournalEntry entry = JournalEntry::of_record(record);
  const std::lock_guard lock(mutex_);
  unkept_.gone = place + 1; // until end_kept: how many places there are
  if (entry.number >= unkept_.newest) {
    unkept_.newest = entry.number;
    unkept_.next = place + 1;
  }
  entries_.push_back(std::move(entry));
}

void Journal::end_kept() {
  const std::lock_guard lock(mutex_);
  if (entries_.empty()) {
    return;
  }
  entries_.sort([](const JournalEntry &a, const JournalEntry &b) { return a.number < b.number; });
  raise_numbers(entries_.back().number);
  for (JournalEntry &entry : entries_) {
    entry.bytes = fit(entry);
    bytes_ += entry.bytes;
  }
  Entries dropped;
  while (!entries_.empty() && (bytes_ > size_.bytes || entries_.size() > size_.exchanges)) {
    drop_oldest(dropped);
  }
  dropped_ = 0;
  const std::uint64_t places = unkept_.gone;
  const bool has_room = places <= size_.exchanges;
  unkept_.entries = has_room ? 0 : entries_.size(); // it was larger: all take other places
  unkept_.gone = has_room ? 0 : unkept_.gone;
  const bool is_full = unkept_.next <= places - 1 || places == size_.exchanges;
  unkept_.next = !has_room ? 0 : is_full ? unkept_.next + size_.exchanges : unkept_.next;
}

/// The next is numbered above that.
void Journal::raise_numbers(std::uint64_t newest) {
  std::uint64_t now = numbers_;
  while (now < newest && !numbers_.compare_exchange_weak(now, newest)) {
  }
}

void Journal::begin_kept() {
  Entries forgotten;
  const std::lock_guard lock(mutex_);
  forgotten.swap(entries_);
  bytes_ = 0;
  unkept_ = {.is_watched = unkept_.is_watched};
}

namespace {

/// What others have put into a journal, in the order of numbers.
struct Incoming {
  explicit Incoming(std::span<const EntityChange> changes) {
    for (const EntityChange &change : changes) {
      const std::uint64_t place = number_of_key(change.key);
      if (change.value) {
        put.push_back({.place = place, .entry = JournalEntry::of_record(*change.value)});
      } else {
        is_cleared = true;
      }
    }
    std::sort(put.begin(), put.end(),
              [](const Put &a, const Put &b) { return a.entry.number < b.entry.number; });
  }
  /// Whether their places follow each other from that one on, in a journal with so many.
  [[nodiscard]] bool follow_from(std::uint64_t place, std::size_t places) const {
    return std::all_of(put.begin(), put.end(),
                       [&](const Put &each) { return each.place == place++ % places; });
  }

  struct Put {
    std::uint64_t place;
    JournalEntry entry;
  };
  std::vector<Put> put;
  bool is_cleared = false; ///< something was taken out
};

} // namespace

bool Journal::apply(std::span<const EntityChange> changes) {
  Incoming incoming(changes);
  if (size_.exchanges == 0 || changes.empty()) {
    return true;
  }
  Entries gone;
  Entries added;
  const std::lock_guard lock(mutex_);
  const bool is_cleared = incoming.is_cleared || !incoming.follow_from(unkept_.next, size_.exchanges);
  // Of those since it was cleared, all are here. Where it has gone round since, they begin anywhere.
  const bool is_round = incoming.put.size() == size_.exchanges;
  const std::uint64_t first = !is_cleared ? unkept_.next : is_round ? incoming.put.front().place : 0;
  if (unkept_.gone > 0 || !incoming.follow_from(first, size_.exchanges)) {
    return false;
  }
  for (auto &each : incoming.put) {
    added.push_back(std::move(each.entry));
    added.back().bytes = fit(added.back());
  }
  Entries own;
  own.splice(own.end(), entries_, std::prev(entries_.end(), static_cast<std::ptrdiff_t>(unkept_.entries)),
             entries_.end());
  if (is_cleared) {
    gone.splice(gone.end(), entries_);
    for (const JournalEntry &entry : gone) {
      bytes_ -= entry.bytes;
    }
    dropped_ = 0;
    last_dropped_ = 0;
    ++cleared_;
  }
  unkept_.next = first + incoming.put.size();
  if (!added.empty()) {
    const std::uint64_t newest = added.back().number;
    raise_numbers(newest);
    for (const JournalEntry &entry : added) {
      bytes_ += entry.bytes;
    }
    entries_.splice(entries_.end(), added);
    if (!own.empty() && own.front().number <= newest) {
      for (JournalEntry &entry : own) {
        entry.number = ++numbers_;
      }
    }
  }
  entries_.splice(entries_.end(), own);
  while (!entries_.empty() && (bytes_ > size_.bytes || entries_.size() > size_.exchanges)) {
    drop_oldest(gone);
  }
  return true;
}

} // namespace flow::mock
