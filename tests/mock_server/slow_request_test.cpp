#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "mock_server/http/http_server.hpp"
#include "mock_server/service_state.hpp"
#include "tests/mock_server/http_server_fixture.hpp"

/// Requests that may have to wait for a sandbox, and those that must not wait for them.
namespace flow::mock::test {
namespace {

Request control_of(const std::string &target) {
  return {.method = "GET",
          .target = target,
          .headers = {{.name = "Host", .value = "localhost"}},
          .body = {},
          .unreadable = {}};
}

/// A request in a sandbox of the organisation "o".
Ask in_sandbox(const std::string &sandbox) {
  return get(kSuccess).set("x-gw-ims-org-id", "o").set("x-sandbox-name", sandbox);
}

TEST(SlowRequest, IsEachOfTheControlApi) {
  const FlowService service{Settings()};
  EXPECT_TRUE(service.is_slow(control_of("/__admin/clock")));
  EXPECT_FALSE(service.is_slow(in_sandbox("busy").request()));
}

TEST(SlowRequest, IsOneInASandboxThatAControlCallHasInUse) {
  FlowService service{Settings()};
  ask(service, in_sandbox("busy"));
  ask(service, in_sandbox("free"));
  auto taken = std::make_optional<Transaction>(service.state().sandboxes.find("o", "busy")->objects, 0);
  const std::string target = "/__admin/sandboxes/o/busy/snapshot";
  std::thread control([&] { EXPECT_EQ(service.handle(control_of(target)).status, 200); });
  const Ask busy = in_sandbox("busy");
  while (!service.is_slow(busy.request())) {
    std::this_thread::yield(); // until the call is under way
  }
  EXPECT_FALSE(service.is_slow(in_sandbox("free").request()));
  taken.reset();
  control.join();
  EXPECT_FALSE(service.is_slow(busy.request()));
}

TEST(SlowRequest, IsTheFirstInASandboxThatManyRunsAreCopiedInto) {
  FlowService service({.seed = parse_seed(R"({"flows":[{"id":"f"}],"runs":[{"id":"r","flowId":"f",)"
                                          R"("state":"failed","copies":20000}]})",
                                          "test seed")});
  EXPECT_TRUE(service.is_slow(in_sandbox("large").request()));
  ask(service, in_sandbox("large"));
  EXPECT_FALSE(service.is_slow(in_sandbox("large").request()));
}

TEST(SlowRequest, HoldsUpNoOther) {
  FlowService service{Settings()};
  ask(service, in_sandbox("busy"));
  HttpServer http([&](const Request &request) { return service.handle(request); }, {.threads = 1}, {},
                  [&](const Request &request) { return service.is_slow(request); });
  const int port = http.start("127.0.0.1", 0);
  const auto in = [](const std::string &sandbox) {
    return kGet + "Host: localhost\r\nAuthorization: Bearer t\r\nx-api-key: k\r\nx-gw-ims-org-id: o\r\n" +
           "x-sandbox-name: " + sandbox + "\r\n\r\n";
  };
  const auto busy = service.state().sandboxes.find("o", "busy");
  auto taken = std::make_optional<Transaction>(busy->objects, 0);
  auto use = std::make_optional<SlowUse>(service.state().sandboxes, *busy);
  RawClient waits(port);
  waits.send(in("busy"));
  for (int i = 0; i < 100; ++i) { // by then, the one before has been read
    RawClient other(port);
    other.send(in("free"));
    EXPECT_EQ(other.answer().status, 200);
  }
  use.reset();
  taken.reset();
  EXPECT_EQ(waits.answer().status, 200);
}

} // namespace
} // namespace flow::mock::test
