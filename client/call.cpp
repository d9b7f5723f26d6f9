#include "client/call.hpp"

#include <stdexcept>
#include <utility>

#include "common/percent_encoding.hpp"
#include "contracts/model/operations.hpp"
#include "contracts/model/resources.hpp"

namespace flow::client {

namespace {

using contract::OperationEntry;
using contract::Repeat;

constexpr std::string_view kAnyId = "{id}";

/// "run" of "runs".
std::string resource_of(const OperationEntry &operation) {
  if (operation.resource != nullptr) {
    return operation.resource->singular;
  }
  const std::string &plural = operation.path.front();
  return plural.substr(0, plural.size() - 1);
}

std::string segment_of(const OperationEntry &operation, std::string_view id) {
  // Dots are not escaped by percent-encoding, and such segments are walked by whoever is on the way.
  if (id.empty() || id == "." || id == "..") {
    throw std::invalid_argument("\"" + std::string(id) + "\" is not the id of a " + resource_of(operation));
  }
  return percent_encoded(id);
}

std::string filled_path(const OperationEntry &operation, std::string_view id) {
  std::string path;
  for (const std::string &segment : operation.path) {
    path += "/" + (segment == kAnyId ? segment_of(operation, id) : segment);
  }
  return path;
}

Call call_to(const OperationEntry &operation, std::string target) {
  return {.method = operation.method,
          .target = std::move(target),
          .idempotent = operation.repeat == Repeat::safe || operation.repeat == Repeat::idempotent};
}

} // namespace

Call call_of(std::string_view operation, std::string_view id) {
  const OperationEntry &entry = contract::operation(operation);
  return call_to(entry, filled_path(entry, id));
}

Call call_of(const contract::Resource &resource, std::string_view verb, std::string_view id) {
  const OperationEntry *found = contract::operation_of(resource, verb);
  if (found == nullptr) {
    throw std::invalid_argument(resource.name + " have no operation " + std::string(verb));
  }
  Call call = call_to(*found, filled_path(*found, id));
  call.changes = found->repeat != Repeat::safe;
  return call;
}

Call with_query(Call call, const std::string &query) {
  if (!query.empty()) {
    call.target += "?" + query;
  }
  return call;
}

Call call_at(std::string_view operation, std::string target) {
  return call_to(contract::operation(operation), std::move(target));
}

std::string path_of(std::string_view operation) {
  return filled_path(contract::operation(operation), {});
}

} // namespace flow::client
