#include "mock_server/admin/call.hpp"

#include <algorithm>
#include <variant>

#include "common/text.hpp"
#include "mock_server/resources/json_body.hpp"

namespace flow::mock::admin {

namespace {

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

std::string_view header(const Request &request, std::string_view name) {
  std::string_view value;
  for (const HeaderField &field : request.headers) {
    if (!equal_ignoring_case(field.name, name)) {
      continue;
    }
    if (value.data() != nullptr) {
      throw Refusal{400, "Bad header", "", "The header " + std::string(name) + " is given more than once."};
    }
    value = field.value;
  }
  return value;
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

std::optional<bool> flag_parameter(const Call &call, std::string_view name) {
  const auto given = parameter(call, name);
  if (given && *given != "true" && *given != "false") {
    throw Refusal{400, "Bad parameter", std::string(name), "It has to be true or false."};
  }
  return given ? std::optional(*given == "true") : std::nullopt;
}

ListPage list_page_of(const Call &call) {
  const auto limit = static_cast<std::uint64_t>(number_parameter(call, "limit").value_or(kListed));
  if (limit > kMostListed) {
    throw Refusal{400, "Bad parameter", "limit",
                  "At most " + std::to_string(kMostListed) + " are shown at once."};
  }
  return {.offset = static_cast<std::size_t>(number_parameter(call, "offset").value_or(0)),
          .limit = static_cast<std::size_t>(limit)};
}

Json page_json(const char *name, const Json &list, const ListPage &page) {
  Json shown = Json::array();
  for (std::size_t i = page.offset; i < list.size() && shown.size() < page.limit; ++i) {
    shown.push_back(list[i]);
  }
  return {{name, std::move(shown)}, {"offset", page.offset}, {"total", list.size()}};
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
