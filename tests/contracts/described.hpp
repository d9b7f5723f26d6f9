#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"
#include "contracts/model/reading.hpp"

namespace flow::contract {

/// The description of the service (openapi.json), parsed.
const Json &description();

/// `value`, or what it refers to in the description.
const Json &resolved(const Json &value);

/// Whether answers have the forms that are described: no matter is read otherwise that changes one.
bool has_usual_forms(const Reading &reading);

/// One request with its answer.
struct Spoken {
  std::string_view method;
  std::string_view target; ///< of the service or the token service; others are described elsewhere
  std::string_view body;
  int status = 0;
  std::string_view answer;
};

/// What of an exchange the description does not describe, one sentence each: the operation, the status, the
/// answer, and the body of a request that was accepted. Safe to call from several threads at once.
std::vector<std::string> undescribed(const Spoken &spoken);

/// How `document` breaks a schema that is a part of the description; one is read once, by its address.
std::vector<std::string> violations(const Json &document, const Json &schema);

} // namespace flow::contract
