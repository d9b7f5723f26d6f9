#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "contracts/model/contract.hpp"
#include "mock_server/resources/run_ids.hpp"
#include "mock_server/seed/seed.hpp"

namespace flow::mock {

/// Makes flows and runs of their entries in seed files, one file or several, or in requests of the control
/// API.
class SeedReader {
public:
  using Json = contract::Json;

  /// For seeds of at most so many runs in all.
  explicit SeedReader(std::uint64_t most_runs) : most_runs_(most_runs) {}
  /// For entries that may speak of flows that are there already.
  SeedReader(std::uint64_t most_runs, std::span<const std::shared_ptr<const Flow>> known_flows);

  /// Reads a seed, as JSON. `file` is how errors call it. Throws SeedError.
  void read(const Json &document, std::string_view file);

  /// The same for one that is known to follow the schema of seeds, which takes longest to check.
  void read_well_formed(const Json &document, std::string_view file);

  Seed take();

private:
  /// The state that an entry names at that place.
  [[nodiscard]] RunStatus named_state(const Json &name, const std::string &pointer) const;
  void read_allow(const Json &allow);
  void read_flow(const Json &json, const std::string &pointer);
  void read_documents(const Json &document);
  void read_document(const contract::Resource &resource, const Json &json, const std::string &pointer);
  void take_room(std::uint64_t copies, const std::string &pointer);
  void take_ids(const std::string &id, std::uint64_t copies, const std::string &pointer);
  void read_run(const Json &json, const std::string &pointer);
  void read_state(const Json &json, const std::string &pointer, Run &run) const;
  void read_ending(const Json &json, const std::string &pointer, Run &run) const;
  void read_script(const Json &json, const std::string &pointer, SeededRun &run);
  std::vector<ScriptedRetry> read_retries(const Json &json, const std::string &pointer);

  const std::uint64_t most_runs_;
  std::uint64_t runs_ = 0; ///< with all copies
  std::string_view file_;
  Seed seed_;
  std::map<std::string, std::shared_ptr<const Flow>, std::less<>> flows_;
  std::set<std::string> flow_ids_; ///< of the flows given here
  std::size_t flow_count_ = 0;     ///< of those that are not deleted
  std::shared_ptr<SeededDocuments> documents_ = std::make_shared<SeededDocuments>();
  std::set<std::string> document_ids_; ///< "connections/ID" of each
  TakenIds run_ids_;                   ///< of runs, and of those that scripts will make
  /// By the id of the entry.
  std::unordered_map<std::string, std::shared_ptr<RetryScript>> scripts_;
};

} // namespace flow::mock
