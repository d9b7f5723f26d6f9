#include <span>

#include "contracts/embedded_file.hpp"
#include "contracts/schema_advice.hpp"
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

} // namespace

void check_fault(const Json &entry) {
  if (const auto wrong = contract::first_to_mend(entry, schema_for(entry))) {
    throw FaultError(wrong->pointer, wrong->reason);
  }
}

} // namespace flow::mock
