#include "tests/bench/micro_bench.hpp"

#include <iomanip>
#include <iostream>
#include <vector>

/// The pieces of a request's way, each by itself: a Markdown table. Takes Google Benchmark's options, such as
/// --benchmark_filter=Gateway.
namespace {

class MarkdownReporter final : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(const Context & /*context*/) override {
    std::cout << "| piece | time, ns | allocations |\n| --- | ---: | ---: |\n";
    return true;
  }

  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs) {
      const auto allocations = run.counters.find("allocations");
      std::cout << "| " << run.benchmark_name() << " | " << std::fixed << std::setprecision(1)
                << run.GetAdjustedRealTime() << " | ";
      if (allocations != run.counters.end()) {
        std::cout << allocations->second.value;
      }
      std::cout << " |" << std::endl;
    }
  }
};

} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  MarkdownReporter reporter;
  return benchmark::RunSpecifiedBenchmarks(&reporter) == 0 ? 2 : 0;
}
