#include "contracts/judge/answer.hpp"

#include <algorithm>
#include <charconv>

#include "common/json_text.hpp"
#include "common/text.hpp"
#include "contracts/model/json_schema.hpp"

namespace flow::contract {

namespace {

using Pointer = Json::json_pointer;

constexpr std::string_view kNothing = "nothing";
constexpr std::size_t kShownBytes = 400;

std::string shown(const Json &value) {
  return shortened(value.dump(-1, ' ', false, Json::error_handler_t::replace), kShownBytes);
}

/// The value of the answer's first header of that name.
std::optional<std::string> header_of(const Exchange &exchange, std::string_view name) {
  for (std::size_t i = 0; i < exchange.answer_headers.size(); ++i) {
    const auto [its_name, value] = exchange.answer_headers[i];
    if (equal_ignoring_case(its_name, name)) {
      return std::string(value);
    }
  }
  return std::nullopt;
}

/// The value at `pointer`, or null where there is none.
const Json *find(const Json &body, const std::string &pointer) {
  const Pointer place(pointer);
  return body.contains(place) ? &body.at(place) : nullptr;
}

std::string shown_at(const Json &body, const std::string &pointer) {
  const Json *value = find(body, pointer);
  return value == nullptr ? std::string(kNothing) : shown(*value);
}

/// An answer under judgement: the body parsed once, the deviations as they are found.
struct Trial {
  const Exchange &received;
  const Bindings &bindings;
  Json body{};
  std::vector<Deviation> deviations{};

  void status(int expected);
  void header(const std::string &name, const Json &expected);
  bool read_body();
  void value(const std::string &pointer, const Json &expected);
  void schema(const std::string &pointer, const Json &expected, bool named);
  void error(const ErrorEntry &expected, const std::vector<std::string> &mentions);
  void service_error(const ErrorEntry &expected);
  void message(const ErrorEntry &expected, const std::string &pointer,
               const std::vector<std::string> &mentions);
  void dated(const std::string &etag, const std::string &time);
  void like(const Json &example, const std::string &pointer, const std::vector<std::string> &except);

