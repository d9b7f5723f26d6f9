#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "contracts/judge/judge.hpp"
#include "mock_server/admin/routes.hpp"
#include "mock_server/clock/given_time.hpp"
#include "mock_server/http/awaited.hpp"
#include "mock_server/journal/journal.hpp"
#include "mock_server/journal/report.hpp"

namespace flow::mock::admin {

namespace {

constexpr std::size_t kLongestGlob = 256;

/// A journal and whose it is.
struct Source {
  Journal *journal;
  std::string_view organisation;
  std::string_view sandbox;
};

Source source_of(Sandbox &sandbox) {
  return {&sandbox.journal, sandbox.objects.organisation, sandbox.objects.name};
}

/// That of the sandbox which the path names, or all there are.
std::vector<Source> sources(const Call &call) {
  if (call.sandbox != nullptr) {
    return {source_of(*call.sandbox)};
  }
  std::vector<Source> all = {{&call.state.journal, "", ""}};
  for (const auto &sandbox : call.state.sandboxes.all()) {
    all.push_back(source_of(*sandbox));
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
  filter.violated = flag_parameter(call, "violated");
  filter.from_ms = time_parameter(call, "fromMs");
  filter.to_ms = time_parameter(call, "toMs");
  return filter;
}

JournalPage page_of(const Call &call) {
  JournalPage page{.limit = list_page_of(call).limit, .brief = flag_parameter(call, "brief").value_or(false)};
  if (const auto before = number_parameter(call, "before")) {
    page.before = static_cast<std::uint64_t>(*before);
  }
  return page;
}

std::uint64_t dropped(const std::vector<Source> &all) {
  std::uint64_t sum = 0;
  for (const Source &source : all) {
    sum += source.journal->dropped();
  }
  return sum;
}

/// The requests that pass, of the last ones of all.
Json requests_in(const std::vector<Source> &all, const JournalFilter &filter, const JournalPage &page) {
  std::vector<std::pair<std::uint64_t, Json>> found;
  for (const Source &source : all) {
    for (const JournalEntry &entry : source.journal->find(filter, page)) {
      found.emplace_back(entry.number, page.brief
                                           ? brief_exchange_json(entry, source.organisation, source.sandbox)
                                           : exchange_json(entry, source.organisation, source.sandbox));
    }
    // Of the last ones of each, the last ones of all.
    std::sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(std::min(page.limit, found.size())));
  }
  Json requests = Json::array();
  for (auto &[number, exchange] : found) {
    requests.push_back(std::move(exchange));
  }
  return requests;
}

Response found_requests(const std::vector<Source> &all, Json requests, std::size_t capacity) {
  return json_response(
      {{"requests", std::move(requests)}, {"dropped", dropped(all)}, {"capacity", capacity}});
}

std::size_t count_in(const std::vector<Source> &all, const JournalFilter &filter) {
  std::size_t count = 0;
  for (const Source &source : all) {
    count += source.journal->times(filter).size();
  }
  return count;
}

/// What a test waits for: so many requests that pass.
struct Wanted {
  JournalFilter filter;
  std::size_t count = 1;
  std::chrono::milliseconds patience{};
};

Wanted wanted_by(const Call &call) {
  constexpr std::int64_t kPatienceMs = 5000;
  constexpr std::int64_t kMostPatienceMs = 600'000;
  Wanted wanted{.filter = filter_of(call)};
  const std::size_t capacity = call.state.journal.capacity();
  const std::int64_t count = number_parameter(call, "count").value_or(1);
  if (count < 1) {
    throw Refusal{400, "Bad parameter", "count", "It has to be at least 1."};
  }
  if (static_cast<std::uint64_t>(count) > std::min(capacity, kMostListed)) {
    throw Refusal{409, "More than is kept", "count",
                  "The journal keeps " + std::to_string(capacity) + " requests, and shows " +
                      std::to_string(kMostListed) +
                      " at once: start flow-mock with a higher --journal-size, or await fewer."};
  }
  wanted.count = static_cast<std::size_t>(count);
  const std::int64_t patience_ms = number_parameter(call, "timeoutMs").value_or(kPatienceMs);
  if (patience_ms > kMostPatienceMs) {
    throw Refusal{400, "Bad parameter", "timeoutMs", "It is at most 600000, ten minutes."};
  }
  wanted.patience = std::chrono::milliseconds(patience_ms);
  return wanted;
}

/// The requests that came nearest, and in what they differ.
Json nearest_in(const std::vector<Source> &all, const JournalFilter &filter) {
  constexpr std::size_t kNearest = 5;
  struct Near {
    std::size_t differences;
    std::uint64_t number;
    Json json;
  };
  std::vector<Near> nearest;
  for (const Source &source : all) {
    for (const Journal::Near &near : source.journal->nearest(filter, kNearest)) {
      Json differences = Json::array();
      for (const JournalDifference &each : near.differences) {
        differences.push_back({{"filter", each.filter}, {"wanted", each.wanted}, {"is", each.is}});
      }
      nearest.push_back(
          {.differences = near.differences.size(),
           .number = near.entry.number,
           .json = {{"differences", std::move(differences)},
                    {"request", exchange_json(near.entry, source.organisation, source.sandbox)}}});
    }
  }
  std::sort(nearest.begin(), nearest.end(), [](const Near &a, const Near &b) {
    return std::tie(a.differences, b.number) < std::tie(b.differences, a.number);
  });
  Json found = Json::array();
  for (std::size_t i = 0; i < std::min(kNearest, nearest.size()); ++i) {
    found.push_back(std::move(nearest[i].json));
  }
  return found;
}

class AwaitedRequests final : public Awaited {
public:
  AwaitedRequests(const Call &call, Wanted wanted)
      : state_(call.state), organisation_(call.sandbox == nullptr ? "" : call.sandbox->objects.organisation),
        sandbox_(call.sandbox == nullptr ? "" : call.sandbox->objects.name), wanted_(std::move(wanted)) {}

