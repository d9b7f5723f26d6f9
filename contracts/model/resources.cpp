#include "contracts/model/resources.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "contracts/model/embedded_file.hpp"

namespace flow::contract {

namespace {

ValueKind kind_named(const std::string &name) {
  constexpr std::array<std::pair<std::string_view, ValueKind>, 7> kKinds = {{{"text", ValueKind::text},
                                                                             {"status", ValueKind::status},
                                                                             {"number", ValueKind::number},
                                                                             {"time", ValueKind::time},
                                                                             {"object", ValueKind::object},
                                                                             {"objects", ValueKind::objects},
                                                                             {"texts", ValueKind::texts}}};
  const auto found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const auto &each) { return each.first == name; });
  if (found == kKinds.end()) {
    throw std::out_of_range("resources.json: a field is no " + name);
  }
  return found->second;
}

std::vector<ResourceField> read_fields(const char *resource) {
  const auto document = nlohmann::json::parse(text_of(embedded_files(), "resources.json"));
  std::vector<ResourceField> fields;
  for (const auto &entry : document.at(resource)) {
    fields.push_back({.path = entry.at("name"),
                      .openapi = entry.value("openapi", ""),
                      .kind = kind_named(entry.at("kind")),
                      .read_only = entry.value("readOnly", false),
                      .kept = entry.value("kept", false)});
  }
  return fields;
}

} // namespace

const std::vector<ResourceField> &fields_of_run() {
  static const std::vector<ResourceField> fields = read_fields("run");
  return fields;
}

const ResourceField *field_of_run(std::string_view name) {
  const auto &fields = fields_of_run();
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const ResourceField &field) {
    return field.path == name || (!name.empty() && field.openapi == name);
  });
  return found == fields.end() || !found->is_at_top() ? nullptr : &*found;
}

} // namespace flow::contract
