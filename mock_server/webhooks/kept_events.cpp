#include <algorithm>
#include <utility>

#include "mock_server/store/record.hpp"
#include "mock_server/webhooks/webhook_sender.hpp"

/// The part of a webhook's sender that writes its events for a store, and reads them again.
namespace flow::mock {

namespace {

constexpr std::uint64_t kStates = 3;

void write(RecordWriter &record, const EventRecord &event) {
  record.text(event.event.id)
      .text(event.event.code)
      .text(event.event.run_id)
      .signed_number(event.event.at_ms)
      .text(event.event.body)
      .number(static_cast<std::uint64_t>(event.state))
      .number(event.attempts.size());
  for (const Attempt &attempt : event.attempts) {
    record.signed_number(attempt.at_ms)
        .signed_number(attempt.result.status)
        .text(attempt.result.error)
        .signed_number(attempt.duration_ms);
  }
}

EventRecord read_event(RecordReader &record) {
  EventRecord event;
  for (std::string *text : {&event.event.id, &event.event.code, &event.event.run_id}) {
    *text = record.text();
  }
  event.event.at_ms = record.signed_number();
  event.event.body = record.text();
  event.state = static_cast<DeliveryState>(record.number_below(kStates));
  for (std::uint64_t left = record.number(); left > 0; --left) {
    Attempt attempt;
    attempt.at_ms = record.signed_number();
    attempt.result.status = static_cast<int>(record.signed_number());
    attempt.result.error = record.text();
    attempt.duration_ms = record.signed_number();
    event.attempts.push_back(std::move(attempt));
  }
  return event;
}

} // namespace

std::map<std::string, std::string> WebhookSender::kept() const {
  std::map<std::string, std::string> records;
  const std::lock_guard lock(mutex_);
  for (const auto &[number, entry] : entries_) {
    RecordWriter record;
    write(record, entry.record);
    // So that one that reads it, and writes it again, writes the same.
    const auto due_ms = posting_ == number ? std::optional(posting_due_ms_) : entry.due_ms;
    record.signed_number(entry.failed)
        .signed_number(entry.first_ms)
        .optional(due_ms, [](RecordWriter &to, std::int64_t ms) { to.signed_number(ms); });
    records.emplace(number_key(number), record.take());
  }
  return records;
}

void WebhookSender::put_kept(std::string_view key, std::string_view bytes) {
  RecordReader record(bytes);
  Entry entry;
  entry.record = read_event(record);
  entry.failed = static_cast<int>(record.signed_number());
  entry.first_ms = record.signed_number();
  const auto due_ms = record.optional([](RecordReader &from) { return from.signed_number(); });
  record.end();
  const std::lock_guard lock(mutex_);
  const Number number = number_of_key(key);
  next_ = std::max(next_, number + 1);
  const bool is_pending = entry.record.state == DeliveryState::pending;
  if (posting_ == number) {
    again_ = again_ || (is_pending && entry.failed == 0); // another was asked to redeliver it
    return;
  }
  revision_.change();
  Entry &its = entries_[number];
  unqueue(its, number);
  if (its.record.attempts.size() > entry.record.attempts.size()) {
    entry.record.attempts = std::move(its.record.attempts);
  }
  its = std::move(entry);
  if (is_pending) {
    queue(its, number, due_ms.value_or(now_ms_)); // sent on at the next advance_to
  }
}

void WebhookSender::forget(std::string_view key) {
  const Number number = number_of_key(key);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(number);
  if (found == entries_.end() || posting_ == number) {
    return;
  }
  revision_.change();
  unqueue(found->second, number);
  entries_.erase(found);
}

} // namespace flow::mock