  void deviates(std::string where, std::string expected, std::string actual) {
    deviations.push_back({std::move(where), std::move(expected), std::move(actual)});
  }
};

void Trial::status(int expected) {
  if (received.status != expected) {
    deviates("status", std::to_string(expected), std::to_string(received.status));
  }
}

/// The text with what is no UTF-8 replaced: valijson reads behind the end of one that is cut within a
/// character.
Json readable(const std::string &text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Trial::header(const std::string &name, const Json &expected) {
  const auto actual = header_of(received, name);
  const bool holds = actual && (expected.is_string() ? *actual == expected.get_ref<const std::string &>()
                                                     : validate(readable(*actual), expected).empty());
  if (!holds) {
    deviates("header " + name, expected.is_string() ? expected.get<std::string>() : shown(expected),
             actual.value_or(std::string(kNothing)));
  }
}

bool Trial::read_body() {
  body = json_or_discarded(received.answer);
  if (body.is_discarded()) {
    deviates("body", "JSON", received.answer.empty() ? std::string(kNothing) : shown(received.answer));
    return false;
  }
  return true;
}

void Trial::value(const std::string &pointer, const Json &expected) {
  const Json *actual = find(body, pointer);
  if (actual == nullptr) {
    deviates("body " + pointer, shown(expected), std::string(kNothing));
    return;
  }
  // Compared as unordered objects: the order of members means nothing.
  for (const auto &step : nlohmann::json::diff(expected, *actual)) {
    const std::string place = step.at("path");
    deviates("body " + pointer + place, shown_at(expected, place), shown_at(*actual, place));
  }
}

void Trial::schema(const std::string &pointer, const Json &expected, bool named) {
  const Json *actual = find(body, pointer);
  if (actual == nullptr) {
    deviates("body " + pointer, "a value", std::string(kNothing));
    return;
  }
  const auto violations = validate(*actual, expected);
  if (!named && !violations.empty()) {
    deviates("body " + pointer, shown(expected), shown(*actual));
    return;
  }
  for (const SchemaViolation &violation : violations) {
    // A member that is wrong makes all that hold it wrong: only the innermost says something new.
    if (std::any_of(violations.begin(), violations.end(), [&](const SchemaViolation &inner) {
          return inner.pointer.starts_with(violation.pointer + "/");
        })) {
      continue;
    }
    const std::string place = pointer + violation.pointer;
    deviates("body " + place, violation.reason, shown_at(body, place));
  }
}

/// What an answer shows of it at first sight.
const std::string &name_of(const ErrorEntry &error) {
  if (error.form == ErrorForm::message) {
    return error.message;
  }
  return error.code.empty() ? error.title : error.code;
}

const char *shape_of(ErrorForm form) {
  switch (form) {
  case ErrorForm::gateway:
    return "gateway-error";
  case ErrorForm::service:
    return "service-error";
  case ErrorForm::problem:
    return "problem";
  case ErrorForm::token:
    return "token-error";
  case ErrorForm::message:
    return "message-error";
  }
  return "";
}

void Trial::error(const ErrorEntry &expected, const std::vector<std::string> &mentions) {
  if (received.status != expected.status) {
    // Another answer altogether: its details would only hide that.
    status(expected.status);
    deviates("body", "the error " + name_of(expected), shortened(received.answer, kShownBytes));
    return;
  }
  header("Content-Type", {{"pattern", "^application/(problem\\+)?json *(;|$)"}});
  if (!read_body()) {
    return;
  }
  schema("", contract::schema(shape_of(expected.form)), true);
  if (!deviations.empty() && !body.is_object()) {
    return;
  }
  switch (expected.form) {
  case ErrorForm::gateway:
    value("/error_code", expected.code);
    message(expected, "/message", mentions);
    return;
  case ErrorForm::problem:
    value("/type", expected.type);
    value("/title", expected.title);
    value("/status", expected.status);
    message(expected, "/detail", mentions);
    return;
  case ErrorForm::token:
    value("/error", expected.code);
    message(expected, "/error_description", mentions);
    return;
  case ErrorForm::message:
    if (const Json *detail = find(body, "/errorDetails")) {
      value("/errorMessage", *detail);
    }
    message(expected, "/errorMessage", mentions);
    return;
  case ErrorForm::service:
    service_error(expected);
    message(expected, "/report/detailed-message", mentions);
    return;
  }
}

void Trial::service_error(const ErrorEntry &expected) {
  value("/type", expected.type);
  value("/title", expected.title);
  value("/status", expected.status);
  if (const Json *detail = find(body, "/report/detailed-message")) {
    value("/errorMessage", *detail);
    value("/errorDetails", *detail);
  }
  const Json *request_id = find(body, "/report/request-id");
  if (request_id != nullptr && request_id->is_string()) {
    header("x-request-id", *request_id);
  }
  if (!expected.resource.empty()) {
    value("/report/type", expected.resource);
    schema("/report/id", {{"type", "string"}, {"minLength", 1}}, false);
  } else if (find(body, "/report/type") != nullptr || find(body, "/report/id") != nullptr) {
    deviates("body /report", "neither id nor type, as no resource is meant", shown_at(body, "/report"));
  }
}

void Trial::message(const ErrorEntry &expected, const std::string &pointer,
                    const std::vector<std::string> &mentions) {
  const Json *actual = find(body, pointer);
  if (actual == nullptr || !actual->is_string()) {
    return; // the shape has been found wrong already
  }
  const std::string text = *actual;
  if (expected.verbatim && expected.form != ErrorForm::message) { // which has its id nowhere else
    const Json *id = find(body, "/report/id");
    value(pointer,
          fill(expected.message, {{"id", id != nullptr && id->is_string() ? id->get<std::string>() : ""}}));
  }
  for (const std::string &mention : mentions) {
    const std::string word = substituted_text(mention, bindings);
    if (text.find(word) == std::string::npos) {
      deviates("body " + pointer, "a message that names " + word, text);
    }
  }
}

/// The seconds in an etag such as "b8003af1-0000-0200-0000-5f2b09f10000".
std::optional<std::int64_t> etag_seconds(std::string_view etag) {
  constexpr std::size_t kDigits = 8;
  const std::size_t last_dash = etag.rfind('-');
  if (last_dash == std::string_view::npos || etag.size() < last_dash + 1 + kDigits) {
    return std::nullopt;
  }
  const char *first = etag.data() + last_dash + 1;
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(first, first + kDigits, seconds, 16);
  return problem == std::errc() && end == first + kDigits ? std::optional(seconds) : std::nullopt;
}

void Trial::dated(const std::string &etag_pointer, const std::string &time_pointer) {
  const Json *etag = find(body, etag_pointer);
  const Json *time = find(body, time_pointer);
  const auto seconds = etag != nullptr && etag->is_string()
                           ? etag_seconds(etag->get_ref<const std::string &>())
                           : std::nullopt;
  if (time == nullptr || !time->is_number_integer() || !seconds ||
      time->get<std::int64_t>() / 1000 != *seconds) {
    deviates("body " + etag_pointer,
             "an etag dated with " + time_pointer + ", " + shown_at(body, time_pointer),
             shown_at(body, etag_pointer));
  }
}

void Trial::like(const Json &example, const std::string &pointer, const std::vector<std::string> &except) {
  if (std::find(except.begin(), except.end(), pointer) != except.end()) {
    return;
  }
  const Json *actual = find(body, pointer);
  const bool same_kind = actual != nullptr && actual->type() == example.type();
  if (!example.is_structured() || !same_kind || (example.is_array() && actual->size() != example.size())) {
    value(pointer, example);
    return;
  }
  for (const auto &[key, member] : example.items()) {
    like(member, (Pointer(pointer) / key).to_string(), except);
  }
}

} // namespace

std::vector<Deviation> deviations(const Exchange &exchange, const Expectation &expected,
                                  const Bindings &bindings) {
  Trial trial{.received = exchange, .bindings = bindings};
  if (expected.status) {
    trial.status(*expected.status);
  }
  for (const auto &[name, value] : expected.headers) {
    trial.header(name, substituted(value, bindings));
  }
  if (!expected.error.empty()) {
    trial.error(error(expected.error), expected.mentions);
  }
  const bool reads_body = !expected.schema.empty() || !expected.body.empty() || !expected.dated.empty() ||
                          !expected.example.empty();
  // Of an answer that is another one altogether, its status says all.
  if (!reads_body || !trial.deviations.empty() || !trial.read_body()) {
    return trial.deviations;
  }
  for (const auto &[pointer, schema] : expected.schema) {
    trial.schema(pointer, substituted(schema, bindings), schema.contains("title"));
  }
  for (const auto &[pointer, value] : expected.body) {
    trial.value(pointer, substituted(value, bindings));
  }
  for (const auto &[etag, time] : expected.dated) {
    trial.dated(etag, time);
  }
  if (!expected.example.empty()) {
    trial.like(example(expected.example), "", expected.except);
  }
  return trial.deviations;
}

std::optional<Json> captured(const Capture &capture, const Exchange &exchange) {
  if (!capture.header.empty()) {
    return header_of(exchange, capture.header);
  }
  const Json body = json_or_discarded(exchange.answer);
  const Json *value = body.is_discarded() ? nullptr : find(body, capture.pointer);
  if (value == nullptr || !(capture.token || capture.bare || capture.last)) {
    return value == nullptr ? std::nullopt : std::optional(*value);
  }
  if (capture.bare) {
    std::string etag = value->is_string() ? value->get<std::string>() : std::string();
    std::erase(etag, '"');
    return etag;
  }
  const std::string link = value->is_string() ? value->get<std::string>() : std::string();
  if (capture.last) {
    return link.substr(link.rfind('/') + 1);
  }
  const std::size_t equals = link.find('=');
  return equals == std::string::npos ? std::nullopt : std::optional<Json>(link.substr(equals + 1));
}

} // namespace flow::contract
