#pragma once

#include <memory>

#include "mock_server/http/http_message.hpp"
#include "mock_server/pipeline/failure.hpp"
#include "mock_server/settings.hpp"
#include "mock_server/store/shared_store.hpp"

namespace flow::mock {

struct ServiceState;

/// The mock of Flow Service without its sockets: gateway, routes, operations and the runs they act on.
/// Safe to call from several threads at once.
class FlowService {
public:
  /// `settings` name the seed, the time and ids to use, and whom to let in. `failure_log` is told the cause
  /// of each answer of 500, and of 503 where memory runs out. `store` is where what happens lasts, and from
  /// which it goes on; null: nothing lasts. Throws StoreError, StoreFailure.
  explicit FlowService(Settings settings, FailureLog failure_log = {}, std::unique_ptr<Store> store = {});
  /// `store`: that others use, too.
  FlowService(Settings settings, FailureLog failure_log, std::unique_ptr<SharedStore> store);
  ~FlowService();
  FlowService(const FlowService &) = delete;
  FlowService &operator=(const FlowService &) = delete;

  /// Answers one request. Never throws: what goes wrong inside is the documented error 1102-500, or
  /// 1103-503 where memory runs out.
  Response handle(const Request &request);

  /// The same for a request of the control API, if `access` lets it in.
  Response control(const Request &request, const ControlAccess &access);

  /// Whether answering it may take so long, or wait so long for others, that no thread should do so which
  /// others wait for.
  bool is_slow(const Request &request) const;

  /// What it answers from, and what it has seen.
  ServiceState &state();

private:
  Response answer_now(const Request &request);

  std::unique_ptr<ServiceState> state_;
};

} // namespace flow::mock
