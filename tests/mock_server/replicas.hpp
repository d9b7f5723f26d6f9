#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "mock_server/service_state.hpp"
#include "tests/mock_server/shared_store_in_memory.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock::test {

/// Some mocks that share a store.
class Replicas {
public:
  explicit Replicas(
      std::function<void(Settings &)> change = [](Settings &) {}, std::size_t count = 2)
      : change_(std::move(change)), services_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      begin(i);
    }
  }

  void begin(std::size_t which) {
    services_[which].reset();
    Settings settings;
    settings.clock = clock;
    settings.is_journal_durable = true;
    change_(settings);
    std::unique_ptr<SharedStore> store = std::make_unique<SharedStoreInMemory>(things);
    services_[which] = std::make_unique<FlowService>(std::move(settings), FailureLog(), std::move(store));
  }

  Response call(std::size_t which, const Ask &asked) { return ask(*services_[which], asked); }
  Response begun(std::size_t which, const Ask &asked) { return services_[which]->handle(asked.request()); }
  Response admin(std::size_t which, std::string_view method, std::string_view path,
                 const Json &body = nullptr) {
    return call(which, admin_ask(method, path, body.is_null() ? "" : body.dump()));
  }
  Response steer(std::size_t which, std::string_view method, std::string_view path,
                 const Json &body = nullptr) {
    return admin(which, method, "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D" + std::string(path), body);
  }
  Json run(std::size_t which, std::string_view id) { return body_of(call(which, get(id))).at("items").at(0); }
  std::string retried(std::size_t which, std::string_view id) {
    return body_of(call(which, retry(id))).value("id", "");
  }
  int count(std::size_t which) { return body_of(steer(which, "GET", "/requests/count")).at("count"); }
  ServiceState &state(std::size_t which) { return services_[which]->state(); }
  void end(std::size_t which) { services_[which].reset(); }

  std::shared_ptr<SharedThings> things = std::make_shared<SharedThings>();
  std::shared_ptr<SetClock> clock = std::make_shared<SetClock>(kNow);

private:
  std::function<void(Settings &)> change_;
  std::vector<std::unique_ptr<FlowService>> services_;
};

/// Until it is so; those who look after things do it several times a second.
template <typename Condition> bool comes_true(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

} // namespace flow::mock::test
