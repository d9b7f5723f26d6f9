#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"
#include "contracts/model/operations.hpp"

/// The exchanges that a clause applies to: `applies` and `violation` of clauses.schema.json.
namespace flow::contract {

/// One way a header, a query parameter or a body can be.
struct ValueCondition {
  enum class Kind {
    missing, ///< there is none; of a body: nor a Content-Length
    empty,   ///< it is there, and every value of it is empty
    present, ///< a value of it is not empty
    twice,   ///< it is given more than once
    value,   ///< one value of it fulfils all members below; an empty member requires nothing
  };
  Kind kind = Kind::value;
  std::vector<std::string> is;     ///< one of these
  std::vector<std::string> is_not; ///< none of these
  std::vector<std::string> like;   ///< of one of these forms: `*` stands for any characters; in any case
  std::vector<std::string> unlike; ///< of none of these forms
  std::optional<bool> number{};    ///< whether it is nothing but digits
};

/// Any of these ways.
using ValueConditions = std::vector<ValueCondition>;

/// A header, a query parameter or a value within JSON.
struct NamedCondition {
  std::string name;
  ValueConditions ways;
};

/// The exchanges a clause applies to: those that fulfil every member. An empty member requires nothing.
struct Applies {
  std::vector<std::string> operations; ///< one of these (operations.json); "" is a request that reached none
  ValueConditions method;
  int status = 0;
  std::string error;             ///< answered: an entry of errors.json
  std::optional<ErrorForm> form; ///< of the error answered
  std::vector<NamedCondition> headers;
  std::vector<NamedCondition> query;
  bool undocumented = false; ///< a query parameter is given that no page documents for the operation
  bool repeated = false;     ///< one that a page documents is given more than once
  ValueConditions path;      ///< of the request, below the service's
  ValueConditions body;
  std::vector<NamedCondition> body_at;   ///< by JSON Pointer: a value within the body
  std::vector<NamedCondition> answer_at; ///< and within the answer's
};

/// An exchange that the clause applies to is a violation of the contract by the application.
struct Violation {
  std::string place; ///< what of the request is wrong: "header Authorization", "query op"
  std::string mend;  ///< what to change, a sentence
};

/// Reads JSON that clauses.schema.json has validated; throws std::out_of_range if it names an unknown error
/// or operation.
Applies read_applies(const Json &json);
Violation read_violation(const Json &json);

} // namespace flow::contract
