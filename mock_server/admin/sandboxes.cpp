#include "mock_server/admin/routes.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "mock_server/journal/kept_text.hpp"
#include "mock_server/journal/missing.hpp"
#include "mock_server/seed/seed_json.hpp"
#include "mock_server/seed/seed_reader.hpp"

namespace flow::mock::admin {

namespace {

Json summary(const ServiceState &state, Sandbox &sandbox) {
  const bool has_webhook = sandbox.webhook() != nullptr;
  const Transaction transaction(sandbox.objects, sandbox.clock);
  Json json = {{"organisation", sandbox.objects.organisation},
               {"sandbox", sandbox.objects.name},
               {"nowMs", transaction.now_ms()},
               {"frozen", sandbox.clock.frozen() || state.clock.frozen()},
               {"mode", sandbox.skips_time ? "auto" : "normal"},
               {"runs", transaction->runs.count()},
               {"flows", transaction->flows.size()},
               {"requests", sandbox.journal.size()},
               {"violations", sandbox.violations.total()},
               {"faults", sandbox.faults.list().size()},
               {"webhook", has_webhook},
               {"lastUse", sandbox.last_use.load()}};
  if (const auto seen_ms = sandbox.journal.last_at_ms()) {
    json["lastSeenMs"] = *seen_ms;
  }
  return json;
}

/// Returns what was freed to the system: glibc keeps it for itself otherwise.
void give_memory_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/// Whether glibc keeps so much of what was freed that it is worth it: after a small reset it is not.
bool keeps_much_memory() {
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 33)
  constexpr std::size_t kMuch = std::size_t{32} << 20;
  return mallinfo2().fordblks > kMuch;
#endif
#endif
  return true;
}

Json defaults_json(const RetryDefaults &defaults) {
  return {{"outcome", name_of(defaults.outcome)}, {"durationMs", defaults.duration_ms}};
}

/// Of the sandbox as it is now. What takes longest is left for when it is free again.
Json whole_sandbox(Sandbox &sandbox) {
  Transaction transaction(sandbox.objects, sandbox.clock);
  return snapshot(transaction);
}

} // namespace

Response list_sandboxes(const Call &call) {
  check_parameters(call, {"offset", "limit"});
  const ListPage page = list_page_of(call);
  const auto all = call.state.sandboxes.all();
  Json sandboxes = Json::array();
  for (std::size_t i = page.offset; i < all.size() && sandboxes.size() < page.limit; ++i) {
    sandboxes.push_back(summary(call.state, *all[i]));
  }
  return json_response({{"sandboxes", std::move(sandboxes)}, {"offset", page.offset}, {"total", all.size()}});
}

Response get_sandbox(const Call &call) {
  return json_response(summary(call.state, *call.sandbox));
}

Response reset_all(const Call &call) {
  call.state.start_clock();
  call.state.unused.add(unused_of(call.state.faults));
  call.state.faults.clear();
  call.state.journal.clear();
  for (const auto &sandbox : call.state.sandboxes.all()) {
    const SlowUse use(call.state.sandboxes, *sandbox);
    end_test(call.state, *sandbox);
    sandbox->reset(call.state.settings.seed);
  }
  call.state.sandboxes.forget_unchanged();
  give_memory_back();
  return json_response(Json::object());
}

Response reset_sandbox(const Call &call) {
  end_test(call.state, *call.sandbox);
  call.sandbox->reset(call.state.settings.seed);
  if (keeps_much_memory()) {
    give_memory_back();
  }
  return json_response(summary(call.state, *call.sandbox));
}

Response take_snapshot(const Call &call) {
  Json taken = whole_sandbox(*call.sandbox);
  Json no_entries = Json::array();
  for (Json &list : taken) {
    for (Json &entry : list.is_array() ? list : no_entries) {
      // Their names are those of secrets, but what they hold is what a read of the connection shows.
      const Json auth = entry.value("auth", Json());
      const Json auth_spec = entry.value("authSpec", Json());
      entry = without_secrets(entry, call.state.secrets);
      if (!auth.is_null()) {
        entry["auth"] = auth;
      }
      if (!auth_spec.is_null()) {
        entry["authSpec"] = auth_spec;
      }
    }
  }
  return json_response(taken);
}

Response restore_snapshot(const Call &call) {
  const Json body = body_of(call);
  if (body.contains("allow")) {
    throw Refusal{400, "Bad seed", "/allow", "Who is let in is the mock's, not a sandbox's: leave it out."};
  }
  SeedReader reader(call.state.settings.limits.runs);
  try {
    reader.read(body, "body");
  } catch (const SeedError &error) {
    throw Refusal{400, "Bad seed", error.pointer, error.reason};
  }
  const Seed seed = reader.take();
  call.state.unused.add(unused_in(*call.sandbox));
  call.sandbox->restore(seed);
  return json_response(summary(call.state, *call.sandbox));
}

Response get_defaults(const Call &call) {
  const Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  return json_response(defaults_json(transaction->defaults));
}

Response put_defaults(const Call &call) {
  const Json body = body_of(call);
  SeedReader reader(0);
  try {
    reader.read({{"defaults", body}, {"flows", Json::array()}, {"runs", Json::array()}}, "body");
  } catch (const SeedError &error) {
    throw Refusal{400, "Bad defaults", error.pointer.substr(std::string("/defaults").size()), error.reason};
  }
  const RetryDefaults given = reader.take().defaults;
  Transaction transaction(call.sandbox->objects, call.sandbox->clock);
  RetryDefaults &defaults = transaction->defaults;
  if (body.contains("outcome")) {
    defaults.outcome = given.outcome;
  }
  if (body.contains("durationMs")) {
    defaults.duration_ms = given.duration_ms;
  }
  return json_response(defaults_json(defaults));
}

} // namespace flow::mock::admin
