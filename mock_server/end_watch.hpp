#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "mock_server/tenants.hpp"

namespace flow::mock {

/// Lets runs end when their time comes, though nobody asks for them: for tenants who tell ends to a webhook.
class EndWatch {
public:
  /// From now on the tenant is looked at, several times a second.
  void watch(Tenant &tenant);

private:
  void look(const std::stop_token &stop);

  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::set<Tenant *> watched_;
  std::jthread thread_; ///< from the first tenant on; last: it uses all of the above
};

} // namespace flow::mock
