#include "contracts/model/contract.hpp"

#include <map>
#include <stdexcept>

#include "contracts/model/embedded_file.hpp"

namespace flow::contract {

namespace {

/// The parsed files of one folder, by name without `suffix`.
std::map<std::string, Json, std::less<>> parse_folder(std::string_view folder, std::string_view suffix) {
  std::map<std::string, Json, std::less<>> documents;
  for (const EmbeddedFile &file : embedded_files()) {
    if (file.name.starts_with(folder) && file.name.ends_with(suffix)) {
      const std::string_view name =
          file.name.substr(folder.size(), file.name.size() - folder.size() - suffix.size());
      documents.emplace(name, Json::parse(file.text));
    }
  }
  return documents;
}

const Json &document(const std::map<std::string, Json, std::less<>> &documents, std::string_view name) {
  const auto found = documents.find(name);
  if (found == documents.end()) {
    throw std::out_of_range("the contract holds no document named " + std::string(name));
  }
  return found->second;
}

} // namespace

std::string_view to_string(Standing standing) {
  switch (standing) {
  case Standing::documented:
    return "documented";
  case Standing::inferred:
    return "inferred";
  case Standing::assumed:
    return "assumed";
  }
  return "";
}

const Json &example(std::string_view name) {
  static const auto documents = parse_folder("examples/", ".json");
  return document(documents, name);
}

const Json &schema(std::string_view name) {
  static const auto documents = parse_folder("schemas/", ".schema.json");
  return document(documents, name);
}

std::string_view control_api_text() {
  return text_of(embedded_files(), "control-api.openapi.json");
}

std::string_view service_api_text() {
  return text_of(embedded_files(), "openapi.json");
}

} // namespace flow::contract
