#include "mock_server/seed/seeded_documents.hpp"

#include <algorithm>
#include <span>

#include "contracts/model/embedded_file.hpp"
#include "mock_server/resources/id_source.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"

namespace flow::mock {

std::span<const contract::EmbeddedFile> embedded_files();

namespace {

using contract::Json;
using contract::Resource;

/// The documents that the project has of a resource; an empty array where it has none.
Json catalogue_of(const Resource &resource) {
  const std::string name = "catalogue/" + resource.name + ".json";
  const auto files = embedded_files();
  const auto file = std::find_if(files.begin(), files.end(),
                                 [&](const contract::EmbeddedFile &each) { return each.name == name; });
  return file == files.end() ? Json::array() : Json::parse(file->text);
}

/// The same each time: that documents are made when they are first asked for, changes none of the ids and
/// etags that follow.
std::string etag_of(const Resource &resource, const SeededDocument &seeded, std::int64_t now_ms) {
  constexpr std::size_t kDigits = 8;
  constexpr int kHexadecimal = 16;
  const std::string name = resource.name + "/" + seeded.json.value("id", "");
  IdSource source(std::stoul(name_uuid(name).substr(0, kDigits), nullptr, kHexadecimal));
  return source.etag(seeded.updated_at.at(now_ms));
}

std::shared_ptr<const Json> answers_of(const Json &entry) {
  const auto answers = entry.find("answers");
  return answers == entry.end() ? nullptr : std::make_shared<const Json>(*answers);
}

} // namespace

Json in_order(const Resource &resource, const Json &fields) {
  Json ordered = Json::object();
  for (const contract::ResourceField &field : resource.fields) {
    if (const auto given = fields.find(field.path); given != fields.end()) {
      ordered[field.path] = *given;
    }
  }
  return ordered;
}

const std::vector<Document> &shipped_specifications(const Resource &resource) {
  static const auto all = [] {
    std::map<std::string, std::vector<Document>, std::less<>> shipped;
    for (const Resource &each : contract::resources()) {
      std::vector<Document> &documents = shipped[each.name];
      if (each.is_catalogue) {
        for (const Json &entry : catalogue_of(each)) {
          documents.push_back({.json = std::make_shared<const Json>(in_order(each, entry)),
                               .answers = answers_of(entry),
                               .is_shipped = true});
        }
      }
    }
    return shipped;
  }();
  return all.at(resource.name);
}

const SeededDocuments &documented_connections() {
  static const SeededDocuments all = [] {
    SeededDocuments documented;
    for (const Resource &resource : contract::resources()) {
      if (resource.is_catalogue || resource.verbs.empty() || resource.name == "flows") {
        continue;
      }
      for (const Json &entry : catalogue_of(resource)) {
        documented[resource.name].push_back({.json = entry,
                                             .answers = answers_of(entry),
                                             .created_at = {.ms = entry.at("createdAt")},
                                             .updated_at = {.ms = entry.at("updatedAt")}});
      }
    }
    return documented;
  }();
  return all;
}

Json whole_document(const Resource &resource, const SeededDocument &seeded, const SandboxObjects &sandbox,
                    std::int64_t now_ms) {
  if (resource.is_catalogue) {
    return in_order(resource, seeded.json);
  }
  Json whole = {{"createdBy", "{CREATED_BY}"},
                {"updatedBy", "{UPDATED_BY}"},
                {"createdClient", "{CREATED_CLIENT}"},
                {"updatedClient", "{UPDATED_CLIENT}"},
                {"state", "enabled"}};
  whole.update(seeded.json);
  whole["createdAt"] = seeded.created_at.at(now_ms);
  whole["updatedAt"] = seeded.updated_at.at(now_ms);
  whole["sandboxId"] = Json::parse(sandbox.id_text);
  whole["sandboxName"] = Json::parse(sandbox.name_text);
  whole["imsOrgId"] = Json::parse(sandbox.organisation_text);
  if (!whole.contains("etag")) {
    whole["etag"] = etag_of(resource, seeded, now_ms);
  }
  whole["version"] = whole["etag"];
  return in_order(resource, whole);
}

Json document_entry(const Document &document) {
  Json entry = *document.json;
  if (entry.contains("etag")) { // else its version is no etag, but that of a specification
    entry.erase("version");
  }
  for (const char *of_the_sandbox : {"sandboxId", "sandboxName", "imsOrgId"}) {
    entry.erase(of_the_sandbox);
  }
  if (document.answers) {
    entry["answers"] = *document.answers;
  }
  return entry;
}

} // namespace flow::mock
