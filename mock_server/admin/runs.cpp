#include "mock_server/admin/entries.hpp"
#include "mock_server/admin/routes.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "mock_server/http/error.hpp"
#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_collection.hpp"
#include "mock_server/seed/seed_json.hpp"

namespace flow::mock::admin {

namespace {

/// The run of the path. Throws Refusal.
const Run &run_of(const Call &call, const Transaction &transaction) {
  const Run *run = transaction->find_run(call.ids.front());
  if (run == nullptr) {
    throw not_found("run", call.ids.front());
  }
  return *run;
}

/// A run as it stands once those have ended that were put with an end in the past.
Response run_response(Transaction &transaction, std::string_view run_id, int status = 200) {
  const std::int64_t now_ms = transaction.now_ms();
  transaction->settle(now_ms);
  return json_response(run_entry(*transaction->find_run(run_id), now_ms), status);
}

Response stored_run(const Call &call, Transaction &transaction, const Json &entry, int status) {
  Changes changes;
  changes.runs.push_back(entry);
  carry_out(changes, transaction, call.state.settings.limits, "/runs/0");
  return run_response(transaction, entry["id"].get<std::string>(), status);
}

/// Changes an entry as RFC 7396 says. A state takes the place of metrics, and metrics that of a state.
Json patched(Json entry, const Json &patch, std::int64_t now_ms) {
  if (patch.contains("state") && !patch.contains("metrics")) {
    entry.erase("metrics");
    entry.erase("activities");
  } else if (patch.contains("metrics") && !patch.contains("state")) {
    entry.erase("state");
  }
  if (patch.contains("state") || patch.contains("metrics")) {
    entry.erase("endedAt");
    entry.erase("ends");
  }
  if (!patch.contains("etag")) {
    entry.erase("etag"); // a change makes a fresh one
  }
  if (!patch.contains("updatedAt")) {
    entry["updatedAt"] = now_ms;
  }
  entry.merge_patch(patch);
  return entry;
}

/// Patches the run of the path. The script that it shares with its retries stays shared.
Response patch(const Call &call, Transaction &transaction, const Json &patch) {
  const Run &run = run_of(call, transaction);
  const auto script = run.script;
  Json entry = patched(run_entry(run, transaction.now_ms()), patch, transaction.now_ms());
  if (entry.value("id", Json()) != run.id) {
    throw Refusal{400, "Bad entry", "/id", "A run's id cannot be changed."};
  }
  const bool keeps_script = !patch.contains("retries") && !patch.contains("retriesOf");
  if (keeps_script) {
    entry.erase("retries");
  }
  Response response = stored_run(call, transaction, entry, 200);
  if (!keeps_script) {
    return response;
  }
  transaction->set_script(run_of(call, transaction), script);
  return run_response(transaction, call.ids.front());
}

/// The numbers of a page's runs, and how many there are on all.
using FoundRuns = std::pair<std::vector<std::uint64_t>, std::uint64_t>;

FoundRuns runs_as_added(const RunStore &runs, const ListPage &page) {
  std::vector<std::uint64_t> numbers;
  std::size_t passed = 0;
  for (std::uint64_t number = 0; number < runs.size() && numbers.size() < page.limit; ++number) {
    if (!runs.is_vacant(number) && passed++ >= page.offset) {
      numbers.push_back(number);
    }
  }
  return {std::move(numbers), runs.count()};
}

/// What `property` and `orderby` ask for, as in GET /runs of the service; nothing where neither is given.
std::optional<Query> query_of(const Call &call) {
  Target target;
  for (const auto &[name, value] : call.target.query) {
    if ((name == "property" || name == "orderby") && !value.empty()) {
      target.query.emplace_back(name, value);
    }
  }
  if (target.query.empty()) {
    return std::nullopt;
  }
  auto parsed = parse_query(target, run_fields(), call.state.seal);
  if (const Error *error = std::get_if<Error>(&parsed)) {
    throw Refusal{400, "Bad query", "", message_of(*error)};
  }
  return std::get<Query>(std::move(parsed));
}

FoundRuns found_runs(const Call &call, Transaction &transaction, Query query, const ListPage &page) {
  RunCollection runs(transaction, call.state.settings.reading);
  query.count = true;
  const std::uint64_t total = select(query, runs).count;
  query.count = false;
  query.limit = page.limit == 0 || page.offset >= total ? 0 : page.offset + page.limit;
  std::vector<std::uint64_t> numbers;
  if (query.limit > 0) {
    numbers = select(query, runs).items;
    numbers.erase(numbers.begin(),
                  numbers.begin() + static_cast<std::ptrdiff_t>(std::min(page.offset, numbers.size())));
  }
  return {std::move(numbers), total};
}

} // namespace

Response list_runs(const Call &call) {
  check_parameters(call, {"property", "orderby", "offset", "limit"});
  const ListPage page = list_page_of(call);
  auto query = query_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const auto [numbers, total] =
      query ? found_runs(call, transaction, *std::move(query), page) : runs_as_added(transaction->runs, page);
  Json runs = Json::array();
  for (const std::uint64_t number : numbers) {
    const Run &run = transaction->runs.at(number);
    runs.push_back(run_entry(run, transaction.now_ms()));
    runs.back()["state"] = name_of(run.state); // metrics may say it, but not as shortly
  }
  return json_response({{"runs", std::move(runs)},
                        {"offset", page.offset},
                        {"total", total},
                        {"nowMs", transaction.now_ms()}});
}

Response add_run(const Call &call) {
  Json entry = body_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  if (!entry.contains("id")) {
    entry["id"] = transaction->fresh_run_id();
  }
  if (entry["id"].is_string() &&
      transaction->runs.find(entry["id"].get_ref<const std::string &>()) != nullptr) {
    throw Refusal{409, "The id is taken", "/id", "There is a run with that id; PUT replaces it."};
  }
  return stored_run(call, transaction, entry, 201);
}

Response get_run(const Call &call) {
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return run_response(transaction, run_of(call, transaction).id);
}

Response put_run(const Call &call) {
  const Json entry = entry_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const bool is_new = transaction->runs.find(call.ids.front()) == nullptr;
  return stored_run(call, transaction, entry, is_new ? 201 : 200);
}

Response patch_run(const Call &call) {
  const Json body = body_of(call);
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return patch(call, transaction, body);
}

Response delete_run(const Call &call) {
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  if (!transaction->remove_run(call.ids.front())) {
    throw not_found("run", call.ids.front());
  }
  return json_response(Json::object());
}

Response put_run_state(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"state"});
  if (!body.contains("state")) {
    throw Refusal{400, "Bad body", "/state", "It is missing: {\"state\":\"failed\"}."};
  }
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return patch(call, transaction, body);
}

Response put_run_script(const Call &call) {
  const auto script = std::make_shared<RetryScript>(script_of(call));
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  const Run &run = run_of(call, transaction);
  transaction->set_script(run, script);
  return run_response(transaction, run.id);
}

} // namespace flow::mock::admin
