#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "contracts/judge/judge.hpp"
#include "contracts/model/operations.hpp"
#include "mock_server/journal/request_counts.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/service.hpp"
#include "tests/bench/micro_bench.hpp"
#include "tests/mock_server/support.hpp"

/// Judging an exchange, and a request's whole way but for the socket.
namespace flow::mock {
namespace {

using bench::measure;
using test::Ask;

constexpr std::int64_t kRetries = 100'000; ///< each makes a run, which takes memory

/// Of what the mock answers.
void Rules_Applying(benchmark::State &state, const Ask &asked, std::string_view operation) {
  const contract::Reading reading;
  const contract::Rules &rules = contract::Rules::of(reading);
  const Request request = asked.request();
  const Response answer = FlowService({}).handle(request);
  const auto target = parse_target(asked.target);
  const contract::Exchange exchange{.operation = operation,
                                    .method = request.method,
                                    .headers = request.headers,
                                    .query = target->query,
                                    .body = request.body,
                                    .status = answer.status,
                                    .answer = answer.body};
  measure(state, [&] {
    std::uint64_t sum = 0;
    rules.applying(exchange, [&](contract::ClauseNumber number) { sum += number; });
    return sum;
  });
}
BENCHMARK_CAPTURE(Rules_Applying, Retry, test::retry(test::kFailed), "retry_run");
BENCHMARK_CAPTURE(Rules_Applying, Get, test::get(test::kFailed), "get_run");
BENCHMARK_CAPTURE(Rules_Applying, RunNotFound, test::get(test::kNoSuchRun), "get_run");

void handle(benchmark::State &state, const Ask &asked) {
  FlowService service({});
  const Request request = asked.request();
  measure(state, [&] { return service.handle(request); });
}

void Handle_Get(benchmark::State &state) {
  handle(state, test::get(test::kFailed));
}
BENCHMARK(Handle_Get);

/// What /__admin/metrics costs each request.
void Metrics_Count(benchmark::State &state) {
  RequestCounts counts;
  const std::string_view operation = contract::operation("get_run").name;
  constexpr std::int64_t kTimes = 50;
  std::int64_t took_us = 0;
  measure(state, [&] {
    counts.add(operation, 200, Footing::inferred, took_us % kTimes);
    return ++took_us;
  });
}
BENCHMARK(Metrics_Count);

void Handle_Retry(benchmark::State &state) {
  handle(state, test::retry(test::kFailed));
}
BENCHMARK(Handle_Retry)->Iterations(kRetries);

void Handle_RefusedRetry(benchmark::State &state) {
  handle(state, test::retry(test::kSuccess));
}
BENCHMARK(Handle_RefusedRetry);

void Handle_List(benchmark::State &state) {
  handle(state, {.method = "GET", .target = std::string(contract::kBasePath) + "/runs?limit=5"});
}
BENCHMARK(Handle_List);

void Handle_MissingHeader(benchmark::State &state) {
  Ask asked = test::get(test::kFailed);
  asked.drop("Authorization");
  handle(state, asked);
}
BENCHMARK(Handle_MissingHeader);

/// All threads ask one service, each in a sandbox of its own. The time is that of an answer as the clock on
/// the wall sees it: with a core for each thread and no lock between them, two threads halve it.
void Handle_GetInSandboxesOfTheirOwn(benchmark::State &state) {
  static FlowService service({});
  Ask asked = test::get(test::kFailed);
  const std::string name = "sandbox-" + std::to_string(state.thread_index());
  asked.set("x-sandbox-name", name);
  const Request request = asked.request();
  measure(state, [&] { return service.handle(request); });
}
BENCHMARK(Handle_GetInSandboxesOfTheirOwn)->ThreadRange(1, 2)->UseRealTime();

void Handle_GetInOneSandbox(benchmark::State &state) {
  static FlowService service({});
  const Ask asked = test::get(test::kFailed);
  const Request request = asked.request();
  measure(state, [&] { return service.handle(request); });
}
BENCHMARK(Handle_GetInOneSandbox)->ThreadRange(1, 2)->UseRealTime();

} // namespace
} // namespace flow::mock
