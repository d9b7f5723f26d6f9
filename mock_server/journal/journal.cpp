#include "mock_server/journal/journal.hpp"

#include <algorithm>
#include <utility>

#include <fnmatch.h>

#include "common/text.hpp"
#include "contracts/contract.hpp"
#include "mock_server/journal/kept_text.hpp"

namespace flow::mock {

namespace {

/// What is asked for and given out here is secret through and through.
bool is_of_token_service(const Request &request, const Trace &trace) {
  return trace.operation == "token" || path_of(request.target).starts_with("/ims/");
}

void keep(JournalEntry &entry, const Request &request, const Response &response, bool secret) {
  entry.method.assign(request.method.substr(0, 32));
  entry.target.clear();
  entry.target_cut = keep_target(entry.target, request.target, secret, JournalEntry::kTargetBytes);
  entry.headers.clear();
  entry.headers_cut = false;
  for (const HeaderField &field : request.headers) {
    entry.headers_cut |= keep_header(entry.headers, field.name, field.value, JournalEntry::kHeaderBytes);
  }
  entry.answer_headers.clear();
  entry.request_id.clear();
  for (const auto &[name, value] : response.headers) {
    if (name == "x-request-id") {
      entry.request_id.assign(value);
    }
    entry.headers_cut |= keep_header(entry.answer_headers, name, value, JournalEntry::kHeaderBytes);
  }
  entry.body.clear();
  entry.answer.clear();
  if (secret) {
    entry.body.assign(request.body.empty() ? std::string_view() : kNotKept);
    entry.answer.assign(response.body.empty() ? std::string_view() : kNotKept);
    entry.body_cut = entry.answer_cut = false;
  } else {
    entry.body.assign(request.body.substr(0, JournalEntry::kBodyBytes));
    entry.answer.assign(response.body, 0, JournalEntry::kBodyBytes);
    entry.body_cut = request.body.size() > JournalEntry::kBodyBytes;
    entry.answer_cut = response.body.size() > JournalEntry::kBodyBytes;
  }
}

/// Bodies are kept as they came, to cost nothing while requests are answered: here they lose their secrets.
JournalEntry shown(JournalEntry entry) {
  for (auto [body, cut] : {std::pair(&entry.body, &entry.body_cut), {&entry.answer, &entry.answer_cut}}) {
    std::string shown;
    *cut |= show_body(shown, *body, JournalEntry::kBodyBytes);
    *body = std::move(shown);
  }
  return entry;
}

bool has_path(const JournalEntry &entry, const std::string &glob) {
  const std::string path(path_of(entry.target));
  return fnmatch(glob.c_str(), path.c_str(), FNM_PATHNAME) == 0 ||
         (path.starts_with(contract::kBasePath) &&
          fnmatch(glob.c_str(), path.c_str() + contract::kBasePath.size(), FNM_PATHNAME) == 0);
}

/// Whether one of the words of `text` is `word`.
bool has_word(std::string_view text, std::string_view word) {
  constexpr std::string_view kBetween = " ,;";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kBetween), text.size());
    if (text.substr(0, end) == word) {
      return true;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

bool passes(const JournalEntry &entry, const JournalFilter &filter) {
  return (filter.method.empty() || equal_ignoring_case(filter.method, entry.method)) &&
         (filter.operation.empty() || filter.operation == entry.operation) &&
         (filter.run.empty() || filter.run == entry.run || filter.run == entry.made_run) &&
         (!filter.status || *filter.status == entry.status) &&
         (!filter.violated || *filter.violated == entry.violated) &&
         (!filter.from_ms || entry.at_ms >= *filter.from_ms) &&
         (!filter.to_ms || entry.at_ms <= *filter.to_ms) &&
         (!filter.clause ||
          std::find(entry.clauses.begin(), entry.clauses.end(), *filter.clause) != entry.clauses.end()) &&
         (filter.fault.empty() || has_word(entry.faults, filter.fault)) &&
         (filter.path.empty() || has_path(entry, filter.path));
}

} // namespace

void Verdict::add(contract::ClauseNumber number) {
  violated = violated || contract::is_violation(number);
  if (count < clauses.size()) {
    clauses.at(count++) = number;
  } else if (contract::is_violation(number)) {
    clauses.back() = number; // what is broken says more than what is the case
  }
}

std::uint64_t Journal::add(const Request &request, const Response &response, const Trace &trace,
                           const Verdict &verdict, Times times) {
  if (capacity_ == 0) {
    return ++numbers_;
  }
  const bool secret = is_of_token_service(request, trace);
  const std::lock_guard lock(mutex_);
  JournalEntry &entry = next_slot();
  entry.number = ++numbers_;
  entry.at_ms = times.at_ms;
  entry.duration_us = times.duration_us;
  entry.status = response.status;
  entry.operation = trace.operation;
  entry.error = trace.error;
  entry.run.assign(std::string_view(trace.run).substr(0, JournalEntry::kTargetBytes));
  entry.made_run.assign(trace.made_run);
  entry.faults.assign(trace.faults);
  entry.clauses.assign(verdict.clauses.begin(),
                       verdict.clauses.begin() + static_cast<std::ptrdiff_t>(verdict.count));
  entry.violated = verdict.violated;
  keep(entry, request, response, secret);
  return entry.number;
}

JournalEntry &Journal::next_slot() {
  if (size_ == capacity_) {
    ++dropped_;
    JournalEntry &slot = slots_[oldest_];
    oldest_ = (oldest_ + 1) % capacity_;
    return slot;
  }
  const std::size_t index = (oldest_ + size_) % capacity_;
  if (index == slots_.size()) {
    slots_.emplace_back();
  }
  ++size_;
  return slots_[index];
}

const JournalEntry &Journal::at(std::size_t age) const {
  return slots_[(oldest_ + age) % capacity_];
}

void Journal::clear() {
  const std::lock_guard lock(mutex_);
  oldest_ = 0;
  size_ = 0;
  dropped_ = 0;
}

std::uint64_t Journal::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::vector<JournalEntry> Journal::find(const JournalFilter &filter, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<JournalEntry> found;
  for (std::size_t age = size_; age > 0 && found.size() < limit; --age) {
    if (passes(at(age - 1), filter)) {
      found.push_back(shown(at(age - 1)));
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<std::int64_t> Journal::times(const JournalFilter &filter) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> times;
  for (std::size_t age = 0; age < size_; ++age) {
    if (passes(at(age), filter)) {
      times.push_back(at(age).at_ms);
    }
  }
  return times;
}

} // namespace flow::mock
