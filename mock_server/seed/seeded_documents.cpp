#include "mock_server/seed/seeded_documents.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "contracts/model/embedded_file.hpp"
#include "mock_server/resources/id_source.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"

namespace flow::mock {

// NOLINTNEXTLINE(readability-redundant-declaration): a unity source has others
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
  if (const auto given = seeded.json.find("etag"); given != seeded.json.end()) {
    return *given;
  }
  constexpr std::size_t kDigits = 8;
  constexpr int kHexadecimal = 16;
  const std::string name = resource.name + "/" + seeded.json.value("id", "");
  IdSource source(std::stoul(name_uuid(name).substr(0, kDigits), nullptr, kHexadecimal));
  return source.etag(seeded.updated_at.at(now_ms));
}

/// What the sandbox says of a document, whatever a seed gives; nothing for what it does not say.
std::optional<Json> field_of_sandbox(std::string_view field, const SeededDocument &seeded,
                                     const SandboxObjects &sandbox, std::int64_t now_ms) {
  if (field == "createdAt" || field == "updatedAt") {
    return (field == "createdAt" ? seeded.created_at : seeded.updated_at).at(now_ms);
  }
  const std::string *text = field == "sandboxId"     ? &sandbox.id_text
                            : field == "sandboxName" ? &sandbox.name_text
                            : field == "imsOrgId"    ? &sandbox.organisation_text
                                                     : nullptr;
  return text == nullptr ? std::nullopt : std::optional(Json::parse(*text));
}

/// What stands in a field of which a seed says nothing; empty: it is not there.
std::string_view usual_text(std::string_view field) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTexts = {
      {{"createdBy", "{CREATED_BY}"},
       {"updatedBy", "{UPDATED_BY}"},
       {"createdClient", "{CREATED_CLIENT}"},
       {"updatedClient", "{UPDATED_CLIENT}"},
       {"state", "enabled"}}};
  const auto found =
      std::find_if(kTexts.begin(), kTexts.end(), [&](const auto &each) { return each.first == field; });
  return found == kTexts.end() ? std::string_view() : found->second;
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
  Json whole = Json::object();
  for (const contract::ResourceField &field : resource.fields) {
    if (auto own = field_of_sandbox(field.path, seeded, sandbox, now_ms)) {
      whole[field.path] = *std::move(own);
    } else if (field.path == "version" || field.path == "etag") {
      whole[field.path] = etag_of(resource, seeded, now_ms);
    } else if (const auto given = seeded.json.find(field.path); given != seeded.json.end()) {
      whole[field.path] = *given;
    } else if (const std::string_view usual = usual_text(field.path); !usual.empty()) {
      whole[field.path] = usual;
    }
  }
  return whole;
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
