#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>

#include "mock_server/service_state.hpp"
#include "tests/mock_server/support.hpp"

/// What the mock's operations cost as a sandbox grows, and what a sandbox costs: in process, without sockets.
/// Prints Markdown; --csv FILE also writes what growth.gnuplot draws.
namespace flow::mock::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kFirstMs = 1'700'000'000'000;
constexpr std::uint64_t kFlows = 10;
constexpr std::uint64_t kMostEntries = 1000;
constexpr std::size_t kSandboxes = 10'000;

/// Bytes that are in use: of the heap, and of what is mapped by itself.
std::uint64_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// So many runs, in at most 1000 entries a minute apart, of ten flows in turn; of a hundred entries, ninety
/// have succeeded, nine are in progress and one has failed.
Seed seed_of(std::uint64_t runs) {
  Json flows = Json::array();
  for (std::uint64_t i = 0; i < kFlows; ++i) {
    flows.push_back({{"id", "00000000-0000-4000-8000-00000000000" + std::to_string(i)}});
  }
  Json entries = Json::array();
  const std::uint64_t count = std::min(runs, kMostEntries);
  for (std::uint64_t i = 0; i < count; ++i) {
    std::array<char, 40> id{};
    std::snprintf(id.data(), id.size(), "%08llx-0000-4000-8000-000000000000",
                  static_cast<unsigned long long>(i));
    const char *state = i % 100 == 7 ? "failed" : i % 11 == 3 ? "in-progress" : "success";
    entries.push_back({{"id", id.data()},
                       {"flowId", flows[i % kFlows]["id"]},
                       {"state", state},
                       {"createdAt", kFirstMs + static_cast<std::int64_t>(i) * 60'000},
                       {"copies", runs / count}});
  }
  return parse_seed(Json{{"flows", flows}, {"runs", entries}}.dump(), "growth");
}

/// Median nanoseconds of an operation that answers with `status`; about a quarter of a second is spent on it.
double nanoseconds(FlowService &service, const Ask &asked, int status = 200) {
  std::vector<double> times;
  const auto begin = Clock::now();
  while (times.size() < 5 || (times.size() < 20'000 && seconds_since(begin) < 0.25)) {
    const auto start = Clock::now();
    const Response response = ask(service, asked);
    times.push_back(seconds_since(start) * 1e9);
    if (response.status != status) {
      throw std::runtime_error(asked.method + " " + asked.target + ": " + response.body);
    }
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

Ask list(const std::string &query) {
  return {.method = "GET", .target = std::string(contract::kBasePath) + "/runs?" + query};
}

struct Row {
  std::string_view name;
  Ask asked;
};

/// Each of them answers with at most 20 runs.
std::vector<Row> rows(std::uint64_t runs) {
  const std::uint64_t last_entry = std::min(runs, kMostEntries) - 1;
  const std::string middle = std::to_string(kFirstMs + static_cast<std::int64_t>(last_entry / 2) * 60'000);
  const std::string flow = "property=flowId==00000000-0000-4000-8000-000000000007";
  return {
      {"get", get("00000007-0000-4000-8000-000000000000")},
      {"page by flowId", list(flow)},
      {"page by flowId, newest first", list(flow + "&orderby=-createdAt")},
      {"page by status", list("property=metrics.statusSummary.status==failed")},
      {"page by time window",
       list("property=createdAt%3E=" + middle + "&property=createdAt%3C=" + middle + "&orderby=createdAt")},
      {"page by time window, as made", list("property=createdAt%3E=" + middle)},
      {"first page", list("")},
      {"newest first", list("orderby=-updatedAt")},
      {"count", list("count=true")},
      {"count by flowId", list("count=true&" + flow)},
      {"count by time window", list("count=true&property=createdAt%3E=" + middle)},
      // Last, as it makes runs.
      {"retry", retry("00000007-0000-4000-8000-000000000000")},
  };
}

/// The page behind which there is none, by following the tokens.
Ask last_page(FlowService &service) {
  constexpr std::string_view kNext = "continuationToken=";
  std::string query = "limit=20";
  for (;;) {
    const std::string body = ask(service, list(query)).body;
    const std::size_t token = body.rfind(kNext);
    if (token == std::string::npos) {
      return list(query);
    }
    query = body.substr(token, body.find('"', token) - token);
  }
}

struct Size {
  std::uint64_t runs;
  double load_s;
  double bytes; ///< a run
  std::vector<std::pair<std::string_view, double>> ns{};
};

Size measure(std::uint64_t runs) {
  Settings settings;
  settings.seed = seed_of(runs);
  FlowService service(std::move(settings));
  Ask touch = get("none");
  ask(service, touch.set("x-sandbox-name", "another")); // what the first request of all makes is not a run's
  service.state().sandboxes.of("{ORG_ID}", "another")->reset({});
  malloc_trim(0);
  const std::uint64_t before = bytes_in_use();
  const auto begin = Clock::now();
  ask(service, get("none"));
  Size size{.runs = runs, .load_s = seconds_since(begin), .bytes = 0};
  size.bytes = static_cast<double>(bytes_in_use() - before) / static_cast<double>(runs);
  const Ask last = last_page(service);
  for (const Row &row : rows(runs)) {
    if (row.name == "retry") {
      size.ns.emplace_back("last page", nanoseconds(service, last));
    }
    size.ns.emplace_back(row.name, nanoseconds(service, row.asked));
  }
  return size;
}

void print_table(const std::vector<Size> &sizes) {
  std::printf("| runs |");
  for (const Size &size : sizes) {
    std::printf(" %llu |", static_cast<unsigned long long>(size.runs));
  }
  std::printf("\n|---|");
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::printf("---:|");
  }
  std::printf("\n| load, ms |");
  for (const Size &size : sizes) {
    std::printf(" %.2f |", size.load_s * 1e3);
  }
  std::printf("\n| memory, bytes a run |");
  for (const Size &size : sizes) {
    std::printf(" %.0f |", size.bytes);
  }
  for (std::size_t row = 0; row < sizes.front().ns.size(); ++row) {
    const std::string name(sizes.front().ns[row].first);
    std::printf("\n| %s, µs |", name.c_str());
    for (const Size &size : sizes) {
      std::printf(" %.1f |", size.ns[row].second / 1e3);
    }
  }
  std::printf("\n");
}

void write_csv(const std::string &file, const std::vector<Size> &sizes) {
  std::ofstream out(file);
  out << "runs";
  for (const auto &[name, ns] : sizes.front().ns) {
    out << ";" << name;
  }
  for (const Size &size : sizes) {
    out << "\n" << size.runs;
    for (const auto &[name, ns] : size.ns) {
      out << ";" << ns / 1e3;
    }
  }
  out << "\n";
  if (!out.flush()) {
    throw std::runtime_error(file + " cannot be written; name another with --csv");
  }
}

void measure_sandboxes() {
  FlowService service((Settings()));
  Ask asked = get(kFailed);
  ask(service, asked.set("x-sandbox-name", "first"));
  const std::uint64_t before = bytes_in_use();
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < kSandboxes; ++i) {
    ask(service, asked.set("x-sandbox-name", "sandbox-" + std::to_string(i)));
  }
  const double each = 1.0 / static_cast<double>(kSandboxes);
  std::printf(
      "\n| sandboxes of the built-in seed, each touched once | bytes each | µs each |\n|---:|---:|---:|\n");
  std::printf("| %zu | %.0f | %.1f |\n", kSandboxes, static_cast<double>(bytes_in_use() - before) * each,
              seconds_since(begin) * 1e6 * each);
}

int run(const std::vector<std::string_view> &arguments) {
  std::string csv;
  std::vector<Size> sizes;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] != "--csv" || i + 1 == arguments.size()) {
      const bool is_asked = arguments[i] == "--help";
      std::fprintf(is_asked ? stdout : stderr, "usage: growth-bench [--csv FILE]\n");
      return is_asked ? 0 : 2;
    }
    csv = arguments[++i];
  }
  for (const std::uint64_t runs : {10, 10'000, 1'000'000}) {
    sizes.push_back(measure(runs));
  }
  print_table(sizes);
  measure_sandboxes();
  if (!csv.empty()) {
    write_csv(csv, sizes);
  }
  return 0;
}

} // namespace
} // namespace flow::mock::test

int main(int argc, char **argv) {
  try {
    return flow::mock::test::run({argv + 1, argv + argc});
  } catch (const std::exception &error) {
    std::fprintf(stderr, "growth-bench: %s\n", error.what());
    return 1;
  }
}
