#include "mock_server/webhooks/webhook_sender.hpp"

#include <algorithm>
#include <exception>

namespace flow::mock {

namespace {

constexpr std::size_t kMostEvents = 1000;
constexpr std::size_t kMostAttempts = 100;

/// Whether another attempt may help (events, retry-doc): where no answer came, after 429, and after a 5xx
/// other than 505.
bool is_worth_retrying(const PostResult &result) {
  return result.status == 0 || result.status == 429 ||
         (result.status >= 500 && result.status < 600 && result.status != 505);
}

} // namespace

bool is_delivery(const PostResult &result) {
  return result.status >= 200 && result.status < 300;
}

std::string_view to_string(DeliveryState state) {
  switch (state) {
  case DeliveryState::pending:
    return "pending";
  case DeliveryState::delivered:
    return "delivered";
  case DeliveryState::failed:
    break;
  }
  return "failed";
}

WebhookSender::WebhookSender(Webhook webhook, std::int64_t now_ms, Post post, SteadyNow steady_now)
    : webhook_(std::move(webhook)), post_(std::move(post)), steady_now_(std::move(steady_now)),
      now_ms_(now_ms), reached_ms_(now_ms), thread_([this] { deliver(); }) {}

WebhookSender::~WebhookSender() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
  }
  changed_.notify_all();
  thread_.join();
}

void WebhookSender::send(Event event) {
  {
    const std::lock_guard lock(mutex_);
    make_room();
    const Number number = next_++;
    now_ms_ = std::max(now_ms_, event.at_ms);
    Entry &entry = entries_[number];
    entry.record.event = std::move(event);
    try {
      queue(entry, number, now_ms_);
    } catch (...) {
      entries_.erase(number);
      throw;
    }
  }
  changed_.notify_all();
}

void WebhookSender::advance_to(std::int64_t now_ms, bool runs) {
  {
    const std::lock_guard lock(mutex_);
    now_ms_ = std::max(now_ms_, now_ms);
    runs_ = runs;
    if (due_.empty() || due_.begin()->first > now_ms_) {
      return;
    }
  }
  changed_.notify_all();
}

bool WebhookSender::redeliver(std::string_view id) {
  {
    const std::lock_guard lock(mutex_);
    // The newest first, should an id have come twice.
    const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                    [id](const auto &entry) { return entry.second.record.event.id == id; });
    if (found == entries_.rend()) {
      return false;
    }
    if (posting_ == found->first) {
      again_ = true;
      return true;
    }
    unqueue(found->second, found->first);
    found->second.failed = 0;
    queue(found->second, found->first, now_ms_);
  }
  changed_.notify_all();
  return true;
}

void WebhookSender::set_active(bool is_active) {
  {
    const std::lock_guard lock(mutex_);
    is_active_ = is_active;
  }
  changed_.notify_all();
}

std::uint64_t WebhookSender::revision() const {
  const std::lock_guard lock(mutex_);
  return revision_.value();
}

EventLog WebhookSender::log() const {
  const std::lock_guard lock(mutex_);
  EventLog log;
  log.dropped = dropped_;
  log.due = posting_ ? 1 : 0;
  for (const auto &[due_ms, number] : due_) {
    log.due += due_ms <= now_ms_ ? 1 : 0;
  }
  log.events.reserve(entries_.size());
  for (const auto &[number, entry] : entries_) {
    log.events.push_back(entry.record);
  }
  return log;
}

void WebhookSender::deliver() {
  std::unique_lock lock(mutex_);
  while (!stop_.stop_requested()) {
    if (!is_active_ || due_.empty() || due_.begin()->first > now_ms_) {
      changed_.wait(lock);
    } else {
      const Number number = due_.begin()->second;
      try {
        attempt(lock, number);
      } catch (const std::exception &) { // for want of memory
        if (!lock.owns_lock()) {
          lock.lock();
        }
        posting_.reset();
        Entry &entry = entries_.at(number);
        unqueue(entry, number);
        entry.record.state = DeliveryState::failed;
      }
    }
  }
}

void WebhookSender::attempt(std::unique_lock<std::mutex> &lock, Number number) {
  using std::chrono::milliseconds;
  Entry &begun = entries_.at(number);
  // Later than its time where the receiver was slow to answer others.
  Attempt attempt{.at_ms = std::max(*begun.due_ms, reached_ms_), .result = {}, .duration_ms = 0};
  posting_due_ms_ = *begun.due_ms;
  unqueue(begun, number);
  if (begun.failed == 0) {
    begun.first_ms = attempt.at_ms;
  }
  HttpHeaders headers;
  if (begun.failed > 0) {
    headers.emplace_back("x-adobe-retry-count", std::to_string(begun.failed));
  }
  const std::string body = begun.record.event.body;
  posting_ = number;
  again_ = false;
  lock.unlock();

  const auto start = steady_now_();
  try {
    attempt.result = post_(webhook_.url, headers, body, milliseconds(webhook_.timeout_ms), stop_.get_token());
  } catch (const std::exception &error) {
    attempt.result.error = error.what();
  }
  attempt.duration_ms = std::chrono::duration_cast<milliseconds>(steady_now_() - start).count();

  lock.lock();
  posting_.reset();
  record(entries_.at(number), number, std::move(attempt)); // make_room left it where it was
}

void WebhookSender::record(Entry &entry, Number number, Attempt attempt) {
  revision_.change();
  const bool delivered = is_delivery(attempt.result);
  reached_ms_ = std::min(attempt.at_ms + (runs_ ? attempt.duration_ms : 0), now_ms_);
  const bool retried = is_worth_retrying(attempt.result);
  const std::int64_t next_ms = reached_ms_ + delay_after(entry.failed + 1, webhook_.retry);
  std::vector<Attempt> &attempts = entry.record.attempts;
  if (attempts.size() == kMostAttempts) {
    attempts.erase(attempts.begin());
  }
  attempts.push_back(std::move(attempt));
  entry.failed += delivered ? 0 : 1;
  if (again_) {
    entry.failed = 0;
    queue(entry, number, now_ms_);
  } else if (delivered) {
    entry.record.state = DeliveryState::delivered;
  } else if (!retried || next_ms - entry.first_ms > webhook_.retry.for_ms) {
    entry.record.state = DeliveryState::failed;
  } else {
    queue(entry, number, next_ms);
  }
}

void WebhookSender::queue(Entry &entry, Number number, std::int64_t due_ms) {
  revision_.change();
  entry.record.state = DeliveryState::failed; // where memory runs out
  due_.emplace(due_ms, number);
  entry.due_ms = due_ms;
  entry.record.state = DeliveryState::pending;
}

void WebhookSender::unqueue(Entry &entry, Number number) {
  if (entry.due_ms) {
    due_.erase({*entry.due_ms, number});
    entry.due_ms.reset();
  }
}

void WebhookSender::make_room() {
  if (entries_.size() < kMostEvents) {
    return;
  }
  const std::size_t pending = due_.size() + (posting_ ? 1 : 0);
  auto oldest = entries_.begin();
  if (pending < entries_.size()) {
    oldest = std::find_if(entries_.begin(), entries_.end(), [](const auto &entry) {
      return entry.second.record.state != DeliveryState::pending;
    });
  } else {
    oldest = posting_ == oldest->first ? std::next(oldest) : oldest;
    unqueue(oldest->second, oldest->first);
    ++dropped_;
  }
  entries_.erase(oldest);
}

} // namespace flow::mock
