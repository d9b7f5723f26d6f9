#include "mock_server/http/error.hpp"

namespace flow::mock {

namespace {

using contract::Json;

Json gateway_body(const contract::ErrorEntry &entry, const std::string &message) {
  return {{"error_code", entry.code}, {"message", message}};
}

Json problem_body(const contract::ErrorEntry &entry, const std::string &message) {
  return {{"type", entry.type}, {"status", entry.status}, {"title", entry.title}, {"detail", message}};
}

/// The order of the keys is that of the example on the labels page.
Json service_body(const Error &error, const std::string &message, std::string_view request_id) {
  Json report = {{"detailed-message", message}};
  if (!error.entry->resource.empty()) {
    report["id"] = error.resource_id;
  }
  report["request-id"] = request_id;
  if (!error.entry->resource.empty()) {
    report["type"] = error.entry->resource;
  }
  return {{"type", error.entry->type},   {"title", error.entry->title}, {"status", error.entry->status},
          {"report", std::move(report)}, {"errorMessage", message},     {"errorDetails", message}};
}

Json body_of(const Error &error, std::string_view request_id) {
  const std::string message = message_of(error);
  switch (error.entry->form) {
  case contract::ErrorForm::gateway:
    return gateway_body(*error.entry, message);
  case contract::ErrorForm::problem:
    return problem_body(*error.entry, message);
  case contract::ErrorForm::token:
    return {{"error", error.entry->code}, {"error_description", message}};
  case contract::ErrorForm::message:
    return {{"errorMessage", message}, {"errorDetails", message}};
  case contract::ErrorForm::service:
    return service_body(error, message, request_id);
  }
  return {};
}

} // namespace

Error out_of_memory() {
  return Error("service-unavailable")
      .with("remedy", "The mock has no memory left for this request: reset or delete what it need not keep "
                      "any more, and try again.");
}

Error internal_error() {
  return Error("internal-error")
      .with("remedy", "It is a defect of the mock: please report it with the request that caused it.");
}

std::string message_of(const Error &error) {
  const std::vector<std::pair<std::string_view, std::string_view>> parameters(error.parameters.begin(),
                                                                              error.parameters.end());
  return contract::fill(error.entry->message, parameters);
}

Response to_response(const Error &error, std::string_view request_id) {
  // What a client sent may not be UTF-8: what cannot be shown is replaced, the answer stays JSON.
  return {.status = error.entry->status,
          .headers = error.headers,
          .body = body_of(error, request_id).dump(-1, ' ', false, Json::error_handler_t::replace)};
}

} // namespace flow::mock
