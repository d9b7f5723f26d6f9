#include "mock_server/journal/violation_log.hpp"

#include <algorithm>
#include <utility>

namespace flow::mock {

namespace {

bool is_of(const ViolationEntry &entry, std::string_view organisation, std::string_view sandbox) {
  return entry.organisation == organisation && entry.sandbox == sandbox;
}

} // namespace

void ViolationLog::add(ViolationEntry entry) {
  const std::lock_guard lock(mutex_);
  const auto sum = sums_.try_emplace(key_of(entry), ViolationSum{.first = entry, .times = 0}).first;
  ++sum->second.times;
  ++total_;
  if (entries_.size() < kKept) {
    entries_.push_back(std::move(entry));
  }
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
  std::vector<ViolationEntry>().swap(entries_); // with its memory, which assigning {} keeps
  sums_.clear();
}

void ViolationLog::clear(std::string_view organisation, std::string_view sandbox) {
  const std::lock_guard lock(mutex_);
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
