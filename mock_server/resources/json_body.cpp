#include "mock_server/resources/json_body.hpp"

#include "common/json_text.hpp"

namespace flow::mock {

using contract::Json;

namespace {

// More than a body of 1 MiB holds of what anybody means to say, and little enough that its tree always fits.
constexpr std::size_t kMostValues = 131072;

} // namespace

std::variant<Json, Error> json_in(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Error("body-empty");
  }
  auto read = read_json(body, {.values = kMostValues});
  if (const JsonProblem *problem = std::get_if<JsonProblem>(&read)) {
    return Error("bad-request").with("reason", "its body " + problem->what);
  }
  Json &document = std::get<Json>(read);
  if (document.is_null()) {
    return Error("body-empty");
  }
  return std::move(document);
}

std::variant<Json, Error> json_object_in(std::string_view body) {
  auto read = json_in(body);
  if (const Json *document = std::get_if<Json>(&read); document != nullptr && !document->is_object()) {
    return Error("bad-request").with("reason", "its body is not a JSON object");
  }
  return read;
}

} // namespace flow::mock
