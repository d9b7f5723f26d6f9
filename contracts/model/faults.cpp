#include "contracts/model/faults.hpp"

#include <algorithm>
#include <stdexcept>

#include "common/json_text.hpp"
#include "contracts/model/embedded_file.hpp"
#include "contracts/model/operations.hpp"

namespace flow::contract {

namespace {

using Json = nlohmann::ordered_json;

const Json &faults_document() {
  static const Json document = Json::parse(text_of(catalogue::embedded_files(), "faults.json"));
  return document;
}

/// "ms before the first byte, 0 to 300000"
std::string description_of(const Json &attribute) {
  const std::string unit = attribute.value("unit", "");
  std::string text = unit + (unit.empty() ? "" : " ") + attribute.at("help").get<std::string>();
  text += attribute.contains("enum")
              ? ", one of " + listed(attribute.at("enum"))
              : ", " + attribute.at("minimum").dump() + " to " + attribute.at("maximum").dump();
  return text +
         (attribute.contains("absent") ? "; absent: " + attribute.at("absent").get<std::string>() : "");
}

/// Whether a fault answers with it where its code is asked for.
bool is_told_by_code(const ErrorEntry &entry) {
  return entry.form == ErrorForm::gateway || entry.form == ErrorForm::service;
}

/// The codes of that status that a fault can be asked for.
Json codes_of(int status) {
  Json codes = Json::array();
  for (const ErrorEntry &entry : errors()) {
    if (entry.status == status && is_told_by_code(entry) && !entry.code.empty()) {
      codes.push_back(entry.code);
    }
  }
  return codes;
}

/// The attributes of a type, with the values that follow from its errors.
Json attributes_of(const Json &type) {
  Json attributes = type.at("attributes");
  if (type.contains("errors")) {
    Json statuses = Json::array();
    Json codes = Json::array();
    for (const auto &error : type.at("errors").items()) {
      const int status = std::stoi(error.key());
      const Json its_codes = codes_of(status);
      statuses.push_back(status);
      codes.insert(codes.end(), its_codes.begin(), its_codes.end());
    }
    attributes.at("status")["enum"] = statuses;
    attributes.at("errorCode")["enum"] = codes;
  }
  return attributes;
}

FaultAttribute attribute_of(const std::string &name, const Json &entry) {
  Json schema = entry;
  for (const char *ours : {"unit", "help", "required", "absent"}) {
    schema.erase(ours);
  }
  schema["description"] = description_of(entry);
  return {.name = name, .schema = std::move(schema), .required = entry.value("required", false)};
}

std::vector<FaultType> read_fault_types() {
  std::vector<FaultType> types;
  for (const Json &entry : faults_document().at("types")) {
    FaultType &type = types.emplace_back(FaultType{.name = entry.at("name"),
                                                   .at = entry.at("at"),
                                                   .always = entry.value("always", false),
                                                   .about = entry.at("about"),
                                                   .attributes = {}});
    const Json attributes = attributes_of(entry);
    for (const auto &attribute : attributes.items()) {
      type.attributes.push_back(attribute_of(attribute.key(), attribute.value()));
    }
  }
  return types;
}

/// "latencyMs, optionally jitterMs"
std::string names_of_attributes(const FaultType &type) {
  std::string names;
  for (const FaultAttribute &attribute : type.attributes) {
    names +=
        (names.empty() ? "" : ", ") + std::string(attribute.required ? "" : "optionally ") + attribute.name;
  }
  return names.empty() ? type.name + " has none" : names;
}

} // namespace

bool FaultAttribute::is_text() const {
  return schema.contains("enum") && schema.at("enum").front().is_string();
}

bool FaultAttribute::takes(const Json &value) const {
  if (schema.contains("enum")) {
    const Json &known = schema.at("enum");
    return std::find(known.begin(), known.end(), value) != known.end();
  }
  return value.is_number_integer() && value >= schema.at("minimum") && value <= schema.at("maximum");
}

const ErrorEntry &fault_error(int status, const std::string &code) {
  if (code.empty()) {
    const auto &types = faults_document().at("types");
    const auto type =
        std::find_if(types.begin(), types.end(), [](const Json &each) { return each.contains("errors"); });
    return error(type->at("errors").at(std::to_string(status)).get_ref<const std::string &>());
  }
  const auto found = std::find_if(errors().begin(), errors().end(), [&](const ErrorEntry &entry) {
    return entry.status == status && entry.code == code && is_told_by_code(entry);
  });
  if (found != errors().end()) {
    return *found;
  }
  const Json codes = codes_of(status);
  throw std::invalid_argument("with status " + std::to_string(status) +
                              (codes.empty() ? " no errorCode is documented: leave it out"
                                             : " errorCode is one of " + listed(codes)));
}

const std::vector<FaultType> &fault_types() {
  static const std::vector<FaultType> types = read_fault_types();
  return types;
}

const FaultType *fault_type(std::string_view name) {
  const auto &types = fault_types();
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const FaultType &type) { return type.name == name; });
  return found == types.end() ? nullptr : &*found;
}

/// Those of faults.json, and the operations that a fault can fall on.
const Json &fault_members() {
  static const Json members = [] {
    Json all = faults_document().at("members");
    Json &operation = all["match"]["properties"]["operation"];
    operation["enum"] = Json::array();
    for (const OperationEntry &entry : operations()) {
      if (operation["enum"].empty() || operation["enum"].back() != entry.name) {
        operation["enum"].push_back(entry.name);
      }
    }
    operation["description"] =
        operation.at("description").get<std::string>() + ", one of " + listed(operation.at("enum"));
    return all;
  }();
  return members;
}

Json attributes_schema(const FaultType &type) {
  Json schema = {{"description", names_of_attributes(type)},
                 {"type", "object"},
                 {"properties", Json::object()},
                 {"additionalProperties", false}};
  for (const FaultAttribute &attribute : type.attributes) {
    schema["properties"][attribute.name] = attribute.schema;
    if (attribute.required) {
      schema["required"].push_back(attribute.name);
    }
  }
  return schema;
}

Json fault_schema(std::string_view name) {
  Json names = Json::array();
  for (const FaultType &type : fault_types()) {
    names.push_back(type.name);
  }
  Json schema = {{"type", "object"}, {"required", {"type"}}, {"additionalProperties", false}};
  Json &members = schema["properties"] = {
      {"type", {{"description", "one of " + listed(names)}, {"type", "string"}, {"enum", names}}},
      {"attributes", {{"description", "an object of the attributes that the type has"}, {"type", "object"}}}};
  members.update(fault_members());
  if (const FaultType *type = fault_type(name)) {
    members["attributes"] = attributes_schema(*type);
    if (members["attributes"].contains("required")) {
      schema["required"].push_back("attributes");
    }
    if (type->always) {
      members["at"] = {{"description", type->name + " is always applied to the " + type->at},
                       {"const", type->at}};
    }
  }
  return schema;
}

} // namespace flow::contract
