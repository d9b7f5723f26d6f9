#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mock_server/resources/id_source.hpp"
#include "mock_server/resources/run.hpp"
#include "mock_server/resources/run_json.hpp"
#include "mock_server/resources/run_state.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"
#include "mock_server/seed/seed.hpp"
#include "tests/bench/micro_bench.hpp"
#include "tests/mock_server/support.hpp"

/// Runs: their states, their JSON, and the sandbox that stores them.
namespace flow::mock {
namespace {

using bench::measure;

constexpr std::int64_t kNow = 1767225600000;
constexpr std::int64_t kRuns = 100'000; ///< that a benchmark adds at most, as each takes memory

std::unique_ptr<SandboxState> loaded() {
  auto state = std::make_unique<SandboxState>(1);
  state->load(built_in_seed(), kNow);
  return state;
}

void State_RetryRefusal(benchmark::State &state) {
  const contract::Reading reading;
  auto run = RunState::failed;
  auto source = SourceKind::batch;
  measure(state, [&] {
    benchmark::DoNotOptimize(run);
    benchmark::DoNotOptimize(source);
    return retry_refusal(run, source, reading);
  });
}
BENCHMARK(State_RetryRefusal);

void State_AtATime(benchmark::State &state) {
  const std::optional<Ending> ending = Ending{.at_ms = kNow + 10, .state = RunState::failed};
  std::int64_t now_ms = kNow;
  measure(state, [&] { return state_at(ending, now_ms++); });
}
BENCHMARK(State_AtATime);

void Json_OfRun(benchmark::State &state, std::string_view id) {
  const contract::Reading reading;
  const SandboxObjects sandbox("org", "bench", 1);
  const auto runs = loaded();
  const Run *run = runs->find_run(id);
  std::string json;
  measure(state, [&] {
    json.clear();
    append_run(json, *run, sandbox, reading);
    return json.size();
  });
}
BENCHMARK_CAPTURE(Json_OfRun, Failed, test::kFailed);
BENCHMARK_CAPTURE(Json_OfRun, Success, test::kSuccess);
BENCHMARK_CAPTURE(Json_OfRun, InProgress, test::kInProgress);

void Ids_Uuid(benchmark::State &state) {
  IdSource ids(1);
  measure(state, [&] { return ids.uuid(); });
}
BENCHMARK(Ids_Uuid);
void Ids_Etag(benchmark::State &state) {
  IdSource ids(1);
  measure(state, [&] { return ids.etag(kNow); });
}
BENCHMARK(Ids_Etag);

Run fresh_retry(SandboxState &sandbox, const Run &original) {
  return retry_of(original, {.id = sandbox.fresh_run_id(),
                             .etag = sandbox.ids.etag(kNow),
                             .now_ms = kNow,
                             .actors = original.actors,
                             .ending = Ending{.at_ms = kNow, .state = RunState::success_with_records}});
}

void Store_Find(benchmark::State &state) {
  const auto sandbox = loaded();
  const Run original = *sandbox->find_run(test::kFailed);
  for (std::int64_t i = 0; i < kRuns; ++i) {
    sandbox->add_run(fresh_retry(*sandbox, original));
  }
  measure(state, [&] { return sandbox->find_run(test::kFailed); });
}
BENCHMARK(Store_Find);

void Store_AddFreshRetry(benchmark::State &state) {
  const auto sandbox = loaded();
  const Run original = *sandbox->find_run(test::kFailed);
  measure(state, [&] { return sandbox->add_run(fresh_retry(*sandbox, original)); });
}
BENCHMARK(Store_AddFreshRetry)->Iterations(kRuns);

void Store_LoadBuiltInSeed(benchmark::State &state) {
  SandboxState sandbox(1);
  measure(state, [&] {
    sandbox.load(built_in_seed(), kNow);
    return sandbox.runs.count();
  });
}
BENCHMARK(Store_LoadBuiltInSeed);

} // namespace
} // namespace flow::mock
