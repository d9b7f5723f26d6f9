#include <string>

#include <gtest/gtest.h>

#include "mock_server/faults/fault_set.hpp"
#include "tests/mock_server/steered.hpp"

/// A full MiB to the control API: answered soon, whatever it holds.
namespace flow::mock::test {
namespace {

constexpr std::size_t kFull = 1'000'000;

/// What is quadratic takes longer than the test may.
void expect_answer(Steered &steered, const std::string &method, const std::string &path,
                   const std::string &body, int status) {
  const Response response =
      steered(admin_ask(method, "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D" + path, body));
  EXPECT_EQ(response.status, status) << response.body.substr(0, 500);
}

/// "[entry,entry,…]" of a MiB, each with its number in the place of '#'.
std::string full_of(const std::string &entry) {
  std::string list = "[";
  for (std::size_t i = 0; list.size() < kFull; ++i) {
    std::string numbered = entry;
    if (const std::size_t place = numbered.find('#'); place != std::string::npos) {
      numbered.replace(place, 1, std::to_string(i));
    }
    list += (i == 0 ? "" : ",") + numbered;
  }
  return list + "]";
}

const std::string kFlow(kOnDemandFlow); // NOLINT(cert-err58-cpp)

TEST(ControlBounds, AMebibyteOfEntriesThatAreNone) {
  Steered steered;
  for (const char *entry : {"{}", "1", "\"\"", "[]", R"({"id":""})", R"({"id":"a","x":1})"}) {
    expect_answer(steered, "POST", "/bulk", R"({"runs":)" + full_of(entry) + "}", 400);
    expect_answer(steered, "POST", "/bulk", R"({"flows":)" + full_of(entry) + "}", 400);
    expect_answer(steered, "POST", "/restore", R"({"flows":)" + full_of(entry) + R"(,"runs":[]})", 400);
  }
}

TEST(ControlBounds, AMebibyteOfRuns) {
  Steered steered;
  const std::string run = R"({"id":"r#","flowId":")" + kFlow + R"(","state":"failed"})";
  const std::string body = R"({"runs":)" + full_of(run) + "}";
  expect_answer(steered, "POST", "/bulk", body, 200);
  expect_answer(steered, "POST", "/bulk", body, 200);
}

TEST(ControlBounds, AMebibyteOfScripts) {
  Steered steered;
  expect_answer(steered, "PUT", "/runs/" + std::string(kFailed) + "/script",
                R"({"retries":)" + full_of("\"failed\"") + "}", 200);
  expect_answer(steered, "GET", "/snapshot", "", 200);
}

TEST(ControlBounds, AMebibyteOfDeletions) {
  Steered steered;
  expect_answer(steered, "POST", "/bulk", R"({"deleteRuns":)" + full_of("\"#\"") + "}", 404);
  std::string flows = R"({"flows":[{"id":"f0"})";
  std::string ids = "[\"f0\"";
  for (int i = 1; i < 9000; ++i) {
    flows += R"(,{"id":"f)" + std::to_string(i) + "\"}";
    ids += ",\"f" + std::to_string(i) + "\"";
  }
  expect_answer(steered, "POST", "/bulk", flows + "]}", 200);
  expect_answer(steered, "POST", "/bulk", R"({"deleteFlows":)" + ids + "]}", 200);
}

TEST(ControlBounds, AMebibyteOfIdsLikeOneAnother) {
  Steered steered;
  const std::string run = R"({"id":"a-#","flowId":"f","state":"failed","copies":2})";
  expect_answer(steered, "POST", "/restore", R"({"flows":[{"id":"f"}],"runs":)" + full_of(run) + "}", 200);
}

TEST(ControlBounds, AMebibyteThatRefersToOneScript) {
  Steered steered;
  const std::string first = R"({"id":"r","flowId":"f","state":"failed","retries":["failed","failed"]},)";
  const std::string others = full_of(R"({"id":"r#","flowId":"f","state":"failed","retriesOf":"r"})");
  expect_answer(steered, "POST", "/restore",
                R"({"flows":[{"id":"f"}],"runs":[)" + first + others.substr(1) + "}", 200);
  expect_answer(steered, "GET", "/snapshot", "", 200);
}

TEST(ControlBounds, AHundredFaultsOfCostlyGlobs) {
  Steered steered;
  std::string glob = "/";
  while (glob.size() < 250) {
    glob += "*a";
  }
  for (std::size_t i = 0; i < FaultSet::kMost; ++i) {
    ASSERT_EQ(
        steered
            .steer(
                "POST", "/faults",
                {{"type", "latency"}, {"attributes", {{"latencyMs", 1}}}, {"match", {{"path", glob + "b"}}}})
            .status,
        201);
  }
  EXPECT_EQ(steered(read("/" + std::string(60000, 'a'))).status, 404);
}

} // namespace
} // namespace flow::mock::test
