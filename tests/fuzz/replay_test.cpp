#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/targets.hpp"

/// Every file of the corpora, what fuzzing has found among them, without a fuzzer.
namespace flow::fuzz {
namespace {

struct Target {
  const char *name;
  void (*run)(std::string_view bytes);
};

constexpr Target kTargets[] = {
    {"chunked_body", chunked_body},
    {"client_answers", client_answers},
    {"continuation_token", continuation_token},
    {"documents", documents},
    {"earlier_report", earlier_report},
    {"json_text", json_text},
    {"kept_records", kept_records},
    {"property_language", property_language},
    {"request_head", request_head},
    {"seed", seed},
    {"service_request", service_request},
    {"snapshot", snapshot},
    {"suite_answers", suite_answers},
};

struct Corpus : ::testing::TestWithParam<Target> {};

TEST_P(Corpus, BreaksNoPromise) {
  const std::filesystem::path folder = std::filesystem::path(FUZZ_CORPUS) / GetParam().name;
  std::size_t files = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    SCOPED_TRACE(entry.path());
    GetParam().run(bytes);
    ++files;
  }
  EXPECT_GT(files, 0);
}

INSTANTIATE_TEST_SUITE_P(Of, Corpus, ::testing::ValuesIn(kTargets),
                         [](const auto &target) { return std::string(target.param.name); });

} // namespace
} // namespace flow::fuzz
