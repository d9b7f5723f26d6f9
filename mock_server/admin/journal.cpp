#include <algorithm>
#include <iterator>
#include <string>

#include "contracts/judge/judge.hpp"
#include "mock_server/admin/routes.hpp"
#include "mock_server/clock/given_time.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/report.hpp"

namespace flow::mock::admin {

namespace {

constexpr std::int64_t kMostShown = 10000;
constexpr std::int64_t kShown = 1000;
constexpr std::size_t kLongestGlob = 256;

/// A journal and whose it is.
struct Source {
  Journal *journal;
  std::string_view organisation;
  std::string_view sandbox;
};

/// That of the sandbox which the path names, or all there are.
std::vector<Source> sources(const Call &call) {
  const auto of = [](Sandbox &sandbox) {
    return Source{&sandbox.journal, sandbox.objects.organisation, sandbox.objects.name};
  };
  if (call.sandbox != nullptr) {
    return {of(*call.sandbox)};
  }
  std::vector<Source> all = {{&call.state.journal, "", ""}};
  for (const auto &sandbox : call.state.sandboxes.all()) {
    all.push_back(of(*sandbox));
  }
  return all;
}

std::string text_parameter(const Call &call, std::string_view name) {
  return parameter(call, name).value_or("");
}

std::string operation_parameter(const Call &call) {
  const auto given = parameter(call, "operation");
  if (!given) {
    return "";
  }
  std::string names;
  for (const contract::OperationEntry &operation : contract::operations()) {
    if (operation.name == *given) {
      return *given;
    }
    names += (names.empty() ? "" : ", ") + operation.name;
  }
  throw Refusal{400, "Unknown operation", "operation",
                "There is none named '" + *given + "'. Known: " + names + "."};
}

std::optional<contract::ClauseNumber> clause_parameter(const Call &call) {
  const auto given = parameter(call, "clause");
  if (!given) {
    return std::nullopt;
  }
  const auto number = contract::clause_number(*given);
  if (!number) {
    throw Refusal{400, "Unknown clause", "clause",
                  "There is none with the id '" + *given + "': GET /__admin/coverage lists them."};
  }
  return number;
}

std::optional<bool> violated_parameter(const Call &call) {
  const auto given = parameter(call, "violated");
  if (given && *given != "true" && *given != "false") {
    throw Refusal{400, "Bad parameter", "violated", "It has to be true or false."};
  }
  return given ? std::optional(*given == "true") : std::nullopt;
}

std::optional<int> status_parameter(const Call &call) {
  const auto given = number_parameter(call, "status");
  if (given && (*given < 100 || *given > 599)) {
    throw Refusal{400, "Bad parameter", "status", "It has to be a status of HTTP, between 100 and 599."};
  }
  return given ? std::optional(static_cast<int>(*given)) : std::nullopt;
}

/// By the clock of the sandbox, or of the mock.
std::optional<std::int64_t> time_parameter(const Call &call, std::string_view name) {
  const auto text = parameter(call, name);
  if (!text) {
    return std::nullopt;
  }
  const auto time = given_time_in(*text);
  if (!time) {
    throw Refusal{400, "Bad parameter", std::string(name), "It " + not_a_time(*text) + "."};
  }
  return time->at(call.sandbox == nullptr ? call.state.clock.now_ms() : call.sandbox->clock.now_ms());
}

JournalFilter filter_of(const Call &call) {
  JournalFilter filter;
  filter.method = text_parameter(call, "method");
  filter.path = text_parameter(call, "path");
  if (filter.path.size() > kLongestGlob) {
    throw Refusal{400, "Bad parameter", "path", "It is longer than 256 characters."};
  }
  filter.operation = operation_parameter(call);
  filter.run = text_parameter(call, "run");
  filter.status = status_parameter(call);
  filter.fault = text_parameter(call, "fault");
  filter.clause = clause_parameter(call);
  filter.violated = violated_parameter(call);
  filter.from_ms = time_parameter(call, "fromMs");
  filter.to_ms = time_parameter(call, "toMs");
  return filter;
}

std::size_t limit_of(const Call &call) {
  const std::int64_t limit = number_parameter(call, "limit").value_or(kShown);
  if (limit > kMostShown) {
    throw Refusal{400, "Bad parameter", "limit", "At most 10000 are shown at once."};
  }
  return static_cast<std::size_t>(limit);
}

std::uint64_t dropped(const std::vector<Source> &all) {
  std::uint64_t sum = 0;
  for (const Source &source : all) {
    sum += source.journal->dropped();
  }
  return sum;
}

} // namespace

Response list_requests(const Call &call) {
  check_parameters(call, {"method", "path", "operation", "run", "status", "fault", "clause", "violated",
                          "fromMs", "toMs", "limit"});
  const JournalFilter filter = filter_of(call);
  const std::size_t limit = limit_of(call);
  const auto all = sources(call);
  std::vector<std::pair<std::uint64_t, Json>> found;
  for (const Source &source : all) {
    for (const JournalEntry &entry : source.journal->find(filter, limit)) {
      found.emplace_back(entry.number, exchange_json(entry, source.organisation, source.sandbox));
    }
    // Of the last ones of each, the last ones of all.
    std::sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(std::min(limit, found.size())));
  }
  Json requests = Json::array();
  for (auto &[number, exchange] : found) {
    requests.push_back(std::move(exchange));
  }
  return json_response({{"requests", std::move(requests)},
                        {"dropped", dropped(all)},
                        {"capacity", call.state.journal.capacity()}});
}

Response count_requests(const Call &call) {
  check_parameters(call, {"method", "path", "operation", "run", "status", "fault", "clause", "violated",
                          "fromMs", "toMs"});
  const JournalFilter filter = filter_of(call);
  const auto all = sources(call);
  std::vector<std::int64_t> times;
  for (const Source &source : all) {
    const auto of_source = source.journal->times(filter);
    times.insert(times.end(), of_source.begin(), of_source.end());
  }
  Json json = count_json(std::move(times));
  json["dropped"] = dropped(all);
  json["capacity"] = call.state.journal.capacity();
  return json_response(json);
}

Response clear_requests(const Call &call) {
  check_parameters(call, {});
  for (const Source &source : sources(call)) {
    source.journal->clear();
  }
  return json_response(Json::object());
}

} // namespace flow::mock::admin
