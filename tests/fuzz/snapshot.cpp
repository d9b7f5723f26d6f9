#include "tests/fuzz/service.hpp"

namespace flow::fuzz {

/// The bytes are a snapshot to restore a sandbox from. Refused, it changes nothing; restored, it comes out as
/// a snapshot that restores the same.
void snapshot(std::string_view bytes) {
  mock::FlowService service(reproducible_settings());
  const auto taken = [&service] { return control(service, "GET", "/sandboxes/o/s/snapshot").body; };
  const std::string before = taken();
  const mock::Response restored = control(service, "POST", "/sandboxes/o/s/restore", bytes);
  const std::string after = taken();
  if (restored.status != 200) {
    require(restored.status >= 400 && restored.status < 500,
            "a refusal is the client's fault: " + restored.body);
    require(nlohmann::json::accept(restored.body), "a refusal is JSON: " + restored.body);
    require(after == before, "what is refused changes nothing");
    return;
  }
  const mock::Response again = control(service, "POST", "/sandboxes/o/s/restore", after);
  require(again.status == 200, "a snapshot can be restored: " + again.body);
  require(taken() == after, "it restores the same: " + after);
}

} // namespace flow::fuzz
