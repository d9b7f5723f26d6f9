#include "mock_server/journal/violation_log.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "mock_server/store/record.hpp"

namespace flow::mock {

namespace {

constexpr char kEntry = 'e'; ///< a key begins with it, then a number follows
constexpr char kSum = 's';   ///< then the clause's id follows, and whether it is missing

void write(RecordWriter &record, const ViolationEntry &entry) {
  record.text(contract::clause(entry.clause).id)
      .text(entry.method)
      .text(entry.path)
      .text(entry.organisation)
      .text(entry.sandbox)
      .signed_number(entry.at_ms)
      .number(entry.number)
      .flag(entry.is_missing);
}

/// Nothing where there is no such clause any more.
std::optional<ViolationEntry> read_entry(RecordReader &record) {
  const auto clause = contract::clause_number(record.text());
  ViolationEntry entry;
  for (std::string *text : {&entry.method, &entry.path, &entry.organisation, &entry.sandbox}) {
    *text = record.text();
  }
  entry.at_ms = record.signed_number();
  entry.number = record.number();
  entry.is_missing = record.flag();
  entry.clause = clause.value_or(0);
  return clause ? std::optional(std::move(entry)) : std::nullopt;
}

bool is_of(const ViolationEntry &entry, std::string_view organisation, std::string_view sandbox) {
  return entry.organisation == organisation && entry.sandbox == sandbox;
}

} // namespace

void ViolationLog::add(ViolationEntry entry) {
  const std::lock_guard lock(mutex_);
  const auto sum = sums_.try_emplace(key_of(entry), ViolationSum{.first = entry, .times = 0}).first;
  ++sum->second.times;
  ++total_;
  ++revision_;
  if (entries_.size() < kKept) {
    entries_.push_back(std::move(entry));
  }
}

std::map<std::string, std::string> ViolationLog::kept() const {
  std::map<std::string, std::string> records;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    RecordWriter record;
    write(record, entries_[i]);
    records.emplace(kEntry + number_key(i), record.take());
  }
  for (const auto &[key, sum] : sums_) {
    RecordWriter record;
    write(record, sum.first);
    record.number(sum.times);
    records.emplace(kSum + contract::clause(key.first).id + (key.second ? "-" : "+"), record.take());
  }
  return records;
}

void ViolationLog::put_kept(std::string_view key, std::string_view bytes) {
  RecordReader record(bytes);
  auto entry = read_entry(record);
  const std::lock_guard lock(mutex_);
  ++revision_;
  if (key.starts_with(kSum)) {
    const std::uint64_t times = record.number();
    if (entry) {
      total_ += times;
      const Key place = key_of(*entry);
      sums_.insert_or_assign(place, ViolationSum{.first = *std::move(entry), .times = times});
    }
  } else if (entry) {
    entries_.push_back(*std::move(entry));
  }
  record.end();
}

void ViolationLog::rebuild(const Records &before, const Records &now) {
  ViolationLog last;
  for (const auto &[key, record] : before) {
    last.put_kept(key, record);
  }
  ViolationLog all;
  for (const auto &[key, record] : now) {
    all.put_kept(key, record);
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t i = last.entries_.size(); i < entries_.size() && all.entries_.size() < kKept; ++i) {
    all.entries_.push_back(entries_[i]);
  }
  for (const auto &[key, sum] : sums_) {
    const auto known = last.sums_.find(key);
    const std::uint64_t times = known == last.sums_.end() ? 0 : known->second.times;
    if (sum.times > times) {
      ViolationSum first{.first = sum.first, .times = 0};
      all.sums_.try_emplace(key, std::move(first)).first->second.times += sum.times - times;
      all.total_ += sum.times - times;
    }
  }
  entries_.swap(all.entries_);
  sums_.swap(all.sums_);
  total_ = all.total_.load();
  ++revision_;
}

std::vector<ViolationEntry> ViolationLog::all() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::vector<ViolationSum> ViolationLog::sums() const {
  const std::lock_guard lock(mutex_);
  std::vector<ViolationSum> broken;
  for (const auto &[key, sum] : sums_) {
    if (sum.times > 0) {
      broken.push_back(sum);
    }
  }
  return broken;
}

void ViolationLog::clear() {
  const std::lock_guard lock(mutex_);
  total_ = 0;
  ++revision_;
  std::vector<ViolationEntry>().swap(entries_); // with its memory, which assigning {} keeps
  sums_.clear();
}

void ViolationLog::clear(std::string_view organisation, std::string_view sandbox) {
  const std::lock_guard lock(mutex_);
  ++revision_;
  for (const ViolationEntry &entry : entries_) {
    if (is_of(entry, organisation, sandbox)) {
      --sums_.at(key_of(entry)).times;
      --total_;
    }
  }
  std::erase_if(entries_, [&](const ViolationEntry &entry) { return is_of(entry, organisation, sandbox); });
  for (const ViolationEntry &entry : entries_) {
    ViolationSum &sum = sums_.at(key_of(entry));
    if (is_of(sum.first, organisation, sandbox)) {
      sum.first = entry;
    }
  }
}

} // namespace flow::mock
