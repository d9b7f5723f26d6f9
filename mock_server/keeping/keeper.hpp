#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mock_server/http/http_message.hpp"
#include "mock_server/keeping/kept_mock.hpp"
#include "mock_server/sandbox/sandboxes.hpp"
#include "mock_server/store/store.hpp"

namespace flow::mock {

struct ServiceState;

/// Lets what happens in a mock last: on a thread of its own it writes to a store what has changed in the
/// sandboxes that requests have used, and holds back the answers to these requests until it is there. All
/// that have come during one commit share the next.
///
/// Where the store cannot keep something, those answers are 503, and the sandboxes become what the store has
/// of them: nothing is half done. Until the store works again, which is tried several times a second,
/// requests that would change something are refused; reads go on.
class Keeper {
public:
  /// Reads all that the store has into the sandboxes of `state`, which has to outlive this. Throws
  /// StoreError, StoreFailure.
  Keeper(ServiceState &state, std::unique_ptr<Store> store);
  ~Keeper(); ///< what was changed until now is kept, if it can be
  Keeper(const Keeper &) = delete;
  Keeper &operator=(const Keeper &) = delete;

  /// Something may have changed in that sandbox.
  void note(const std::shared_ptr<Sandbox> &sandbox);
  /// Something may have changed in any.
  void note_all() { are_all_noted_ = true; }

  /// The answer, once all is kept that was noted before; where it cannot be, the one that `instead` makes of
  /// the reason. `is_lost`: of the sandbox that it tells of; null where it tells of none.
  using Instead = std::function<Response(const std::string &why)>;
  Response held(Response answer, Instead instead, std::shared_ptr<const std::atomic<bool>> is_lost);

  /// Whether the store did not work when it was last tried.
  bool is_failing() const { return is_failing_; }
  /// Why, for an answer.
  std::string failure() const;

private:
  class Held;

  void read_all();
  void run();
  /// Writes what was noted. False where the store cannot.
  bool keep();
  std::vector<std::shared_ptr<Sandbox>> noted();
  void read_again();
  bool works_again();

  ServiceState &state_;
  const std::unique_ptr<Store> store_;
  std::atomic<bool> are_all_noted_ = false;
  std::atomic<bool> is_failing_ = false;
  // Of the thread:
  KeptMock mock_;
  std::vector<std::shared_ptr<Sandbox>> to_be_read_; ///< that are other than the store has them
  std::uint64_t tries_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable asked_;
  bool is_asked_ = false;
  bool is_ending_ = false;
  std::vector<std::weak_ptr<Sandbox>> noted_;
  /// A sandbox that was forgotten. There may be another of its name since.
  struct Gone {
    StoredName name;
    std::weak_ptr<const Sandbox> sandbox;
  };
  std::vector<Gone> gone_;
  std::vector<std::shared_ptr<Held>> held_;
  std::string failure_;
  std::thread thread_; ///< last: it uses all of the above
};

} // namespace flow::mock
