#include "mock_server/seed/seed.hpp"
#include "tests/fuzz/service.hpp"

namespace flow::fuzz {

namespace {

constexpr std::uint64_t kMostRuns = 1000; ///< more take longer without showing more

} // namespace

/// The bytes are a seed file: refused by its place, or served, and then a sandbox's snapshot is a seed again.
void seed(std::string_view bytes) {
  mock::Settings settings = reproducible_settings();
  try {
    settings.seed = mock::parse_seed(bytes, "fuzz");
  } catch (const mock::SeedError &error) {
    require(!error.reason.empty(), "a refusal has a reason");
    return;
  }
  if (settings.seed.run_count() > kMostRuns) {
    return;
  }
  settings.seed.allow = {};
  mock::FlowService service(settings);
  const mock::Response taken = control(service, "GET", "/sandboxes/o/s/snapshot");
  require(taken.status == 200, "a snapshot can be taken: " + taken.body);
  if (taken.body.find("(not kept)") != std::string::npos) {
    return; // an id may look as if it assigned a secret: that is hidden, and is no id any more
  }
  const mock::Response restored = control(service, "POST", "/sandboxes/o/other/restore", taken.body);
  require(restored.status == 200, "a snapshot is a seed: " + restored.body + " of " + taken.body);
}

} // namespace flow::fuzz
