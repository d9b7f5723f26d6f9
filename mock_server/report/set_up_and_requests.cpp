#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <spdlog/fmt/chrono.h>

#include "common/json_text.hpp"
#include "contracts/report/page.hpp"
#include "mock_server/journal/kept_text.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/report/report_page.hpp"
#include "mock_server/service_state.hpp"

/// The parts of the report that show what was set up and what was asked for.
namespace flow::mock {

using contract::Json;
using report::Table;
using report::Tone;

namespace {

std::string shown_json(const Json &json) {
  return report::code(json.is_string() ? json.get<std::string>()
                                       : json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// "organisation/sandbox" of an entry that may name them.
std::string sandbox_of(const Json &entry) {
  return entry.contains("sandbox")
             ? report::code(plain_text(entry["organisation"]) + "/" + plain_text(entry["sandbox"]))
             : "any";
}

std::string member_of(const Json &entry, const char *name) {
  const auto found = entry.find(name);
  return found == entry.end() || found->is_null() ? "" : shown_json(*found);
}

void add_unused(Table &table, const ServiceState &state, const Unused &unused) {
  for (const Json &raw : unused.runs) {
    table.add({"run", member_of(raw, "run"), sandbox_of(raw), "no request asked for it"});
  }
  for (const Json &raw : unused.outcomes) {
    const char *kind = raw.contains("run") ? "run" : "flow";
    table.add({"script", kind + std::string(" ") + member_of(raw, kind), sandbox_of(raw),
               member_of(raw, "taken") + " outcomes taken, not " + member_of(raw, "left")});
  }
  for (const Json &raw : unused.faults) {
    const Json entry = without_secrets(raw, state.secrets);
    table.add({"fault", member_of(entry, "id") + " " + member_of(entry, "type"), sandbox_of(entry),
               "met " + member_of(entry, "matched") + " times"});
  }
  for (const ViolationSum &sum : state.violations.sums()) {
    if (sum.first.is_missing) {
      table.add({"expectation", report::code(contract::clause(sum.first.clause).id),
                 report::code(sum.first.organisation + "/" + sum.first.sandbox),
                 "not met, " + std::to_string(sum.times) + " times"});
    }
  }
}

void add_faults(Table &table, const ServiceState &state, const Json &faults, const std::string &where) {
  for (const Json &raw : faults) {
    const Json entry = without_secrets(raw, state.secrets);
    table.add({member_of(entry, "id"), where, member_of(entry, "type"), member_of(entry, "matched"),
               member_of(entry, "left"), shown_json(entry)});
  }
}

std::string name_of(const Sandbox &sandbox) {
  return sandbox.objects.organisation + "/" + sandbox.objects.name;
}

/// An exchange and the sandbox it was in; empty: in none.
struct ShownExchange {
  JournalEntry entry;
  std::string sandbox;
};

/// The latest of all journals, oldest first. Holds no more than two journals' worth at a time.
std::vector<ShownExchange> latest_exchanges(const ServiceState &state) {
  std::vector<ShownExchange> latest;
  const auto add = [&](const Journal &journal, const std::string &sandbox) {
    for (JournalEntry &entry : journal.find({}, report::kMostRows)) {
      latest.push_back({std::move(entry), sandbox});
    }
    if (latest.size() > report::kMostRows) {
      const auto first_kept = latest.end() - static_cast<std::ptrdiff_t>(report::kMostRows);
      std::nth_element(latest.begin(), first_kept, latest.end(),
                       [](const auto &a, const auto &b) { return a.entry.number < b.entry.number; });
      latest.erase(latest.begin(), first_kept);
    }
  };
  add(state.journal, "");
  for (const std::shared_ptr<Sandbox> &sandbox : state.sandboxes.all()) {
    add(sandbox->journal, name_of(*sandbox));
  }
  std::sort(latest.begin(), latest.end(),
            [](const auto &a, const auto &b) { return a.entry.number < b.entry.number; });
  return latest;
}

std::string time_text(std::int64_t ms) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(ms));
  const auto time = std::chrono::system_clock::to_time_t(std::chrono::sys_seconds(seconds));
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}", fmt::gmtime(time), ms - seconds.count() * 1000);
}

std::string clauses_of(const JournalEntry &entry) {
  std::string ids;
  for (const contract::ClauseNumber number : entry.clauses) {
    ids += report::code(contract::clause(number).id) + " ";
  }
  return ids.empty() ? "" : report::foldable(std::to_string(entry.clauses.size()), ids);
}

std::string verdict_of(const JournalEntry &entry) {
  return entry.violated ? report::chip(Tone::bad, "violated") : "";
}

} // namespace

std::string unused_set_up(const ServiceState &state) {
  Table table("Set up and not used", {"Kind", "What", "Sandbox", "Why it is here"});
  add_unused(table, state, all_unused(state));
  return report::heading("Set up and not used") +
         (table.empty() ? report::paragraph("All that tests have set up was used.") : table.html());
}

std::string all_faults(const ServiceState &state) {
  Table table("Faults", {"Id", "Sandbox", "Type", "#Met", "#Left", "Entry"});
  add_faults(table, state, state.faults.list(), "any");
  for (const std::shared_ptr<Sandbox> &sandbox : state.sandboxes.all()) {
    add_faults(table, state, sandbox->faults.list(), report::code(name_of(*sandbox)));
  }
  return report::heading("Faults") +
         (table.empty() ? report::paragraph("There were none at the end.") : table.html());
}

std::string latest_requests(const ServiceState &state) {
  const std::vector<ShownExchange> latest = latest_exchanges(state);
  Table table("Requests", {"#Number", "Time (UTC)", "Sandbox", "Method", "Path", "Status", "Operation",
                           "Violated", "Clauses"});
  for (const auto &[entry, sandbox] : latest) {
    table.add({std::to_string(entry.number), time_text(entry.at_ms),
               sandbox.empty() ? "" : report::code(sandbox), report::code(entry.method),
               report::code(entry.target), std::to_string(entry.status), report::escaped(entry.operation),
               verdict_of(entry), clauses_of(entry)});
  }
  return report::heading("Requests") +
         report::paragraph("The latest " + std::to_string(latest.size()) + " of " +
                           std::to_string(state.exchanges.load()) +
                           ". What a sandbox kept is gone once it is reset or removed.") +
         (table.empty() ? "" : report::foldable("Requests", table.html(), latest.size() <= 100));
}

} // namespace flow::mock
