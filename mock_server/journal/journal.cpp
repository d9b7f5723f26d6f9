#include "mock_server/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include <fnmatch.h>

#include "common/text.hpp"
#include "contracts/model/contract.hpp"
#include "mock_server/journal/brief_lock.hpp"
#include "mock_server/journal/kept_text.hpp"
#include "mock_server/journal/unescaped.hpp"
#include "mock_server/pipeline/exchange.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// Of a token service, here or where a client looks for one, all that is sent and answered is secret.
bool is_of_token_service(const Exchange &exchange) {
  if (const contract::OperationEntry *operation = exchange.asked.identified.operation) {
    return operation->is_secret;
  }
  const Unescaped plain(exchange.parsed.path);
  std::string_view rest = plain.text();
  constexpr std::array<std::string_view, 6> kSegments = {"ims",   "oauth",  "oauth2",
                                                         "token", "tokens", "authorize"};
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    if (std::any_of(kSegments.begin(), kSegments.end(),
                    [&](std::string_view each) { return equal_ignoring_case(segment, each); })) {
      return true;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

void keep_bodies(JournalEntry &entry, std::string_view body, std::string_view answer, bool secret,
                 const SecretValues &secrets) {
  entry.body.clear();
  entry.answer.clear();
  if (secret) {
    entry.body.assign(body.empty() ? std::string_view() : kNotKept);
    entry.answer.assign(answer.empty() ? std::string_view() : kNotKept);
    entry.body_cut = entry.answer_cut = false;
  } else {
    entry.body_cut = keep_body(entry.body, body, secrets, JournalEntry::kBodyBytes);
    entry.answer_cut = keep_body(entry.answer, answer, secrets, JournalEntry::kBodyBytes);
  }
}

void keep_only(std::string &kept, std::string_view text, const SecretValues &secrets, std::size_t bytes) {
  kept.clear();
  keep_text(kept, text, secrets, bytes);
}

void keep(JournalEntry &entry, const Exchange &exchange, const SecretValues &secrets) {
  constexpr std::size_t kMethodBytes = 32;
  const Request &request = exchange.request;
  const Response &response = exchange.response;
  const HeaderField id_field{.name = kRequestIdHeader, .value = exchange.request_id};
  const bool secret = is_of_token_service(exchange);
  keep_only(entry.method, request.method, secrets, kMethodBytes);
  keep_only(entry.run, exchange.run(), secrets, JournalEntry::kTargetBytes);
  keep_only(entry.made_run, exchange.made_run, secrets, JournalEntry::kTargetBytes);
  keep_only(entry.faults, names(exchange.faults), secrets, JournalEntry::kTargetBytes);
  entry.target.clear();
  entry.target_cut = keep_target(entry.target, request.target, secret, secrets, JournalEntry::kTargetBytes);
  entry.headers.clear();
  entry.headers_cut = keep_headers(entry.headers, request.headers, secrets, JournalEntry::kHeaderBytes);
  entry.answer_headers.clear();
  entry.headers_cut |=
      keep_headers(entry.answer_headers, response.headers, secrets, JournalEntry::kHeaderBytes);
  if (!exchange.request_id.empty()) {
    entry.headers_cut |=
        keep_headers(entry.answer_headers, std::span(&id_field, 1), secrets, JournalEntry::kHeaderBytes);
  }
  entry.request_id.assign(exchange.request_id);
  keep_bodies(entry, request.body, response.body, secret, secrets);
}

std::array<std::string *, 9> texts_of(JournalEntry &entry) {
  return {&entry.method,         &entry.target, &entry.headers,  &entry.body,  &entry.answer,
          &entry.answer_headers, &entry.run,    &entry.made_run, &entry.faults};
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

/// A member of JournalFilter. What it wants and what an entry has is asked only where they differ.
struct Check {
  std::string_view name;
  bool (*passes)(const JournalEntry &, const JournalFilter &);
  Json (*wanted)(const JournalFilter &);
  Json (*is)(const JournalEntry &);
};

Json clauses_of(const JournalEntry &entry) {
  Json clauses = Json::array();
  for (const contract::ClauseNumber clause : entry.clauses) {
    clauses.push_back(contract::clause(clause).id);
  }
  return clauses;
}

using E = JournalEntry;
using F = JournalFilter;

constexpr std::array kChecks = {
    Check{"method",
          [](const E &e, const F &f) { return f.method.empty() || equal_ignoring_case(f.method, e.method); },
          [](const F &f) -> Json { return f.method; }, [](const E &e) -> Json { return e.method; }},
    Check{"operation",
          [](const E &e, const F &f) { return f.operation.empty() || f.operation == e.operation; },
          [](const F &f) -> Json { return f.operation; }, [](const E &e) -> Json { return e.operation; }},
    Check{"run",
          [](const E &e, const F &f) { return f.run.empty() || f.run == e.run || f.run == e.made_run; },
          [](const F &f) -> Json { return f.run; }, [](const E &e) -> Json { return e.run; }},
    Check{"status", [](const E &e, const F &f) { return !f.status || *f.status == e.status; },
          [](const F &f) -> Json { return f.status.value_or(0); },
          [](const E &e) -> Json { return e.status; }},
    Check{"violated", [](const E &e, const F &f) { return !f.violated || *f.violated == e.violated; },
          [](const F &f) -> Json { return f.violated.value_or(false); },
          [](const E &e) -> Json { return e.violated; }},
    Check{"fromMs", [](const E &e, const F &f) { return !f.from_ms || e.at_ms >= *f.from_ms; },
          [](const F &f) -> Json { return f.from_ms.value_or(0); },
          [](const E &e) -> Json { return e.at_ms; }},
    Check{"toMs", [](const E &e, const F &f) { return !f.to_ms || e.at_ms <= *f.to_ms; },
          [](const F &f) -> Json { return f.to_ms.value_or(0); }, [](const E &e) -> Json { return e.at_ms; }},
    Check{"clause",
          [](const E &e, const F &f) {
            return !f.clause || std::find(e.clauses.begin(), e.clauses.end(), *f.clause) != e.clauses.end();
          },
          [](const F &f) -> Json { return contract::clause(f.clause.value_or(0)).id; }, clauses_of},
    Check{"fault", [](const E &e, const F &f) { return f.fault.empty() || has_word(e.faults, f.fault); },
          [](const F &f) -> Json { return f.fault; }, [](const E &e) -> Json { return e.faults; }},
    Check{"path", [](const E &e, const F &f) { return f.path.empty() || has_path(e, f.path); },
          [](const F &f) -> Json { return f.path; },
          [](const E &e) -> Json { return std::string(path_of(e.target)); }},
};

bool passes(const JournalEntry &entry, const JournalFilter &filter) {
  return std::all_of(kChecks.begin(), kChecks.end(),
                     [&](const Check &check) { return check.passes(entry, filter); });
}

JournalEntry brief(const JournalEntry &entry) {
  JournalEntry copy;
  copy.number = entry.number;
  copy.at_ms = entry.at_ms;
  copy.duration_us = entry.duration_us;
  copy.method = entry.method;
  copy.target = entry.target;
  copy.status = entry.status;
  copy.operation = entry.operation;
  copy.error = entry.error;
  copy.run = entry.run;
  copy.made_run = entry.made_run;
  copy.faults = entry.faults;
  copy.violated = entry.violated;
  return copy;
}

} // namespace

std::size_t Journal::fit(JournalEntry &entry) {
  constexpr std::size_t kSpare = 256;
  std::size_t bytes = sizeof(JournalEntry) + entry.request_id.capacity() +
                      entry.clauses.capacity() * sizeof(contract::ClauseNumber);
  for (std::string *text : texts_of(entry)) {
    if (text->capacity() > 2 * text->size() + kSpare) {
      text->shrink_to_fit();
    }
    bytes += text->capacity();
  }
  return bytes;
}

/// One entry that is being filled: the oldest of the journal, if there is no room for another.
class Journal::Slot {
public:
  explicit Slot(Journal &journal) : journal_(journal) {
    {
      const std::unique_lock lock = brief_lock(journal_.mutex_);
      if (journal_.entries_.size() + journal_.filling_ >= journal_.size_.exchanges &&
          !journal_.entries_.empty()) {
        journal_.drop_oldest(taken_);
      }
      ++journal_.filling_;
    }
    if (taken_.empty()) {
      try {
        taken_.emplace_back();
      } catch (...) {
        give_up();
        throw;
      }
    }
  }
  ~Slot() {
    if (!taken_.empty()) {
      give_up();
    }
  }
  Slot(const Slot &) = delete;
  Slot &operator=(const Slot &) = delete;

  JournalEntry &entry() { return taken_.front(); }

  /// With the journal's lock held.
  void put_back() {
    --journal_.filling_;
    journal_.entries_.splice(journal_.entries_.end(), taken_);
  }

private:
  void give_up() {
    const std::unique_lock lock = brief_lock(journal_.mutex_);
    --journal_.filling_;
  }

  Journal &journal_;
  Entries taken_;
};

std::uint64_t Journal::add(const Exchange &exchange, const SecretValues &secrets, Times times) {
  if (size_.exchanges == 0) {
    return ++numbers_;
  }
  Slot slot(*this);
  JournalEntry &entry = slot.entry();
  entry.at_ms = times.at_ms;
  entry.duration_us = times.duration_us;
  entry.status = exchange.response.status;
  entry.operation = exchange.asked.operation();
  entry.error = exchange.error;
  const Verdict &verdict = exchange.verdict;
  entry.clauses.assign(verdict.clauses.begin(),
                       verdict.clauses.begin() + static_cast<std::ptrdiff_t>(verdict.count));
  entry.violated = verdict.violated;
  keep(entry, exchange, secrets);
  entry.bytes = fit(entry);
  Entries dropped; // gives its memory back when others no longer wait for the lock
  const std::unique_lock lock = brief_lock(mutex_);
  const std::uint64_t number = ++numbers_;
  entry.number = number;
  bytes_ += entry.bytes;
  unkept_.entries += unkept_.is_watched ? 1 : 0;
  slot.put_back();
  while (!entries_.empty() && (bytes_ > size_.bytes || entries_.size() > size_.exchanges)) {
    drop_oldest(dropped);
  }
  return number;
}

void Journal::drop_oldest(Entries &dropped) {
  ++dropped_;
  last_dropped_ = entries_.front().number;
  bytes_ -= entries_.front().bytes;
  dropped.splice(dropped.end(), entries_, entries_.begin());
  unkept_.entries = std::min(unkept_.entries, entries_.size());
}

void Journal::clear() {
  Entries forgotten;
  const std::lock_guard lock(mutex_);
  forgotten.swap(entries_);
  unkept_.entries = 0;
  unkept_.gone = std::max(unkept_.gone, std::min<std::uint64_t>(unkept_.next, size_.exchanges));
  unkept_.next = 0;
  bytes_ = 0;
  dropped_ = 0;
  last_dropped_ = 0;
  ++cleared_;
}

std::size_t Journal::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::uint64_t Journal::cleared() const {
  const std::lock_guard lock(mutex_);
  return cleared_;
}

std::uint64_t Journal::last_dropped() const {
  const std::lock_guard lock(mutex_);
  return last_dropped_;
}

std::optional<std::int64_t> Journal::last_at_ms() const {
  const std::lock_guard lock(mutex_);
  return entries_.empty() ? std::nullopt : std::optional(entries_.back().at_ms);
}

std::size_t Journal::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::uint64_t Journal::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

std::vector<JournalEntry> Journal::find(const JournalFilter &filter, const JournalPage &page) const {
  const std::lock_guard lock(mutex_);
  std::vector<JournalEntry> found;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && found.size() < page.limit; ++entry) {
    if (entry->number < page.before && passes(*entry, filter)) {
      found.push_back(page.brief ? brief(*entry) : *entry);
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::optional<JournalEntry> Journal::entry(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const JournalEntry &entry) { return entry.number == number; });
  return found == entries_.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::uint64_t> Journal::number_of(std::string_view request_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const JournalEntry &entry) { return entry.request_id == request_id; });
  return found == entries_.rend() ? std::nullopt : std::optional(found->number);
}

std::vector<JournalEntry> Journal::behind(std::uint64_t number, std::uint64_t last, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  auto entry = entries_.end();
  while (entry != entries_.begin() && std::prev(entry)->number > number) {
    --entry;
  }
  std::vector<JournalEntry> found;
  for (; entry != entries_.end() && entry->number <= last && found.size() < most; ++entry) {
    found.push_back(brief(*entry));
  }
  return found;
}

std::vector<Journal::Near> Journal::nearest(const JournalFilter &filter, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::ptrdiff_t, const JournalEntry *>> nearest;
  for (const JournalEntry &entry : entries_) {
    const auto failed = std::count_if(kChecks.begin(), kChecks.end(),
                                      [&](const Check &check) { return !check.passes(entry, filter); });
    if (failed > 0) {
      nearest.emplace_back(failed, &entry);
    }
  }
  std::reverse(nearest.begin(), nearest.end());
  std::stable_sort(nearest.begin(), nearest.end(),
                   [](const auto &a, const auto &b) { return a.first < b.first; });
  nearest.resize(std::min(nearest.size(), limit));
  std::vector<Near> found;
  for (const auto &[failed, entry] : nearest) {
    Near &near = found.emplace_back(Near{.entry = *entry, .differences = {}});
    for (const Check &check : kChecks) {
      if (!check.passes(*entry, filter)) {
        near.differences.push_back(
            {.filter = check.name, .wanted = check.wanted(filter), .is = check.is(*entry)});
      }
    }
  }
  return found;
}

std::vector<std::int64_t> Journal::times(const JournalFilter &filter) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> times;
  for (const JournalEntry &entry : entries_) {
    if (passes(entry, filter)) {
      times.push_back(entry.at_ms);
    }
  }
  return times;
}

} // namespace flow::mock
