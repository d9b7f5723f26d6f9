#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mock_server/resources/document_store.hpp"
#include "mock_server/resources/run.hpp"
#include "mock_server/seed/seed.hpp"

namespace flow::mock {

class SandboxObjects;
struct SandboxState;

/// The documents of a sandbox that are neither runs nor flows: those of the seed, of the documented
/// catalogue, and the connections that flows speak of. They are made where somebody first asks for any.
class SandboxDocuments {
public:
  using Stores = std::map<std::string, DocumentStore, std::less<>>; ///< by resource

  /// Makes them those of the seed, and nothing but that.
  void load(const Seed &seed, std::int64_t now_ms);
  /// The flow's connections are to be among them.
  void note_connections_of(const std::shared_ptr<const Flow> &flow) { flows_to_come_.push_back(flow); }

  /// Makes them these, by the names of their resources and with their numbers.
  struct Kept {
    const contract::Resource *resource;
    std::uint64_t number;
    Document document;
  };
  void load_kept(std::vector<Kept> documents);
  /// When they are made, they are what they would have been then.
  void set_loaded_at(std::int64_t at_ms) { loaded_at_ms_ = at_ms; }
  [[nodiscard]] std::int64_t loaded_at_ms() const { return loaded_at_ms_; }
  /// Makes them anew where somebody asks for any; flows are to be noted again.
  void unmake() {
    stores_.clear();
    flows_to_come_.clear();
  }
  /// From now on their stores note what is changed.
  void watch();
  /// Whether they have been made.
  [[nodiscard]] bool are_made() const { return !stores_.empty(); }
  [[nodiscard]] bool is_touched() const;
  Stores &stores() { return stores_; }

  /// Those of a resource; `state` has the flows.
  DocumentStore &of(const contract::Resource &resource, SandboxState &state, const SandboxObjects &sandbox);
  /// Adds a document as a seed gives it, or replaces the one with its id. Times without a date are `now_ms`.
  void put(const contract::Resource &resource, const SeededDocument &document, SandboxState &state,
           const SandboxObjects &sandbox, std::int64_t now_ms);

private:
  void make_seeded(const SandboxObjects &sandbox);
  /// Makes documents of the connections that flows speak of, and that are not there.
  void make_connections_of_flows(SandboxState &state, const SandboxObjects &sandbox);
  void make_connection(const char *resource, const contract::Json &shown, const Flow &flow,
                       std::int64_t at_ms, const SandboxObjects &sandbox);

  static Stores shipped();

  Stores stores_;
  bool is_watched_ = false;
  std::function<const SeededDocuments &()> seeded_;
  std::int64_t loaded_at_ms_ = 0;
  std::vector<std::shared_ptr<const Flow>> flows_to_come_; ///< their connections are still to be made
};

} // namespace flow::mock
