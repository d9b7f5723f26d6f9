#include "mock_server/resources/json_patch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/text.hpp"
#include "mock_server/resources/json_body.hpp"

namespace flow::mock {

namespace {

using contract::Json;

// Each is carried out on the whole document: more are not meant (assumed).
constexpr std::size_t kMostOperations = 1000;

Error bad(std::string_view reason) {
  return Error("bad-request").with("reason", reason);
}

std::string place_of(std::size_t number) {
  return "operation " + std::to_string(number) + " of the patch ";
}

std::string text_in(const Json &operation, const char *member) {
  const auto found = operation.find(member);
  return found != operation.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A path that can be changed: below a field of the caller's.
std::optional<Error> check_path(const std::string &path, const contract::Resource &resource) {
  const auto refuse = [&](std::string_view reason) {
    return Error("patch-path-refused").with("path", path).with("reason", reason);
  };
  try {
    const Json::json_pointer pointer(path);
    if (pointer.empty()) {
      return refuse("it is the whole " + resource.singular);
    }
    Json::json_pointer top = pointer;
    while (!top.parent_pointer().empty()) {
      top = top.parent_pointer();
    }
    const contract::ResourceField *field = resource.field(top.back());
    if (field == nullptr) {
      return refuse("a " + resource.singular + " has no field " + top.back());
    }
    if (field->read_only) {
      return refuse("it is set by the service");
    }
  } catch (const Json::exception &) {
    return refuse("it is no JSON Pointer");
  }
  return std::nullopt;
}

/// One operation as it is to be carried out.
std::variant<Json, Error> read_operation(const Json &given, std::size_t number,
                                         const contract::Resource &resource) {
  if (!given.is_object()) {
    return bad(place_of(number) + "is not an object");
  }
  const std::string op = lower_case(text_in(given, "op"));
  if (op != "add" && op != "replace" && op != "remove") {
    return Error("patch-op-unsupported").with("op", text_in(given, "op"));
  }
  if (!given.contains("path") || !given["path"].is_string()) {
    return bad(place_of(number) + "has no path");
  }
  const auto path = given["path"].get<std::string>();
  if (auto error = check_path(path, resource)) {
    return *std::move(error);
  }
  Json operation = {{"op", op}, {"path", path}};
  if (op != "remove") { // where it is sent along (dest-update)
    if (!given.contains("value")) {
      return bad(place_of(number) + "has no value");
    }
    operation["value"] = given["value"];
  }
  return operation;
}

bool is_carried_out(const Json &document, const Json &operations, std::size_t first) {
  try {
    Json part = Json::array();
    part.get_ref<Json::array_t &>().assign(operations.begin(),
                                           operations.begin() + static_cast<std::ptrdiff_t>(first));
    (void)document.patch(part);
    return true;
  } catch (const Json::exception &) {
    return false;
  }
}

/// The first operation that cannot be carried out.
const Json &first_failing(const Json &document, const Json &patch) {
  std::size_t good = 0;
  std::size_t bad = patch.size();
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    (is_carried_out(document, patch, middle) ? good : bad) = middle;
  }
  return patch[good];
}

} // namespace

std::variant<Json, Error> patch_in(std::string_view body, const contract::Resource &resource) {
  auto read = json_in(body);
  if (Error *error = std::get_if<Error>(&read)) {
    return std::move(*error);
  }
  Json given = std::get<Json>(std::move(read));
  if (given.is_object()) {
    given = Json::array({std::move(given)});
  }
  if (!given.is_array()) {
    return bad("its body is not a JSON array of operations");
  }
  if (given.empty()) {
    return Error("body-empty");
  }
  if (given.size() > kMostOperations) {
    return bad("its patch has more than " + std::to_string(kMostOperations) + " operations");
  }
  Json patch = Json::array();
  for (const Json &each : given) {
    auto operation = read_operation(each, patch.size(), resource);
    if (Error *error = std::get_if<Error>(&operation)) {
      return std::move(*error);
    }
    patch.push_back(std::get<Json>(std::move(operation)));
  }
  return patch;
}

std::variant<Json, Error> patched(const Json &document, const Json &patch) {
  try {
    return document.patch(patch);
  } catch (const Json::exception &) {
    const Json &failing = first_failing(document, patch);
    const std::string op = failing.at("op");
    if (op == "add") {
      return Error("patch-path-refused")
          .with("path", failing.at("path").get<std::string>())
          .with("reason", "nothing can be added there");
    }
    return Error("patch-path-missing").with("path", failing.at("path").get<std::string>()).with("op", op);
  }
}

} // namespace flow::mock
