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

#include "mock_server/clock/revision.hpp"
#include "mock_server/webhooks/http_post.hpp"
#include "mock_server/webhooks/webhook.hpp"

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
  std::int64_t at_ms = 0; ///< epoch ms, when it began, by the sandbox's clock
  PostResult result;
  std::int64_t duration_ms = 0; ///< in real time
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
  std::size_t due = 0; ///< attempts whose time has come and that are not done; 0: none will follow until
                       ///< the clock moves on
};

/// What makes an attempt (HttpPost, but for tests). It returns within the time, and soon once it shall stop.
using Post =
    std::function<PostResult(const std::string &url, const HttpHeaders &headers, const std::string &body,
                             std::chrono::milliseconds timeout, const std::stop_token &stop)>;

/// Whether an attempt that came to this has delivered its event.
bool is_delivery(const PostResult &result);

/// Real time, by which attempts are measured.
using SteadyNow = std::function<std::chrono::steady_clock::time_point()>;

/// Posts events to one webhook, on a thread of its own: a receiver that is slow or dead slows nobody but its
/// own events. An answer of 2xx is a delivery. Where none comes in time, and after 429 and 5xx other than
/// 505, the event is posted again as the webhook's schedule says, with the header x-adobe-retry-count
/// (events, retry-doc; absent from the first attempt); after other answers it is given up. Other events go on
/// meanwhile.
///
/// Its time is the sandbox's, as far as advance_to() says; it waits for no other. Where an hour passes at
/// once, the attempts of that hour are made one after the other, in the order and with the dates of their
/// times.
///
/// At most 1000 events are kept: past that the oldest that has ended goes, and where none has, the oldest
/// that waits is dropped. All methods are safe to call from several threads.
class WebhookSender {
public:
  /// `now_ms`: the sandbox's time, epoch ms.
  WebhookSender(Webhook webhook, std::int64_t now_ms, Post post = HttpPost(),
                SteadyNow steady_now = std::chrono::steady_clock::now);
  ~WebhookSender(); ///< stops at once: what is pending stays untold
  WebhookSender(const WebhookSender &) = delete;
  WebhookSender &operator=(const WebhookSender &) = delete;

  [[nodiscard]] const Webhook &webhook() const { return webhook_; }

  /// Takes an event to deliver, at its time, which becomes the sandbox's if it is later; never waits for a
  /// receiver.
  void send(Event event);

  /// The sandbox's time has come to `now_ms`; what happened until then has been sent. `runs`: time goes on by
  /// itself, also during an attempt; else it stands still. Never waits for a receiver.
  void advance_to(std::int64_t now_ms, bool runs);

  /// Has an event delivered anew and at once, with all of the webhook's attempts, whatever became of it;
  /// false where the log knows none of that id. An attempt under way is finished first.
  bool redeliver(std::string_view id);

  /// Whether it makes attempts, as it does at first; else another one does in its place, and it only takes
  /// events, and shows them. An attempt that is under way ends.
  void set_active(bool is_active);

  /// All events, for a store: records by their keys. One that is being posted is as one that is due.
  [[nodiscard]] std::map<std::string, std::string> kept() const;
  /// Adds what such a record says, before anything is sent; or takes it in, where others have changed it
  /// since. What is being posted stays as it is, and so do attempts of which the record does not know. Throws
  /// BadRecord.
  void put_kept(std::string_view key, std::string_view bytes);
  /// Others have forgotten the event of that key; one that is being posted stays. Throws BadRecord.
  void forget(std::string_view key);

  [[nodiscard]] EventLog log() const;
  /// Changes with the log.
  [[nodiscard]] std::uint64_t revision() const;

private:
  using Number = std::uint64_t; ///< of an event, in the order of their coming

  struct Entry {
    EventRecord record;
    int failed = 0;            ///< attempts since it was queued
    std::int64_t first_ms = 0; ///< when the first of them began
    std::optional<std::int64_t> due_ms;
  };

  void deliver();
  void attempt(std::unique_lock<std::mutex> &lock, Number number);
  // With `mutex_` held:
  void record(Entry &entry, Number number, Attempt attempt);
  void queue(Entry &entry, Number number, std::int64_t due_ms);
  void unqueue(Entry &entry, Number number);
  void make_room();

  const Webhook webhook_;
  const Post post_;
  const SteadyNow steady_now_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Number, Entry> entries_;
  std::int64_t now_ms_;                           ///< the sandbox's time
  std::int64_t reached_ms_;                       ///< how far deliveries have followed it
  bool runs_ = false;                             ///< whether the sandbox's time goes on by itself
  std::set<std::pair<std::int64_t, Number>> due_; ///< of the pending ones but that which is being posted
  bool is_active_ = true;
  std::optional<Number> posting_;
  std::int64_t posting_due_ms_ = 0; ///< when it was due
  bool again_ = false;              ///< what is being posted shall be redelivered
  Number next_ = 0;
  std::uint64_t dropped_ = 0;
  Revision revision_;
  std::stop_source stop_;
  std::thread thread_; ///< last: it uses all of the above
};

} // namespace flow::mock
