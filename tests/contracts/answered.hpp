#pragma once

#include <string>

#include "contracts/model/contract.hpp"

namespace flow::contract {

/// The body of an answer that shows the error of that name.
inline std::string answer_with(const ErrorEntry &error) {
  if (error.form == ErrorForm::gateway) {
    return Json{{"error_code", error.code}, {"message", "m"}}.dump();
  }
  if (error.form == ErrorForm::token) {
    return Json{{"error", error.code}, {"error_description", "m"}}.dump();
  }
  if (error.form == ErrorForm::message) {
    return Json{{"errorMessage", error.message}}.dump();
  }
  Json body = {{"type", error.type}, {"title", error.title}, {"status", error.status}};
  if (!error.resource.empty()) {
    body["report"] = {{"id", "x"}, {"type", error.resource}};
  }
  return body.dump();
}

} // namespace flow::contract
