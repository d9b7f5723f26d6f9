#include "mock_server/faults/fault.hpp"

#include <algorithm>
#include <array>

#include <fnmatch.h>

#include "common/text.hpp"
#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

using contract::Json;

struct FaultType {
  std::string_view name;
  bool at_request;
  effects::EffectOf effect_of;
};

constexpr std::array<FaultType, 7> kTypes = {{{"latency", false, effects::latency},
                                              {"status", true, effects::status},
                                              {"reset", true, effects::reset},
                                              {"truncate", false, effects::truncate},
                                              {"slow-body", false, effects::slow_body},
                                              {"malformed-json", false, effects::malformed_json},
                                              {"hang", true, effects::hang}}};

const FaultType &type_named(std::string_view name) {
  const auto *const found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const FaultType &type) { return type.name == name; });
  if (found == kTypes.end()) {
    throw FaultError("/type", "there is no type of fault named " + std::string(name));
  }
  return *found;
}

bool glob_holds(const std::string &glob, const char *path) {
  return ::fnmatch(glob.c_str(), path, FNM_PATHNAME) == 0;
}

FaultMatch match_in(const Json &json) {
  FaultMatch match{.method = json.value("method", ""), .path = json.value("path", ""), .headers = {}};
  const Json headers = json.value("headers", Json::object());
  for (const auto &[name, value] : headers.items()) {
    match.headers.emplace_back(name, value.get<std::string>());
  }
  return match;
}

} // namespace

bool FaultMatch::holds(const Request &request, const std::string &path_of_request) const {
  if (!method.empty() && method != request.method) {
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

bool is_at_request(std::string_view type) {
  return type_named(type).at_request;
}

Fault fault_in(const Json &entry) {
  const FaultType &type = type_named(entry.at("type").get<std::string>());
  return {.id = entry.at("id"),
          .match = match_in(entry.value("match", Json::object())),
          .at_request = entry.contains("at") ? entry.at("at") == "request" : type.at_request,
          .effect = type.effect_of(entry.value("attributes", Json::object()),
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
