#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "mock_server/journal/request_counts.hpp"
#include "tests/mock_server/http_server_fixture.hpp"
#include "tests/mock_server/steered.hpp"

/// GET /__admin/metrics.
namespace flow::mock::test {
namespace {

/// The samples of an OpenMetrics text: name and labels as they stand there, and the value.
std::map<std::string, double> samples_in(const std::string &text) {
  std::map<std::string, double> samples;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) {
      const std::size_t space = line.rfind(' ');
      EXPECT_TRUE(samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second) << line;
    }
  }
  return samples;
}

std::map<std::string, double> samples_of(Steered &mock) {
  return samples_in(mock.admin("GET", "/metrics").body);
}

TEST(Metrics, AreOpenMetricsText) {
  Steered mock;
  const Response answer = mock.admin("GET", "/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at(0).second, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(answer.body.ends_with("\n# EOF\n"));
  EXPECT_EQ(mock.admin("GET", "/metrics?name=x").status, 400);
}

TEST(Metrics, CountRequestsByWhatTheyRestOn) {
  Steered mock;
  mock.call(retry(kFailed));
  mock.call(retry(kFailed));
  mock.call(retry(kSuccess));
  ask(mock.service, {.method = "GET", .target = "/nowhere"});
  double requests = 0;
  double retries = 0;
  for (const auto &[name, value] : samples_of(mock)) {
    if (name.starts_with("flow_mock_requests_total{")) {
      requests += value;
      const bool is_good =
          name.starts_with(R"(flow_mock_requests_total{operation="retry_run",status="200",)");
      retries += is_good ? value : 0;
    }
  }
  EXPECT_EQ(requests, 4);
  EXPECT_EQ(retries, 2);
  mock.admin("GET", "/settings");
  EXPECT_EQ(samples_of(mock).at("flow_mock_request_duration_seconds_count"), 4) << "the service's alone";
}

TEST(Metrics, SayWhatTheMockHas) {
  Steered mock;
  EXPECT_EQ(samples_of(mock).at("flow_mock_sandboxes"), 0);
  mock.steer("PUT", "/runs",
             {{"runs", {{{"id", "a"}, {"state", "failed"}}, {{"id", "b"}, {"state", "failed"}}}}});
  mock.call(retry("a"));
  mock.call(retry(kSuccess)); // is not there
  mock.steer("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}, {"times", 2}});
  mock.call(get("a"));
  mock.call(get("a"));
  mock.call(get("a"));
  const auto samples = samples_of(mock);
  EXPECT_EQ(samples.at("flow_mock_sandboxes"), 1);
  EXPECT_EQ(samples.at("flow_mock_runs"), 3);
  EXPECT_EQ(samples.at(R"(flow_mock_faults_met_total{type="status"})"), 2);
  EXPECT_EQ(samples.at(R"(flow_mock_faults_met_total{type="hang"})"), 0);
  EXPECT_EQ(samples.at(R"(flow_mock_deliveries_total{result="delivered"})"), 0);
  EXPECT_FALSE(samples.contains("flow_mock_connections")) << "there is no server";
}

TEST(Metrics, CountViolationsByClause) {
  Steered mock;
  ask(mock.service, get(kFailed).drop("Authorization"));
  ask(mock.service, get(kFailed).drop("Authorization"));
  EXPECT_EQ(samples_of(mock).at(R"(flow_mock_violations_total{clause="headers/authorization/missing"})"), 2);
}

TEST(Metrics, CountConnections) {
  ServerOfTest server;
  const auto idle = idle_clients(server.port, 3);
  const auto samples = samples_in(server.mock.control("GET", "/metrics").body);
  EXPECT_EQ(samples.at("flow_mock_connections"), 3);
}

TEST(RequestCounts, TellTimesApartByTheirBounds) {
  RequestCounts counts;
  for (const std::int64_t took_us : {0, 10, 11, 5'000'000, 5'000'001}) {
    counts.add("get_run", 200, Footing::documented, took_us);
  }
  EXPECT_EQ(counts.within(0), 2) << "10 us or less";
  EXPECT_EQ(counts.within(1), 3);
  EXPECT_EQ(counts.within(RequestCounts::kBoundsUs.size() - 1), 4);
  EXPECT_EQ(counts.within(RequestCounts::kBoundsUs.size()), 5) << "all";
  EXPECT_EQ(counts.took_us(), 10'000'022);
}

TEST(RequestCounts, HaveNoMoreKindsThanTheyHaveRoomFor) {
  RequestCounts counts;
  for (int status = 100; status < 700; ++status) {
    for (const Footing footing : {Footing::documented, Footing::none}) {
      counts.add(status % 2 == 0 ? "retry_run" : "", status, footing, 1);
    }
  }
  const auto kinds = counts.kinds();
  EXPECT_EQ(kinds.size(), 512);
  std::uint64_t requests = 0;
  std::uint64_t others = 0;
  for (const RequestCounts::Kind &kind : kinds) {
    requests += kind.requests;
    others += kind.status == 0 ? kind.requests : 0;
  }
  EXPECT_EQ(requests, 1200);
  EXPECT_EQ(others, 1200 - 511) << "the kinds there was no room for, as one";
}

} // namespace
} // namespace flow::mock::test
