#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "contracts/model/faults.hpp"
#include "mock_server/admin/routes.hpp"
#include "mock_server/version.hpp"

// OpenMetrics 1.0 text. Every label's values are bounded: they are names in the contract's data, statuses of
// HTTP, and a few words; nothing that a client sends is one.
namespace flow::mock::admin {

namespace {

constexpr double kUsPerS = 1e6;

class MetricsText {
public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Begins a family; its samples follow.
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = "flow_mock_" + std::string(name);
    text_ += fmt::format("# TYPE {0} {1}\n# HELP {0} {2}\n", name_, type, help);
  }
  void unit(std::string_view unit) { text_ += fmt::format("# UNIT {} {}\n", name_, unit); }

  template <typename Number> void sample(std::string_view suffix, Labels labels, Number value) {
    text_ += name_;
    text_ += suffix;
    char between = '{';
    for (const auto &[label, its_value] : labels) {
      text_ += fmt::format("{}{}=\"{}\"", between, label, its_value);
      between = ',';
    }
    text_ += fmt::format("{}{}\n", labels.size() == 0 ? " " : "} ", value);
  }

  std::string ended() && { return std::move(text_) + "# EOF\n"; }

private:
  std::string name_;
  std::string text_;
};

void add_requests(MetricsText &text, const RequestCounts &counts) {
  text.family(
      "requests", "counter",
      "Requests of the service, by operation, status of the answer (0: of many kinds), and the weakest "
      "standing of the clauses that they are a case of.");
  for (const RequestCounts::Kind &kind : counts.kinds()) {
    text.sample("_total",
                {{"operation", kind.operation},
                 {"status", std::to_string(kind.status)},
                 {"standing", to_string(kind.footing)}},
                kind.requests);
  }
  text.family("request_duration_seconds", "histogram",
              "Time from when a request of the service was read until its answer was made, without delays by "
              "faults.");
  text.unit("seconds");
  constexpr auto &kBounds = RequestCounts::kBoundsUs;
  for (std::size_t i = 0; i < kBounds.size(); ++i) {
    const std::string bound = fmt::format("{}", static_cast<double>(kBounds.at(i)) / kUsPerS);
    text.sample("_bucket", {{"le", bound}}, counts.within(i));
  }
  const std::uint64_t all = counts.within(kBounds.size());
  text.sample("_bucket", {{"le", "+Inf"}}, all);
  text.sample("_sum", {}, static_cast<double>(counts.took_us()) / kUsPerS);
  text.sample("_count", {}, all);
}

void add_sandboxes(MetricsText &text, const ServiceState &state) {
  const auto sandboxes = state.sandboxes.all();
  text.family("sandboxes", "gauge", "Sandboxes that have been used.");
  text.sample("", {}, sandboxes.size());
  std::uint64_t runs = 0;
  for (const auto &sandbox : sandboxes) {
    runs += Transaction::unsettled(sandbox->objects, sandbox->clock)->runs.count();
  }
  text.family("runs", "gauge", "Runs in all sandboxes.");
  text.sample("", {}, runs);
}

void add_violations(MetricsText &text, const ViolationLog &violations) {
  text.family("violations", "counter", "Breaches of the contract by the application, by clause.");
  std::string_view clause;
  std::uint64_t times = 0;
  const auto add = [&] {
    if (times > 0) {
      text.sample("_total", {{"clause", clause}}, times);
    }
  };
  for (const ViolationSum &sum : violations.sums()) { // one clause may be seen and missing: they follow
    const std::string_view id = contract::clause(sum.first.clause).id;
    if (id != clause) {
      add();
      clause = id;
      times = 0;
    }
    times += sum.times;
  }
  add();
}

void add_faults(MetricsText &text, const Counters &met) {
  text.family("faults_met", "counter", "Faults that fell on a request, by type.");
  const auto &types = contract::fault_types();
  for (std::size_t i = 0; i < types.size(); ++i) {
    text.sample("_total", {{"type", types[i].name}}, met.sum(i));
  }
}

} // namespace

Response metrics(const Call &call) {
  check_parameters(call, {});
  const ServiceState &state = call.state;
  MetricsText text;
  text.family("build", "info", "The mock's version.");
  text.sample("_info", {{"version", kVersion}}, 1);
  add_requests(text, state.metrics.requests);
  if (state.metrics.connections) {
    text.family("connections", "gauge", "Clients that are connected.");
    text.sample("", {}, state.metrics.connections());
  }
  add_sandboxes(text, state);
  add_violations(text, state.violations);
  add_faults(text, state.metrics.faults_met);
  text.family("deliveries", "counter", "Posts of events to webhooks, by whether the receiver took them.");
  text.sample("_total", {{"result", "delivered"}}, state.metrics.delivered.load());
  text.sample("_total", {{"result", "failed"}}, state.metrics.undelivered.load());
  Response response;
  response.headers = {{"Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8"}};
  response.body = std::move(text).ended();
  return response;
}

} // namespace flow::mock::admin
