#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/text.hpp"
#include "mock_server/admin/routes.hpp"
#include "mock_server/http/stream.hpp"
#include "mock_server/journal/report.hpp"

namespace flow::mock::admin {

namespace {

constexpr int kMostStreams = 32;
constexpr std::size_t kMostAtOnce = 1000; ///< requests that are told in one go
constexpr int kMostQuiet = 150; ///< times in a row that nothing is new until that is said: about 15 s

/// What a change is told of: revisions, each with its name in an event.
using Revisions = std::vector<std::pair<std::string_view, std::uint64_t>>;

Revisions revisions_of(Sandbox &sandbox) {
  const auto webhook = sandbox.webhook();
  const std::uint64_t runs = Transaction(sandbox.objects, sandbox.clock)->runs.revision();
  return {{"runs", runs},
          {"clock", sandbox.clock.revision() + (sandbox.skips_time ? 1U : 0U)},
          {"faults", sandbox.faults.revision()},
          {"violations", sandbox.violations.total()},
          {"requests", sandbox.journal.cleared()},
          {"events", webhook ? webhook->revision() : 0}};
}

Revisions revisions_of(const ServiceState &state) {
  return {{"clock", state.clock.revision()},
          {"faults", state.faults.revision()},
          {"violations", state.violations.total()},
          {"requests", state.journal.cleared()}};
}

std::string event_text(std::string_view name, const Json &data, std::uint64_t id = 0) {
  std::string text = "event: " + std::string(name) + "\n";
  if (id != 0) {
    text += "id: " + std::to_string(id) + "\n";
  }
  return text + "data: " + data.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n\n";
}

/// What happens in one sandbox, or in the whole mock.
class Happenings final : public Stream {
public:
  using Name = std::pair<std::string, std::string>; ///< organisation and sandbox

  Happenings(ServiceState &state, Name only, std::optional<std::uint64_t> last_seen)
      : state_(state), only_(std::move(only)), last_seen_(last_seen) {
    if (state_.streams.fetch_add(1) >= kMostStreams) {
      --state_.streams;
      throw Refusal{409, "Too many streams", "",
                    std::to_string(kMostStreams) + " are read, the most there can be: end some."};
    }
  }
  ~Happenings() override { --state_.streams; }
  Happenings(const Happenings &) = delete;
  Happenings &operator=(const Happenings &) = delete;

  std::optional<std::string> next() override {
    // Whoever has a number up to this one is in its journal, or holds that journal's lock.
    const std::uint64_t bound = state_.exchanges;
    const auto sandboxes = watched();
    std::string text;
    if (!has_begun_) {
      begin(bound, sandboxes, text);
    }
    tell_requests(bound, sandboxes, text);
    tell_changes(sandboxes, text);
    quiet_ = text.empty() ? quiet_ + 1 : 0;
    if (quiet_ == kMostQuiet) {
      quiet_ = 0;
      text = ": nothing new\n\n";
    }
    return text;
  }

private:
  using SandboxList = std::vector<std::shared_ptr<Sandbox>>;

  bool is_of_all() const { return only_.first.empty(); }

  SandboxList watched() const {
    if (is_of_all()) {
      return state_.sandboxes.all();
    }
    auto sandbox = state_.sandboxes.find(only_.first, only_.second);
    return sandbox ? SandboxList{std::move(sandbox)} : SandboxList();
  }

  /// Whether requests behind that one have gone from a journal.
  bool has_lost(std::uint64_t number, const SandboxList &sandboxes) const {
    return (is_of_all() && state_.journal.last_dropped() > number) ||
           std::any_of(sandboxes.begin(), sandboxes.end(),
                       [&](const auto &sandbox) { return sandbox->journal.last_dropped() > number; });
  }

  static std::string hello(std::uint64_t number, bool lost) {
    return event_text("hello", {{"number", number}, {"lost", lost}}, number);
  }

  void begin(std::uint64_t bound, const SandboxList &sandboxes, std::string &text) {
    has_begun_ = true;
    last_ = last_seen_.value_or(bound);
    const bool lost = last_ > bound || has_lost(last_, sandboxes); // past the end: of another mock's life
    last_ = lost ? bound : last_;
    text += hello(last_, last_seen_ && lost);
    seen_ = revisions(sandboxes);
    mock_seen_ = revisions_of(state_);
  }

