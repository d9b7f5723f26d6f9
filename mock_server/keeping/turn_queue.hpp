#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mock_server/keeping/scope.hpp"

namespace flow::mock {

/// How a turn ended.
struct TurnEnd {
  enum class Kind : std::uint8_t {
    kept,     ///< what was done is in the store
    not_kept, ///< nothing was changed
    unknown,  ///< it is not known which of both
  };
  Kind kind = Kind::kept;
  std::string why{}; ///< where it was not kept
};

/// What is done within a turn.
class TurnWork {
public:
  TurnWork() = default;
  virtual ~TurnWork() = default;
  TurnWork(const TurnWork &) = delete;
  TurnWork &operator=(const TurnWork &) = delete;

  /// False where nobody waits for it any more: then it is left out.
  virtual bool begin() { return true; }
  /// Does it, with all in memory as the store has it; and again, where others have changed the sandbox
  /// meanwhile of which it was thought that it is only read.
  virtual void run() = 0;
  /// It was left out, or the turn has ended. Must not throw.
  virtual void end(const TurnEnd &end) = 0;
};

/// Works in the order in which they came, of one sandbox after the other, those of different sandboxes at the
/// same time: so many threads take what has come to one meanwhile as one batch.
class TurnQueue {
public:
  struct Item {
    Scope::Reach reach;
    bool is_read;
    std::shared_ptr<TurnWork> work;
  };
  /// Does a batch: all of it has ended when this returns. Works of the mock and of all sandboxes come under
  /// the name of the mock. Must not throw.
  using Doer = std::function<void(const StoredName &name, const std::vector<Item> &batch)>;

  TurnQueue(std::size_t threads, Doer doer);
  ~TurnQueue(); ///< once all that has come is done
  TurnQueue(const TurnQueue &) = delete;
  TurnQueue &operator=(const TurnQueue &) = delete;

  void add(const Scope &scope, std::shared_ptr<TurnWork> work);

private:
  static constexpr std::size_t kMostAtOnce = 256;

  void work();
  std::vector<Item> next_batch(std::deque<Item> &waiting);

  const Doer doer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<StoredName, std::deque<Item>> waiting_; ///< also of those that are being done, be it none
  std::deque<StoredName> ready_;                   ///< that have some, and that nobody does
  bool is_ending_ = false;
  std::vector<std::jthread> threads_; ///< last: they use all of the above
};

} // namespace flow::mock
