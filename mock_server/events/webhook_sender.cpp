#include "mock_server/events/webhook_sender.hpp"

#include <algorithm>
#include <exception>

namespace flow::mock {

namespace {

constexpr std::size_t kMostEvents = 1000;
constexpr std::size_t kMostAttempts = 100;

bool is_delivery(const PostResult &result) {
  return result.status >= 200 && result.status < 300;
}

} // namespace

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

WebhookSender::WebhookSender(Webhook webhook, std::shared_ptr<const Clock> clock, Post post,
                             std::shared_ptr<DeliveryTime> time)
    : webhook_(std::move(webhook)), clock_(std::move(clock)), post_(std::move(post)), time_(std::move(time)),
      thread_([this] { deliver(); }) {}

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
    Entry &entry = entries_[number];
    entry.record.event = std::move(event);
    try {
      queue(entry, number, time_->now());
    } catch (...) {
      entries_.erase(number);
      throw;
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
    queue(found->second, found->first, time_->now());
  }
  changed_.notify_all();
  return true;
}

EventLog WebhookSender::log() const {
  const std::lock_guard lock(mutex_);
  EventLog log;
  log.dropped = dropped_;
  log.events.reserve(entries_.size());
  for (const auto &[number, entry] : entries_) {
    log.events.push_back(entry.record);
  }
  return log;
}

void WebhookSender::deliver() {
  std::unique_lock lock(mutex_);
  while (!stop_.stop_requested()) {
    if (due_.empty()) {
      time_->wait(lock, changed_, std::nullopt);
    } else if (const auto [due, number] = *due_.begin(); due > time_->now()) {
      time_->wait(lock, changed_, due);
    } else {
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
  Entry &begun = entries_.at(number);
  unqueue(begun, number);
  const std::string body = begun.record.event.body;
  posting_ = number;
  again_ = false;
  lock.unlock();

  Attempt attempt{.at_ms = clock_->now_ms(), .result = {}, .duration_ms = 0};
  const Instant start = time_->now();
  try {
    attempt.result =
        post_(webhook_.url, body, std::chrono::milliseconds(webhook_.timeout_ms), stop_.get_token());
  } catch (const std::exception &error) {
    attempt.result.error = error.what();
  }
  attempt.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time_->now() - start).count();

  lock.lock();
  posting_.reset();
  record(entries_.at(number), number, std::move(attempt)); // make_room left it where it was
}

void WebhookSender::record(Entry &entry, Number number, Attempt attempt) {
  const bool delivered = is_delivery(attempt.result);
  std::vector<Attempt> &attempts = entry.record.attempts;
  if (attempts.size() == kMostAttempts) {
    attempts.erase(attempts.begin());
  }
  attempts.push_back(std::move(attempt));
  entry.failed += delivered ? 0 : 1;
  if (again_) {
    entry.failed = 0;
    queue(entry, number, time_->now());
  } else if (delivered) {
    entry.record.state = DeliveryState::delivered;
  } else if (entry.failed >= webhook_.attempts) {
    entry.record.state = DeliveryState::failed;
  } else {
    queue(entry, number, time_->now() + std::chrono::milliseconds(delay_after(entry.failed, webhook_)));
  }
}

void WebhookSender::queue(Entry &entry, Number number, Instant due) {
  entry.record.state = DeliveryState::failed; // where memory runs out
  due_.emplace(due, number);
  entry.due = due;
  entry.record.state = DeliveryState::pending;
}

void WebhookSender::unqueue(Entry &entry, Number number) {
  if (entry.due) {
    due_.erase({*entry.due, number});
    entry.due.reset();
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
