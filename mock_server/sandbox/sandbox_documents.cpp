#include "mock_server/sandbox/sandbox_documents.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "contracts/model/resources.hpp"
#include "mock_server/resources/flow_json.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"

namespace flow::mock {

namespace {

/// What stands as "id" in what a seed gives as an object; nothing where a document cannot have that id.
std::optional<std::string> id_in(const contract::Json &shown) {
  constexpr std::size_t kLongest = 128;
  const auto id = shown.find("id");
  if (id == shown.end() || !id->is_string()) {
    return std::nullopt;
  }
  const auto &text = id->get_ref<const std::string &>();
  const bool can_be =
      !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_' || c == ':';
      });
  return can_be ? std::optional(text) : std::nullopt;
}

/// Adds what a seeded source or target connection shows of its base connection, where it does not say it.
bool inherit(const contract::Resource &resource, contract::Json &whole,
             const SandboxDocuments::Stores &made) {
  const auto base_id = whole.find("baseConnectionId");
  const auto connections = made.find("connections");
  if (base_id == whole.end() || !base_id->is_string() || whole.contains("inheritedAttributes") ||
      resource.field("inheritedAttributes") == nullptr || connections == made.end()) {
    return false;
  }
  const Document *base = connections->second.find(base_id->get_ref<const std::string &>());
  if (base == nullptr) {
    return false;
  }
  whole["inheritedAttributes"] = {
      {"baseConnection",
       {{"id", *base_id}, {"connectionSpec", base->json->value("connectionSpec", contract::Json())}}}};
  return true;
}

/// What is stored of a seeded document, of which `whole` has all fields but what it inherits.
Document stored_of(const contract::Resource &resource, const SeededDocument &seeded, contract::Json whole,
                   const SandboxDocuments::Stores &others) {
  if (inherit(resource, whole, others)) {
    whole = in_order(resource, whole);
  }
  return {.json = std::make_shared<const contract::Json>(std::move(whole)), .answers = seeded.answers};
}

} // namespace

void SandboxDocuments::load(const Seed &seed, std::int64_t now_ms) {
  stores_.clear();
  flows_to_come_.clear();
  seeded_ = seed.documents;
  loaded_at_ms_ = now_ms;
}

void SandboxDocuments::load_kept(std::vector<Kept> documents) {
  std::sort(documents.begin(), documents.end(),
            [](const Kept &a, const Kept &b) { return a.number < b.number; });
  stores_ = shipped();
  for (Kept &kept : documents) {
    stores_.find(kept.resource->name)->second.add_numbered(kept.number, std::move(kept.document));
  }
  flows_to_come_.clear();
}

void SandboxDocuments::watch() {
  is_watched_ = true;
  for (auto &[name, store] : stores_) {
    store.watch();
  }
}

bool SandboxDocuments::is_touched() const {
  return std::any_of(stores_.begin(), stores_.end(),
                     [](const auto &entry) { return entry.second.is_touched(); });
}

void SandboxDocuments::put(const contract::Resource &resource, const SeededDocument &document,
                           SandboxState &state, const SandboxObjects &sandbox, std::int64_t now_ms) {
  DocumentStore &store = of(resource, state, sandbox);
  store.put(stored_of(resource, document, whole_document(resource, document, sandbox, now_ms), stores_));
}

DocumentStore &SandboxDocuments::of(const contract::Resource &resource, SandboxState &state,
                                    const SandboxObjects &sandbox) {
  const bool is_first = stores_.empty();
  if (is_first) {
    make_seeded(sandbox);
  }
  if (!flows_to_come_.empty()) {
    make_connections_of_flows(state, sandbox);
  }
  if (is_first && is_watched_) {
    watch(); // what the seed says is no change
  }
  return stores_.find(resource.name)->second;
}

SandboxDocuments::Stores SandboxDocuments::shipped() {
  Stores made;
  for (const contract::Resource &resource : contract::resources()) {
    DocumentStore &store = made.emplace(resource.name, resource).first->second;
    for (const Document &document : shipped_specifications(resource)) {
      store.put(document);
    }
  }
  return made;
}

void SandboxDocuments::make_seeded(const SandboxObjects &sandbox) {
  const SeededDocuments &seeded = seeded_();
  Stores made = shipped();
  for (const contract::Resource &resource : contract::resources()) {
    DocumentStore &store = made.find(resource.name)->second;
    if (const auto given = seeded.find(resource.name); given != seeded.end()) {
      for (const SeededDocument &document : given->second) {
        store.put(
            stored_of(resource, document, whole_document(resource, document, sandbox, loaded_at_ms_), made));
      }
    }
  }
  stores_ = std::move(made);
}

void SandboxDocuments::make_connections_of_flows(SandboxState &state, const SandboxObjects &sandbox) {
  constexpr std::array<std::pair<const char *, const char *>, 2> kSides = {
      {{"/sourceConnections", "sourceConnections"}, {"/targetConnections", "targetConnections"}}};
  for (const auto &flow : flows_to_come_) {
    const SandboxFlow *its = state.find_flow(flow->id);
    // A draft uses nothing: what it spoke of may have been deleted since.
    if (its == nullptr || its->flow != flow || flow->state == "draft") {
      continue;
    }
    const contract::Json inherited = inherited_attributes(*flow);
    for (const auto &[place, resource] : kSides) {
      const contract::Json::json_pointer at(place);
      for (const contract::Json &shown :
           inherited.contains(at) ? inherited.at(at) : contract::Json::array()) {
        if (const auto base = shown.find("baseConnection"); base != shown.end()) {
          make_connection("connections", *base, *flow, its->created_at_ms, sandbox);
        }
        make_connection(resource, shown, *flow, its->created_at_ms, sandbox);
      }
    }
  }
  flows_to_come_.clear(); // now that all are made: made once more, none is made twice
}

void SandboxDocuments::make_connection(const char *resource, const contract::Json &shown, const Flow &flow,
                                       std::int64_t at_ms, const SandboxObjects &sandbox) {
  DocumentStore &store = stores_.find(std::string_view(resource))->second;
  const auto id = id_in(shown);
  if (!id || store.find(*id) != nullptr || store.count() >= kMostDocuments) {
    return;
  }
  SeededDocument document{
      .json = {{"id", *id},
               {"name", store.resource().singular + " of " + flow.document.value("name", flow.id)}},
      .answers = nullptr,
      .created_at = {.ms = at_ms},
      .updated_at = {.ms = at_ms}};
  if (const auto spec = shown.find("connectionSpec"); spec != shown.end() && spec->is_object()) {
    document.json["connectionSpec"] = *spec;
  }
  if (resource == std::string_view("sourceConnections")) {
    document.json["data"] = {{"format", flow.source_format.empty() ? "delimited" : flow.source_format}};
  }
  if (resource == std::string_view("targetConnections") && flow.source != SourceKind::destination) {
    constexpr std::size_t kDigits = 24; // as the tutorials' data sets have
    std::string data_set = name_uuid("data set of flow " + flow.id);
    std::erase(data_set, '-');
    document.json["params"] = {{"dataSetId", data_set.substr(0, kDigits)}};
  }
  const auto base = shown.find("baseConnection");
  if (const auto base_id = base == shown.end() ? std::nullopt : id_in(*base)) {
    document.json["baseConnectionId"] = *base_id;
    document.json["inheritedAttributes"] = {{"baseConnection", *base}};
  }
  store.put({.json = std::make_shared<const contract::Json>(
                 whole_document(store.resource(), document, sandbox, at_ms))});
}

} // namespace flow::mock
