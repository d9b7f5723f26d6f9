#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "mock_server/clock.hpp"
#include "mock_server/events/delivery_time.hpp"
#include "mock_server/events/http_post.hpp"
#include "mock_server/events/webhook.hpp"

namespace flow::mock {

/// The end of a run, to be told.
struct Event {
  std::string id;
  std::string code; ///< as event_code gives it
  std::string run_id;
  std::int64_t at_ms = 0; ///< epoch ms
  std::string body;       ///< as notification gives it
};

enum class DeliveryState { pending, delivered, failed };

/// "pending", "delivered" or "failed".
std::string_view to_string(DeliveryState state);

/// One post of an event.
struct Attempt {
  std::int64_t at_ms = 0; ///< epoch ms, when it began
  PostResult result;
  std::int64_t duration_ms = 0;
};

/// An event and what became of it.
struct EventRecord {
  Event event;
  DeliveryState state = DeliveryState::pending;
  std::vector<Attempt> attempts; ///< the last 100
};

/// The last 1000 events, oldest first.
struct EventLog {
  std::vector<EventRecord> events;
  std::uint64_t dropped = 0; ///< events that were given up undelivered, as there were too many
};

/// What makes an attempt (HttpPost, but for tests). It returns within the time, and soon once it shall stop.
using Post = std::function<PostResult(const std::string &url, const std::string &body,
                                      std::chrono::milliseconds timeout, const std::stop_token &stop)>;

/// Posts events to one webhook, on a thread of its own: a receiver that is slow or dead slows nobody but its
/// own events. An answer of 2xx is a delivery; anything else is tried again with growing delays, in which
/// other events go on, until the webhook's attempts are used up. At most 1000 events are kept: past that the
/// oldest that has ended goes, and where none has, the oldest that waits is dropped. All methods are safe to
/// call from several threads.
class WebhookSender {
public:
  /// `clock` dates the attempts.
  WebhookSender(Webhook webhook, std::shared_ptr<const Clock> clock, Post post = HttpPost(),
                std::shared_ptr<DeliveryTime> time = steady_time());
  ~WebhookSender(); ///< stops at once: what is pending stays untold
  WebhookSender(const WebhookSender &) = delete;
  WebhookSender &operator=(const WebhookSender &) = delete;

  [[nodiscard]] const Webhook &webhook() const { return webhook_; }

  /// Takes an event to deliver; never waits for a receiver.
  void send(Event event);

  /// Has an event delivered anew and at once, with all of the webhook's attempts, whatever became of it;
  /// false where the log knows none of that id. An attempt under way is finished first.
  bool redeliver(std::string_view id);

  [[nodiscard]] EventLog log() const;

private:
  using Number = std::uint64_t; ///< of an event, in the order of their coming
  using Instant = DeliveryTime::Instant;

  struct Entry {
    EventRecord record;
    int failed = 0; ///< attempts since it was queued
    std::optional<Instant> due;
  };

  void deliver();
  void attempt(std::unique_lock<std::mutex> &lock, Number number);
  // With `mutex_` held:
  void record(Entry &entry, Number number, Attempt attempt);
  void queue(Entry &entry, Number number, Instant due);
  void unqueue(Entry &entry, Number number);
  void make_room();

  const Webhook webhook_;
  const std::shared_ptr<const Clock> clock_;
  const Post post_;
  const std::shared_ptr<DeliveryTime> time_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Number, Entry> entries_;
  std::set<std::pair<Instant, Number>> due_; ///< of the pending ones but that which is being posted
  std::optional<Number> posting_;
  bool again_ = false; ///< what is being posted shall be redelivered
  Number next_ = 0;
  std::uint64_t dropped_ = 0;
  std::stop_source stop_;
  std::thread thread_; ///< last: it uses all of the above
};

} // namespace flow::mock
