#include "mock_server/admin/call.hpp"

#include <algorithm>
#include <variant>

#include "common/text.hpp"
#include "mock_server/resources/json_body.hpp"

namespace flow::mock::admin {

namespace {

constexpr std::size_t kShownBytes = 200; ///< of a name that nothing has

void check_known(const std::string &name, const std::string &prefix, std::string_view title,
                 std::initializer_list<std::string_view> known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    return;
  }
  std::string names;
  for (const std::string_view each : known) {
    names += (names.empty() ? "" : ", ") + std::string(each);
  }
  throw Refusal{400, std::string(title), prefix + shortened(name, kShownBytes),
                names.empty() ? "None is known here." : "Known here: " + names + "."};
}

} // namespace

Response json_response(const Json &body, int status) {
  Response response;
  response.status = status;
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

Json body_of(const Call &call) {
  auto body = json_object_in(call.request.body);
  if (const Error *error = std::get_if<Error>(&body)) {
    const std::string reason = error->parameters.empty() ? "it is empty" : error->parameters.front().second;
    throw Refusal{400, "Bad body", "", "The body has to be a JSON object: " + reason + "."};
  }
  return std::get<Json>(std::move(body));
}

void check_members(const Json &object, const std::string &pointer,
                   std::initializer_list<std::string_view> known) {
  for (const auto &member : object.items()) {
    check_known(member.key(), pointer + "/", "Unknown member", known);
  }
}

std::optional<std::string> parameter(const Call &call, std::string_view name) {
  std::optional<std::string> value;
  for (const auto &[given, its_value] : call.target.query) {
    if (given != name) {
      continue;
    }
    if (value) {
      throw Refusal{400, "Bad parameter", std::string(name), "It is given more than once."};
    }
    value = its_value;
  }
  return value;
}

std::optional<std::int64_t> number_parameter(const Call &call, std::string_view name) {
  const auto text = parameter(call, name);
  if (!text) {
    return std::nullopt;
  }
  const auto number = integer_in(*text);
  if (!number || *number < 0) {
    throw Refusal{400, "Bad parameter", std::string(name), "It has to be an integer not below 0."};
  }
  return number;
}

void check_parameters(const Call &call, std::initializer_list<std::string_view> known) {
  for (const auto &[name, value] : call.target.query) {
    check_known(name, "", "Unknown parameter", known);
  }
}

Refusal not_found(std::string_view what, std::string_view id) {
  return {404, "Not found", "",
          "There is no " + std::string(what) + " " + shortened(id, kShownBytes) + " here."};
}

} // namespace flow::mock::admin
