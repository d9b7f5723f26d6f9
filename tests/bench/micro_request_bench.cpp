#include <stdexcept>
#include <string>
#include <variant>

#include "contracts/model/contract.hpp"
#include "mock_server/pipeline/dispatch.hpp"
#include "mock_server/pipeline/gateway.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/query/filter.hpp"
#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_collection.hpp"
#include "tests/bench/micro_bench.hpp"
#include "tests/mock_server/support.hpp"

/// From the request's bytes to its operation and query.
namespace flow::mock {
namespace {

using bench::measure;
using test::Ask;

TokenStanding unknown_token(std::string_view /*token*/) {
  return TokenStanding::unknown;
}

void Gateway_FiveHeaders(benchmark::State &state) {
  const Ask asked = test::retry(test::kFailed);
  const Request request = asked.request();
  const Settings settings;
  const TokenCheck check(unknown_token);
  const contract::OperationEntry &operation = contract::operation("get_run");
  measure(state, [&] {
    return check_headers(request, given_headers(request, settings.reading), &operation, settings, check);
  });
}
BENCHMARK(Gateway_FiveHeaders);

void Gateway_MissingHeader(benchmark::State &state) {
  Ask asked = test::retry(test::kFailed);
  asked.drop("x-sandbox-name");
  const Request request = asked.request();
  const Settings settings;
  const TokenCheck check(unknown_token);
  const contract::OperationEntry &operation = contract::operation("get_run");
  measure(state, [&] {
    return check_headers(request, given_headers(request, settings.reading), &operation, settings, check);
  });
}
BENCHMARK(Gateway_MissingHeader);

void Target_OfRetry(benchmark::State &state) {
  const std::string target = test::retry(test::kFailed).target;
  measure(state, [&] { return parse_target(target); });
}
BENCHMARK(Target_OfRetry);

void Target_OfFilteredList(benchmark::State &state) {
  const std::string target =
      std::string(contract::kBasePath) + "/runs?property=flowId%3D%3Da,b&orderby=-createdAt&limit=10";
  measure(state, [&] { return parse_target(target); });
}
BENCHMARK(Target_OfFilteredList);

void route(benchmark::State &state, const Ask &asked) {
  const auto target = parse_target(asked.target);
  measure(state, [&] { return contract::identify(asked.method, target->segments); });
}
void Route_Retry(benchmark::State &state) {
  route(state, test::retry(test::kFailed));
}
BENCHMARK(Route_Retry);
void Route_Get(benchmark::State &state) {
  route(state, test::get(test::kFailed));
}
BENCHMARK(Route_Get);
void Route_Unknown(benchmark::State &state) {
  route(state, {.method = "GET", .target = std::string(contract::kBasePath) + "/nothing"});
}
BENCHMARK(Route_Unknown);

void query(benchmark::State &state, const std::string &text) {
  const auto target = parse_target("/runs?" + text);
  const TokenSeal seal("key");
  if (std::holds_alternative<Error>(parse_query(*target, run_fields(), seal))) {
    throw std::logic_error(text + " is refused: write one that is not");
  }
  measure(state, [&] { return parse_query(*target, run_fields(), seal); });
}
void Query_Filter(benchmark::State &state) {
  query(state, "property=flowId==3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d");
}
BENCHMARK(Query_Filter);
void Query_FiltersOrderAndLimit(benchmark::State &state) {
  query(state, "property=metrics.statusSummary.status==failed&property=createdAt>1651587120000&"
               "property=id,flowId&orderby=-createdAt&limit=100");
}
BENCHMARK(Query_FiltersOrderAndLimit);

void Query_ContinuationToken(benchmark::State &state) {
  const TokenSeal seal("key");
  const auto first = parse_target("/runs?property=flowId==a&orderby=-createdAt&limit=100");
  const auto read = parse_query(*first, run_fields(), seal);
  const auto token =
      continuation_token(std::get<Query>(read), {.keys = {std::int64_t{1}}, .number = 2}, seal);
  const auto next = parse_target("/runs?continuationToken=" + token);
  if (std::holds_alternative<Error>(parse_query(*next, run_fields(), seal))) {
    throw std::logic_error("the token is refused");
  }
  measure(state, [&] { return parse_query(*next, run_fields(), seal); });
}
BENCHMARK(Query_ContinuationToken);

void filter(benchmark::State &state, const std::string &property) {
  const auto read = parse_property(property, run_fields());
  const auto document = contract::Json::parse(
      R"({"id":"a","flowId":"b","createdAt":1651587120000,"metrics":{"statusSummary":{"status":"failed"}},)"
      R"("activities":[{"id":"copyActivity","statusSummary":{"status":"failed"}}]})");
  measure(state, [&] { return holds_in(std::get<Filter>(read), document); });
}
void Filter_NumberInDocument(benchmark::State &state) {
  filter(state, "createdAt>1651587110000");
}
BENCHMARK(Filter_NumberInDocument);
void Filter_NestedInDocument(benchmark::State &state) {
  filter(state, "metrics.statusSummary.status==Failed");
}
BENCHMARK(Filter_NestedInDocument);
void Filter_ArrayInDocument(benchmark::State &state) {
  filter(state, "activities[].statusSummary.status==failed");
}
BENCHMARK(Filter_ArrayInDocument);

void Filter_TextAlone(benchmark::State &state) {
  const auto read = parse_property("flowId==3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d", run_fields());
  const std::string value = "3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d";
  measure(state, [&] { return holds_for(std::get<Filter>(read), value); });
}
BENCHMARK(Filter_TextAlone);

} // namespace
} // namespace flow::mock
