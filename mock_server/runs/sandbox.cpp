#include "mock_server/runs/sandbox.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace flow::mock {

namespace {

// The id of the sandbox `prod` in every documented example of the monitor page.
constexpr std::string_view kProdId = "1bd86660-c5da-11e9-93d4-6d5fc3a66a8e";

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// A header value holds no line feed, so no two pairs share a key.
std::string key_of(std::string_view organisation, std::string_view name) {
  std::string key;
  key.reserve(organisation.size() + 1 + name.size());
  key.append(organisation).append("\n").append(name);
  return key;
}

} // namespace

Run *RunStore::find(std::string_view id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Run *RunStore::add(Run run) {
  if (by_id_.contains(run.id)) {
    return nullptr;
  }
  Run &added = runs_.emplace_back(std::move(run));
  by_id_.emplace(added.id, &added);
  return &added;
}

Sandbox::Sandbox(std::string_view organisation, std::string_view name, std::uint64_t id_seed)
    : name_text(json_text(name)),
      id_text(json_text(name == "prod" ? std::string(kProdId) : name_uuid(key_of(organisation, name)))),
      organisation_text(json_text(organisation)), ids(id_seed) {}

void Sandbox::settle(Run &run, std::int64_t now_ms) {
  mock::settle(run, now_ms, [this](std::int64_t at_ms) { return ids.etag(at_ms); });
}

Run *Sandbox::find_run(std::string_view run_id, std::int64_t now_ms) {
  Run *run = runs.find(run_id);
  if (run != nullptr) {
    settle(*run, now_ms);
  }
  return run;
}

Run *Sandbox::add_run(Run run) {
  Run *added = runs.add(std::move(run));
  SandboxFlow *flow = added == nullptr ? nullptr : find_flow(added->flow->id);
  if (flow != nullptr &&
      (flow->last_run == nullptr || flow->last_run->started_at_ms <= added->started_at_ms)) {
    flow->last_run = added;
  }
  return added;
}

SandboxFlow *Sandbox::find_flow(std::string_view flow_id) {
  const auto found = std::find_if(flows.begin(), flows.end(), [&](const SandboxFlow &candidate) {
    return candidate.flow->id == flow_id;
  });
  return found == flows.end() ? nullptr : &*found;
}

Sandboxes::Sandboxes(const Seed &seed, std::optional<std::uint64_t> deterministic)
    : seed_(seed), deterministic_(deterministic) {}

Sandbox &Sandboxes::of(std::string_view organisation, std::string_view name, std::int64_t now_ms) {
  const std::string key = key_of(organisation, name);
  {
    const std::shared_lock lock(mutex_);
    const auto found = sandboxes_.find(key);
    if (found != sandboxes_.end()) {
      return *found->second;
    }
  }
  const std::unique_lock lock(mutex_);
  auto &sandbox = sandboxes_[key];
  if (!sandbox) {
    sandbox = make(organisation, name, now_ms);
  }
  return *sandbox;
}

std::unique_ptr<Sandbox> Sandboxes::make(std::string_view organisation, std::string_view name,
                                         std::int64_t now_ms) const {
  // Of the name, so that a sandbox's ids do not depend on which other sandboxes were touched before it.
  const std::uint64_t id_seed = deterministic_
                                    ? *deterministic_ ^ std::hash<std::string>{}(key_of(organisation, name))
                                    : IdSource::random_seed();
  auto sandbox = std::make_unique<Sandbox>(organisation, name, id_seed);
  for (const auto &flow : seed_.flows) {
    std::string etag = flow->document.value("etag", "");
    if (etag.empty()) {
      etag = sandbox->ids.etag(flow->document.value("updatedAt", now_ms));
    }
    sandbox->flows.push_back({.flow = flow, .etag = std::move(etag), .delta_column = flow->delta_column});
  }
  for (const Run &seeded : seed_.runs) {
    Run run = seeded;
    if (seeded.script) {
      run.script = std::make_shared<RetryScript>(*seeded.script);
    }
    if (run.etag.empty()) {
      run.etag = sandbox->ids.etag(run.updated_at_ms);
    }
    if (run.ending) {
      run.ending->at_ms += now_ms;
    }
    sandbox->add_run(std::move(run));
  }
  return sandbox;
}

} // namespace flow::mock
