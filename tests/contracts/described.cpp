#include "tests/contracts/described.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "common/text.hpp"
#include "contracts/model/json_schema.hpp"
#include "contracts/model/operations.hpp"
#include "mock_server/pipeline/target.hpp"

namespace flow::contract {

namespace {

constexpr std::string_view kSchemas = "#/components/schemas/";
constexpr const char *kJson = "application/json";

/// Names of the components that a schema leads to.
void collect(const Json &schema, std::set<std::string> &names) {
  if (schema.is_object() && schema.contains("$ref")) {
    const std::string name = schema["$ref"].get<std::string>().substr(kSchemas.size());
    if (names.insert(name).second) {
      collect(description().at("components").at("schemas").at(name), names);
    }
  }
  if (schema.is_structured()) {
    for (const Json &each : schema) {
      collect(each, names);
    }
  }
}

/// A schema of the description that stands by itself, as draft 7.
CompiledSchema compiled(const Json &schema) {
  std::set<std::string> names;
  collect(schema, names);
  Json whole = {{"allOf", Json::array({schema})}};
  for (const std::string &name : names) {
    whole["components"]["schemas"][name] = description().at("components").at("schemas").at(name);
  }
  return CompiledSchema(whole);
}

std::string path_of(const OperationEntry &entry) {
  std::string path = entry.at_origin ? "" : std::string(kBasePath);
  for (const std::string &segment : entry.path) {
    path += "/" + segment;
  }
  return path;
}

/// The description of an operation; null: there is none.
const Json *described(const OperationEntry &entry) {
  const Json &paths = description().at("paths");
  const auto path = paths.find(path_of(entry));
  if (path == paths.end() || !path->contains(lower_case(entry.method))) {
    return nullptr;
  }
  return &path->at(lower_case(entry.method));
}

/// A field that is null counts as absent.
Json without_nulls(Json body) {
  if (body.is_object()) {
    Json given = Json::object();
    for (const auto &member : body.items()) {
      if (!member.value().is_null()) {
        given[member.key()] = member.value();
      }
    }
    return given;
  }
  return body;
}

void judge(const char *what, const Json &content, Json document, std::vector<std::string> &wrong) {
  if (document.is_discarded()) {
    wrong.push_back(std::string(what) + " is not JSON");
    return;
  }
  for (const std::string &each : violations(document, content.at("schema"))) {
    wrong.push_back(std::string(what) + ": " + each);
  }
}

} // namespace

const Json &description() {
  static const Json document = Json::parse(service_api_text());
  return document;
}

const Json &resolved(const Json &value) {
  return value.contains("$ref")
             ? description().at(Json::json_pointer(value["$ref"].get<std::string>().substr(1)))
             : value;
}

bool has_usual_forms(const Reading &reading) {
  static const Reading usual;
  constexpr std::array<std::string_view, 8> kMatters = {
      "op",          "retry-answer", "create-answer", "etag-field", "activities-field", "connection-answer",
      "test-answer", "spec-by-name"};
  return std::all_of(kMatters.begin(), kMatters.end(),
                     [&](std::string_view matter) { return reading.choice(matter) == usual.choice(matter); });
}

std::vector<std::string> violations(const Json &document, const Json &schema) {
  static std::mutex mutex;
  static std::map<const Json *, CompiledSchema> known; // by its place in the description
  const std::scoped_lock lock(mutex);
  auto found = known.find(&schema);
  if (found == known.end()) {
    found = known.emplace(&schema, compiled(schema)).first;
  }
  std::vector<std::string> all;
  for (const SchemaViolation &each : found->second.violations(document)) {
    all.push_back(each.pointer + ": " + each.reason);
  }
  return all;
}

std::vector<std::string> undescribed(const Spoken &spoken) {
  const auto target = mock::parse_target(spoken.target);
  if (!target) {
    return {};
  }
  const Identified identified = identify(spoken.method, target->segments);
  if (identified.operation == nullptr) {
    return {};
  }
  const Json *operation = described(*identified.operation);
  if (operation == nullptr) {
    return {"the operation " + identified.operation->name + " is not described"};
  }
  if (spoken.answer.find("\\u0000") != std::string_view::npos) {
    return {}; // valijson takes a string's length up to there
  }
  std::vector<std::string> wrong;
  const Json &responses = operation->at("responses");
  const std::string status = std::to_string(spoken.status);
  if (!responses.contains(status) && spoken.status < 400) {
    return {"the status " + status + " is not described"};
  }
  const Json &response = resolved(responses.at(responses.contains(status) ? status : "default"));
  if (!response.contains("content")) {
    if (!spoken.answer.empty()) {
      wrong.push_back("the answer has a body, and none is described");
    }
  } else if (spoken.method != "HEAD") {
    judge("the answer", response["content"].at(kJson), Json::parse(spoken.answer, nullptr, false), wrong);
  }
  if (spoken.status < 300 && operation->contains("requestBody") &&
      operation->at("requestBody").at("content").contains(kJson)) {
    judge("the request's body", operation->at("requestBody")["content"][kJson],
          without_nulls(Json::parse(spoken.body, nullptr, false)), wrong);
  }
  return wrong;
}

} // namespace flow::contract
