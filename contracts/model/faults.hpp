#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "contracts/model/errors.hpp"

/// The faults that a mock can inject, as faults.json has them: the only list of types and of
/// their attributes. The mock, its control API's description and flowctl read it here.
namespace flow::contract {

struct FaultAttribute {
  std::string name;
  nlohmann::ordered_json schema; ///< with a description: "ms before the first byte, 0 to 300000"
  bool required;

  /// Whether its values are texts.
  [[nodiscard]] bool is_text() const;
  /// Whether the value is valid by the schema.
  [[nodiscard]] bool takes(const nlohmann::ordered_json &value) const;
};

struct FaultType {
  std::string name;
  std::string at;    ///< "request" or "answer": where a fault is applied that does not say so
  bool always;       ///< a fault of the type cannot be applied elsewhere
  std::string about; ///< what a client sees
  std::vector<FaultAttribute> attributes;
};

/// The error that a fault of the type "status" answers with: the one of that status, or of its errors in the
/// service's or the gateway's form the one with that code. Throws std::invalid_argument, which says the codes
/// of the status, where it has none such.
const ErrorEntry &fault_error(int status, const std::string &code = {});

/// Every type of faults.json, in its order.
const std::vector<FaultType> &fault_types();

/// The type of that name, or null.
const FaultType *fault_type(std::string_view name);

/// What any fault may have beside type and attributes: a JSON Schema by name, with a description.
const nlohmann::ordered_json &fault_members();

/// The JSON Schema (draft 7) of the attributes of that type.
nlohmann::ordered_json attributes_schema(const FaultType &type);

/// The JSON Schema of a fault of the type of that name; where there is none, its `type` is what is wrong.
nlohmann::ordered_json fault_schema(std::string_view name);

} // namespace flow::contract
