#include "mock_server/sandbox/sandbox_objects.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "mock_server/resources/id_source.hpp"

namespace flow::mock {

namespace {

// The id of the sandbox `prod` in every documented example of the monitor page.
constexpr std::string_view kProdId = "1bd86660-c5da-11e9-93d4-6d5fc3a66a8e";

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

SandboxObjects::SandboxObjects(std::string_view its_organisation, std::string_view its_name,
                               std::uint64_t seed_of_ids)
    : SandboxObjects(its_organisation, its_name, seed_of_ids, Scheduling{}) {}

SandboxObjects::SandboxObjects(std::string_view its_organisation, std::string_view its_name,
                               std::uint64_t seed_of_ids, const Scheduling &scheduling,
                               contract::Reading its_reading)
    : organisation(its_organisation), name(its_name), name_text(json_text(its_name)),
      id_text(json_text(its_name == "prod" ? std::string(kProdId)
                                           : name_uuid(organisation + "\n" + std::string(its_name)))),
      organisation_text(json_text(its_organisation)), reading(std::move(its_reading)), state_(seed_of_ids) {
  state_.schedules_new_flows = scheduling.of_new_flows;
  state_.most_runs = scheduling.most_runs;
}

void SandboxObjects::set_kept() {
  const std::lock_guard lock(mutex_);
  has_unkept_ = state_.is_touched();
}

} // namespace flow::mock
