#include "mock_server/resources/json_patch.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json_text.hpp"
#include "common/text.hpp"
#include "mock_server/resources/document_rules.hpp"
#include "mock_server/resources/json_body.hpp"

namespace flow::mock {

namespace {

using contract::Json;

// More are not meant (assumed): one may move all items of an array.
constexpr std::size_t kMostOperations = 1000;
constexpr std::size_t kMostMembers = JsonBounds().members; ///< of an object, as of one in a body

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

/// The names and indexes of a JSON Pointer (RFC 6901); nothing where the text is none.
std::optional<std::vector<std::string>> steps_in(std::string_view pointer) {
  std::vector<std::string> steps;
  for (std::size_t at = 0; at < pointer.size(); ++at) {
    if (pointer[at] == '/') {
      steps.emplace_back();
      continue;
    }
    const bool is_escape = pointer[at] == '~';
    at += is_escape ? 1 : 0;
    const bool is_wrong = is_escape && (at == pointer.size() || (pointer[at] != '0' && pointer[at] != '1'));
    if (steps.empty() || is_wrong) {
      return std::nullopt;
    }
    steps.back() += is_escape ? "~/"[pointer[at] - '0'] : pointer[at];
  }
  return steps;
}

/// A path that can be changed: below a field of the caller's.
std::optional<Error> check_path(const std::string &path, std::size_t depth_of_value,
                                const contract::Resource &resource) {
  const auto refuse = [&](std::string_view reason) {
    return Error("patch-path-refused").with("path", path).with("reason", reason);
  };
  const auto steps = steps_in(path);
  if (!steps) {
    return refuse("it is no JSON Pointer");
  }
  if (steps->empty()) {
    return refuse("it is the whole " + resource.singular);
  }
  const contract::ResourceField *field = resource.field(steps->front());
  if (field == nullptr) {
    return refuse("a " + resource.singular + " has no field " + steps->front());
  }
  if (field->read_only) {
    return refuse("it is set by the service");
  }
  if (steps->size() + depth_of_value > kDeepestDocument) {
    return refuse("what is there would be nested more than " + std::to_string(kDeepestDocument) +
                  " levels deep");
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
  const bool has_value = op != "remove"; // where it is sent along (dest-update)
  if (has_value && !given.contains("value")) {
    return bad(place_of(number) + "has no value");
  }
  if (auto error = check_path(path, has_value ? depth_of(given["value"]) : 0, resource)) {
    return *std::move(error);
  }
  Json operation = {{"op", op}, {"path", path}};
  if (has_value) {
    operation["value"] = given["value"];
  }
  return operation;
}

/// The index of an array's item; nothing where the step is none, or greater than `most`.
std::optional<std::size_t> index_in(const std::string &step, std::size_t most) {
  constexpr std::size_t kDigits = 9; // no array is as long
  if (step.size() > kDigits || !is_digits(step) || (step.size() > 1 && step.front() == '0')) {
    return std::nullopt;
  }
  const auto index = static_cast<std::size_t>(std::stoul(step));
  return index <= most ? std::optional(index) : std::nullopt;
}

/// What stands at the step below `json`; null: nothing does.
Json *below(Json &json, const std::string &step) {
  if (json.is_object()) {
    const auto member = json.find(step);
    return member == json.end() ? nullptr : &*member;
  }
  const auto index = json.is_array() ? index_in(step, json.size()) : std::nullopt;
  return index && *index < json.size() && !json[*index].is_discarded() ? &json[*index] : nullptr;
}

bool add(Json &parent, const std::string &step, const Json &value) {
  if (parent.is_array()) {
    const auto index = step == "-" ? std::optional(parent.size()) : index_in(step, parent.size());
    if (index) {
      parent.insert(parent.begin() + static_cast<std::ptrdiff_t>(*index), value);
    }
    return index.has_value();
  }
  if (!parent.is_object() || (parent.size() >= kMostMembers && !parent.contains(step))) {
    return false;
  }
  parent[step] = value;
  return true;
}

/// Where indexes are as before, an item leaves its place open: see close_up().
void remove(Json &parent, const std::string &step, Indexes indexes) {
  if (parent.is_array() && indexes == Indexes::as_before) {
    parent[std::stoul(step)] = Json(Json::value_t::discarded);
  } else if (parent.is_array()) {
    parent.erase(parent.begin() + static_cast<std::ptrdiff_t>(std::stoul(step)));
  } else {
    parent.erase(step);
  }
}

/// Closes the places that removed items have left open.
void close_up(Json &json) {
  if (json.is_array()) {
    json.erase(std::remove_if(json.begin(), json.end(), [](const Json &each) { return each.is_discarded(); }),
               json.end());
  }
  if (json.is_structured()) {
    for (Json &each : json) {
      close_up(each);
    }
  }
}

/// False where it cannot be.
bool carry_out(const Json &operation, Json &document, Indexes indexes) {
  const auto steps = *steps_in(operation.at("path").get_ref<const std::string &>());
  Json *parent = &document;
  for (std::size_t i = 0; i + 1 < steps.size() && parent != nullptr; ++i) {
    parent = below(*parent, steps[i]);
  }
  const std::string &last = steps.back();
  if (parent == nullptr) {
    return false;
  }
  if (operation.at("op") == "add") {
    return add(*parent, last, operation.at("value"));
  }
  Json *place = below(*parent, last);
  if (place != nullptr && operation.at("op") == "replace") {
    *place = operation.at("value");
  } else if (place != nullptr) {
    remove(*parent, last, indexes);
  }
  return place != nullptr;
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

std::variant<Json, Error> patched(Json document, const Json &patch, Indexes indexes) {
  for (const Json &operation : patch) {
    if (carry_out(operation, document, indexes)) {
      continue;
    }
    const auto &path = operation.at("path").get_ref<const std::string &>();
    const auto &op = operation.at("op").get_ref<const std::string &>();
    return op == "add"
               ? Error("patch-path-refused").with("path", path).with("reason", "nothing can be added there")
               : Error("patch-path-missing").with("path", path).with("op", op);
  }
  if (indexes == Indexes::as_before) {
    close_up(document);
  }
  return document;
}

} // namespace flow::mock
