#include "mock_server/faults/fault.hpp"

#include <algorithm>
#include <array>

#include <fnmatch.h>

#include "common/text.hpp"
#include "contracts/model/faults.hpp"
#include "contracts/model/schema_advice.hpp"
#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

using contract::Json;

/// What each type of contracts/data/faults.json does.
constexpr std::array<std::pair<std::string_view, effects::EffectOf *>, 7> kEffects = {
    {{"latency", effects::latency},
     {"status", effects::status},
     {"reset", effects::reset},
     {"truncate", effects::truncate},
     {"slow-body", effects::slow_body},
     {"malformed-json", effects::malformed_json},
     {"hang", effects::hang}}};

effects::EffectOf *effect_named(const std::string &type) {
  const auto *const found =
      std::find_if(kEffects.begin(), kEffects.end(), [&](const auto &each) { return each.first == type; });
  if (found == kEffects.end()) {
    throw std::logic_error("nothing does what a fault of type " + type + " is to do");
  }
  return found->second;
}

bool glob_holds(const std::string &glob, const char *path) {
  return ::fnmatch(glob.c_str(), path, FNM_PATHNAME) == 0;
}

FaultMatch match_in(const Json &json) {
  FaultMatch match{.method = json.value("method", ""),
                   .operation = json.value("operation", ""),
                   .path = json.value("path", ""),
                   .headers = {}};
  const Json headers = json.value("headers", Json::object());
  for (const auto &[name, value] : headers.items()) {
    match.headers.emplace_back(name, value.get<std::string>());
  }
  return match;
}

} // namespace

bool FaultMatch::holds(const Request &request, std::string_view its_operation,
                       const std::string &path_of_request) const {
  if ((!method.empty() && method != request.method) || (!operation.empty() && operation != its_operation)) {
    return false;
  }
  if (!path.empty() && !glob_holds(path, path_of_request.c_str()) &&
      !(path_of_request.starts_with(contract::kBasePath) &&
        glob_holds(path, path_of_request.c_str() + contract::kBasePath.size()))) {
    return false;
  }
  return std::all_of(headers.begin(), headers.end(), [&](const auto &wanted) {
    return std::any_of(request.headers.begin(), request.headers.end(), [&](const HeaderField &field) {
      return equal_ignoring_case(field.name, wanted.first) && field.value == wanted.second;
    });
  });
}

void check_fault(const Json &entry) {
  const Json type = entry.is_object() ? entry.value("type", Json()) : Json();
  const Json schema = contract::fault_schema(type.is_string() ? type.get<std::string>() : "");
  if (const auto wrong = contract::first_to_fix(entry, schema)) {
    throw FaultError(wrong->pointer, wrong->reason);
  }
}

Fault fault_in(const Json &entry) {
  return {.id = entry.at("id"),
          .type = contract::fault_type(entry.at("type").get_ref<const std::string &>())->name,
          .match = match_in(entry.value("match", Json::object())),
          .at_request = entry.at("at") == "request",
          .effect = effect_named(entry.at("type"))(entry.value("attributes", Json::object()),
                                                   entry.at("seed").get<std::uint64_t>())};
}

std::optional<Response> answer_instead(const Faults &faults, std::string_view request_id) {
  std::optional<Response> response;
  for (const auto &fault : faults) {
    if (fault->at_request) {
      response = response ? std::move(response) : Response{};
      fault->effect->spoil(*response, request_id);
    }
  }
  return response;
}

void spoil(const Faults &faults, Response &response, std::string_view request_id) {
  for (const auto &fault : faults) {
    if (!fault->at_request) {
      fault->effect->spoil(response, request_id);
    }
  }
}

std::string names(const Faults &faults) {
  std::string text;
  for (const auto &fault : faults) {
    text += text.empty() ? "" : ",";
    text += fault->id;
  }
  return text;
}

} // namespace flow::mock
