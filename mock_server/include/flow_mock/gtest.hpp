#pragma once

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow_mock/sandbox.hpp"
#include "flow_mock/server.hpp"

/// For tests with GoogleTest: a fixture and matchers. Needs GoogleMock.
namespace flow_mock {

/// How GoogleTest shows a sandbox.
inline void PrintTo(const Sandbox &sandbox, std::ostream *stream) { // NOLINT(readability-identifier-naming)
  *stream << "sandbox " << sandbox.name().sandbox << " of " << sandbox.name().organisation;
}

/// Every test has a sandbox of its own, in a mock that all tests of the process share. At its end the
/// application has to have kept the contract, and all that the test has set up has to have been used.
class SandboxTest : public testing::Test {
protected:
  /// The mock: made with the settings as they stand, when it is first asked for.
  static Server &mock() {
    static const auto shared = [] {
      auto server = std::make_unique<Server>();
      server->start();
      return server;
    }();
    return *shared;
  }

  void TearDown() override {
    EXPECT_EQ(sandbox.violations_text(), "") << "the application broke the contract";
    EXPECT_EQ(sandbox.unused_text(), "") << "the test set up more than the application used";
  }

  Sandbox sandbox{mock()};
};

/// EXPECT_THAT(sandbox, KeptTheContract());
MATCHER(KeptTheContract, "in which the application kept the contract") {
  const std::string broken = arg.violations_text();
  *result_listener << broken;
  return broken.empty();
}

/// EXPECT_THAT(sandbox, UsedItsSetUp());
MATCHER(UsedItsSetUp, "in which all that was set up was used") {
  const std::string unused = arg.unused_text();
  *result_listener << unused;
  return unused.empty();
}

/// EXPECT_THAT(sandbox, Received(2, {.operation = "retry_run", .run = id}));
MATCHER_P2(Received, count, filter, "that received so many requests of that kind") {
  const auto all = arg.requests();
  const std::size_t came = arg.requests(filter).size();
  *result_listener << came << " of " << all.size() << " requests are of that kind";
  for (const SeenRequest &request : all) {
    *result_listener << "\n  " << request.method << " " << request.target << " -> " << request.status;
  }
  return came == static_cast<std::size_t>(count);
}

} // namespace flow_mock
