#include <algorithm>
#include <span>

#include "contracts/embedded_file.hpp"
#include "contracts/json_schema.hpp"
#include "mock_server/faults/fault.hpp"

namespace flow::mock {

std::span<const contract::EmbeddedFile> embedded_files();

namespace {

using contract::Json;

const Json &fault_schema() {
  static const Json schema = [] {
    for (const contract::EmbeddedFile &file : embedded_files()) {
      if (file.name == "faults/fault.schema.json") {
        return Json::parse(file.text);
      }
    }
    throw std::out_of_range("faults/fault.schema.json");
  }();
  return schema;
}

/// The schema of that type alone: of a oneOf, messages could only say that no branch held.
Json schema_for(const Json &entry) {
  Json schema = fault_schema();
  const Json branches = schema.at("oneOf");
  schema.erase("oneOf");
  for (const Json &branch : branches) {
    if (entry.is_object() && entry.value("type", Json()) == branch.at("properties").at("type").at("const")) {
      schema.merge_patch(branch);
    }
  }
  return schema;
}

/// What the schema says of the place that `pointer` names; "" where it does not know the place.
std::string description_of(const std::string &pointer, const Json &schema) {
  const Json *place = &schema;
  for (std::size_t begin = 1; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    const std::string name = pointer.substr(begin, end - begin);
    if (place->contains("properties") && place->at("properties").contains(name)) {
      place = &place->at("properties").at(name);
    } else if (place->contains("patternProperties")) {
      place = &place->at("patternProperties").front(); // each has one
    } else {
      return "";
    }
    begin = end + 1;
  }
  return place->value("description", "");
}

} // namespace

void check_fault(const Json &entry) {
  const Json schema = schema_for(entry);
  const auto violations = contract::validate(entry, schema);
  if (violations.empty()) {
    return;
  }
  // The deepest place is the one to mend; those above it only say that something below is wrong.
  const auto &deepest =
      *std::max_element(violations.begin(), violations.end(),
                        [](const auto &a, const auto &b) { return a.pointer.size() < b.pointer.size(); });
  const std::string description = description_of(deepest.pointer, schema);
  throw FaultError(deepest.pointer,
                   deepest.reason + (description.empty() ? "" : " Wanted: " + description + "."));
}

} // namespace flow::mock