  std::chrono::milliseconds patience() const override { return wanted_.patience; }

  void wake_by(std::function<void()> wake) override {
    watch_.emplace(state_.arrivals, organisation_, sandbox_, std::move(wake));
  }

  std::optional<Response> look() override {
    const Held held = journals();
    if (count_in(held.sources, wanted_.filter) < wanted_.count) {
      return std::nullopt;
    }
    return found_requests(held.sources, requests_in(held.sources, wanted_.filter, {.limit = kMostListed}),
                          state_.journal.capacity());
  }

  Response give_up() override {
    if (auto found = look()) {
      return *std::move(found);
    }
    const Held held = journals();
    const std::size_t came = count_in(held.sources, wanted_.filter);
    return json_response(
        {{"errors",
          {{{"title", "Timed out"},
            {"detail", std::to_string(came) + " of " + std::to_string(wanted_.count) +
                           " requests came within " + std::to_string(wanted_.patience.count()) +
                           " ms. `nearest` has those that differ least from what was awaited."}}}},
         {"count", came},
         {"nearest", nearest_in(held.sources, wanted_.filter)}},
        408);
  }

private:
  /// Journals, and what has them.
  struct Held {
    std::vector<std::shared_ptr<Sandbox>> sandboxes;
    std::vector<Source> sources;
  };

  /// As they are now: the sandbox may be used for the first time meanwhile.
  Held journals() const {
    Held held;
    if (organisation_.empty()) {
      held.sandboxes = state_.sandboxes.all();
      held.sources.push_back({&state_.journal, "", ""});
    } else if (auto sandbox = state_.sandboxes.find(organisation_, sandbox_)) {
      held.sandboxes.push_back(std::move(sandbox));
    }
    for (const auto &sandbox : held.sandboxes) {
      held.sources.push_back(source_of(*sandbox));
    }
    return held;
  }

  ServiceState &state_;
  const std::string organisation_; ///< both names are empty: all there are
  const std::string sandbox_;
  const Wanted wanted_;
  std::optional<Arrivals::Watch> watch_;
};

} // namespace

Response list_requests(const Call &call) {
  check_parameters(call, {"method", "path", "operation", "run", "status", "fault", "clause", "violated",
                          "fromMs", "toMs", "limit", "before", "brief"});
  const JournalFilter filter = filter_of(call);
  const JournalPage page = page_of(call);
  const auto all = sources(call);
  return found_requests(all, requests_in(all, filter, page), call.state.journal.capacity());
}

Response await_requests(const Call &call) {
  check_parameters(call, {"method", "path", "operation", "run", "status", "fault", "clause", "violated",
                          "fromMs", "toMs", "count", "timeoutMs"});
  Response response;
  response.awaited = std::make_shared<AwaitedRequests>(call, wanted_by(call));
  return response;
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