  void tell_requests(std::uint64_t bound, const SandboxList &sandboxes, std::string &text) {
    if (has_lost(last_, sandboxes)) { // the reader is too slow, or there are too many at once
      last_ = bound;
      text += hello(bound, true);
      return;
    }
    std::vector<std::pair<std::uint64_t, Json>> found;
    const auto look_in = [&](const Journal &journal, std::string_view organisation, std::string_view name) {
      for (const JournalEntry &entry : journal.behind(last_, bound, kMostAtOnce)) {
        found.emplace_back(entry.number, brief_exchange_json(entry, organisation, name));
      }
    };
    if (is_of_all()) {
      look_in(state_.journal, "", "");
    }
    for (const auto &sandbox : sandboxes) {
      look_in(sandbox->journal, sandbox->objects.organisation, sandbox->objects.name);
    }
    std::sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    found.resize(std::min(found.size(), kMostAtOnce));
    for (const auto &[number, json] : found) {
      text += event_text("request", json, number);
    }
    last_ = found.size() < kMostAtOnce ? bound : found.back().first;
  }

  using Seen = std::map<Name, Revisions>;

  /// A sandbox that somebody has for long is left as it was seen last.
  Seen revisions(const SandboxList &sandboxes) const {
    Seen now;
    for (const auto &sandbox : sandboxes) {
      const Name name(sandbox->objects.organisation, sandbox->objects.name);
      const auto before = seen_.find(name);
      now.emplace(name,
                  sandbox->slow_uses > 0 && before != seen_.end() ? before->second : revisions_of(*sandbox));
    }
    return now;
  }

  /// The names of those that differ.
  static Json differences(const Revisions &before, const Revisions &now) {
    Json what = Json::array();
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (i >= before.size() || before[i] != now[i]) {
        what.push_back(now[i].first);
      }
    }
    return what;
  }

  void tell_changes(const SandboxList &sandboxes, std::string &text) {
    Seen now = revisions(sandboxes);
    bool has_others = false;
    for (const auto &[name, its] : now) {
      const auto before = seen_.find(name);
      has_others = has_others || before == seen_.end();
      const Json what = differences(before == seen_.end() ? Revisions() : before->second, its);
      if (!what.empty()) {
        text +=
            event_text("change", {{"organisation", name.first}, {"sandbox", name.second}, {"what", what}});
      }
    }
    has_others = has_others || now.size() != seen_.size();
    seen_ = std::move(now);
    if (!is_of_all()) {
      return;
    }
    Revisions of_mock = revisions_of(state_);
    Json what = differences(mock_seen_, of_mock);
    mock_seen_ = std::move(of_mock);
    if (has_others) {
      what.push_back("sandboxes");
    }
    if (!what.empty()) {
      text += event_text("change", {{"what", what}});
    }
  }

  ServiceState &state_;
  const Name only_; ///< both are empty: all there are
  const std::optional<std::uint64_t> last_seen_;
  bool has_begun_ = false;
  std::uint64_t last_ = 0; ///< number of the request that was told last
  Seen seen_;
  Revisions mock_seen_;
  int quiet_ = 0; ///< times in a row that nothing was new
};

std::optional<std::uint64_t> last_event_id(const Request &request) {
  const std::string_view given = header(request, "Last-Event-ID");
  if (given.empty()) {
    return std::nullopt;
  }
  const auto number = integer_in(given);
  if (!number || *number < 0) {
    throw Refusal{400, "Bad header", "",
                  "Last-Event-ID has to be the id of an event, which is the number of a request."};
  }
  return static_cast<std::uint64_t>(*number);
}

} // namespace

Response stream(const Call &call) {
  check_parameters(call, {"organisation", "sandbox"});
  Happenings::Name only(parameter(call, "organisation").value_or(""),
                        parameter(call, "sandbox").value_or(""));
  if (only.first.empty() != only.second.empty()) {
    throw Refusal{400, "Bad parameter", only.first.empty() ? "organisation" : "sandbox",
                  "It is missing: a sandbox is named by organisation and sandbox."};
  }
  Response response;
  response.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}};
  response.stream = std::make_shared<Happenings>(call.state, std::move(only), last_event_id(call.request));
  return response;
}

} // namespace flow::mock::admin
