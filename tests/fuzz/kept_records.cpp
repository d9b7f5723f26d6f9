#include <map>

#include "mock_server/keeping/kept_sandbox.hpp"
#include "mock_server/service_state.hpp"
#include "mock_server/store/record.hpp"
#include "tests/fuzz/service.hpp"

namespace flow::fuzz {

namespace {

/// A store with the things that the bytes are: kind, key and record of each. The sums at the end of records
/// are added here, as none would be met by chance.
class GivenThings final : public mock::Store {
public:
  explicit GivenThings(std::string_view bytes) {
    const std::string whole = with_sum(bytes);
    mock::RecordReader reader(whole);
    try {
      for (;;) {
        constexpr std::uint64_t kKinds = 12;
        const auto kind = static_cast<mock::EntityKind>(reader.number_below(kKinds));
        const std::string key(reader.text());
        things_[{kind, key}] = with_sum(reader.text());
      }
    } catch (const mock::BadRecord &) { // NOLINT(bugprone-empty-catch)
      // There are no more.
    }
  }

  std::vector<mock::StoredName> sandboxes() override { return {}; }
  void read(const mock::StoredName & /*sandbox*/,
            const std::function<void(mock::EntityChange)> &take) override {
    for (const auto &[place, value] : things_) {
      take({place.first, place.second, value});
    }
  }
  void commit(std::span<const mock::SandboxChanges> /*changes*/) override {}

private:
  static std::string with_sum(std::string_view bytes) {
    std::string record(bytes);
    std::uint32_t sum = mock::sum_of(bytes);
    for (std::size_t i = 0; i < sizeof(sum); ++i, sum >>= 8U) {
      record += static_cast<char>(sum);
    }
    return record;
  }

  std::map<std::pair<mock::EntityKind, std::string>, std::string> things_;
};

} // namespace

/// The bytes are what a store has of a sandbox: refused with a reason, or read; then all questions are
/// answered.
void kept_records(std::string_view bytes) {
  mock::FlowService service(reproducible_settings());
  mock::ServiceState &state = service.state();
  GivenThings store(bytes);
  const auto sandbox = state.sandboxes.fresh("o", "s");
  try {
    mock::read_sandbox([&](const auto &take) { store.read({}, take); }, state.settings, *sandbox);
  } catch (const mock::StoreError &refused) {
    require(!std::string_view(refused.what()).empty(), "a refusal has a reason");
    return;
  }
  state.sandboxes.adopt(sandbox);
  for (const char *path : {"/sandboxes/o/s", "/sandboxes/o/s/snapshot", "/sandboxes/o/s/requests",
                           "/sandboxes/o/s/violations", "/sandboxes/o/s/faults", "/sandboxes/o/s/runs"}) {
    require(control(service, "GET", path).status > 0, "it is answered");
  }
}

} // namespace flow::fuzz
