#include "client/answer_error.hpp"

#include <algorithm>
#include <ctime>

#include "client/json_fields.hpp"
#include "contracts/model/errors.hpp"

namespace flow::client {

namespace {

/// The member as text, also where it is a number (some gateways write their code as one).
std::string text_at(const Json &object, const char *key) {
  const auto member = object.is_object() ? object.find(key) : object.end();
  if (member == object.end()) {
    return "";
  }
  if (member->is_string()) {
    return member->get<std::string>();
  }
  return member->is_number_integer() ? member->dump() : "";
}

/// "FLOW-1387-400" of "https://ns.adobe.com/aep/errors/FLOW-1387-400"; a problem's placeholder has no code.
std::string code_of_type(const std::string &type) {
  const std::string name = type.substr(type.rfind('/') + 1);
  return name.find_first_of("0123456789") == std::string::npos ? "" : name;
}

/// A body nobody documents, as one short line.
std::string excerpt(const std::string &body) {
  constexpr std::size_t kLength = 200;
  std::string line = body.substr(0, kLength);
  for (char &c : line) {
    if (static_cast<unsigned char>(c) < ' ') {
      c = ' ';
    }
  }
  return body.size() > kLength ? line + "…" : line;
}

void read_body(const Response &answer, Error &error) {
  const Json body = read_answer(answer.body);
  if (body.is_object() && body.contains("error_code")) {
    error.code = text_at(body, "error_code");
    error.detail = text_at(body, "message");
    return;
  }
  if (!text_at(body, "error").empty()) {
    error.code = text_at(body, "error");
    error.detail = text_at(body, "error_description");
    return;
  }
  const Json report = body.is_object() ? body.value("report", Json()) : Json();
  const std::string type = text_at(body, "type");
  if (type.empty() && text_at(body, "title").empty() && text_at(body, "errorMessage").empty()) {
    error.detail = excerpt(answer.body);
    return;
  }
  error.kind = ErrorKind::service;
  error.code = code_of_type(type);
  error.title = text_at(body, "title");
  error.request_id = text_at(report, "request-id");
  for (const std::string &detail : {text_at(report, "detailed-message"), text_at(body, "errorMessage"),
                                    text_at(body, "errorDetails"), text_at(body, "detail")}) {
    if (!detail.empty()) {
      error.detail = detail;
      break;
    }
  }
}

/// The contract's entry for an error: what the answer shows, or else, as servers' titles differ from the
/// pages', what has its code. Null: none.
const contract::ErrorEntry *entry_of(const Response &answer, const Error &error) {
  if (const auto *shown = contract::error_in(answer.status, answer.body)) {
    return shown;
  }
  const auto &all = contract::errors();
  const auto found = std::find_if(all.begin(), all.end(), [&](const contract::ErrorEntry &entry) {
    const bool is_service = entry.form == contract::ErrorForm::service;
    return !entry.code.empty() && error.code == (is_service ? "FLOW-" : "") + entry.code;
  });
  return found == all.end() ? nullptr : &*found;
}

std::string summary(const Error &error) {
  std::string text = error.code;
  if (!error.title.empty()) {
    text += (text.empty() ? "" : " ") + error.title;
  }
  if (!error.detail.empty()) {
    text += (text.empty() ? "" : ": ") + error.detail;
  }
  if (error.status != 0) {
    text += (text.empty() ? "HTTP " : " (HTTP ") + std::to_string(error.status);
    text += text.starts_with("HTTP ") ? "" : ")";
  }
  return text;
}

} // namespace

std::string utc_text(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[sizeof "2000-01-01T00:00:00Z"];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

Error error_of(const Response &answer) {
  Error error("");
  error.kind = ErrorKind::gateway;
  error.status = answer.status;
  if (answer.status < 400) {
    error.kind = ErrorKind::malformed_answer;
    error.detail = "the answer is neither a success nor an error; is the base URL that of Flow Service?";
  } else {
    read_body(answer, error);
    if (const auto *entry = entry_of(answer, error)) {
      error.advice = entry->advice;
      error.place = entry->place;
    }
  }
  if (error.request_id.empty()) {
    error.request_id = answer.header("x-request-id");
  }
  return with_summary(error, summary(error));
}

Error error_of(const TransportFailure &failure) {
  Error error(failure.what());
  error.kind = failure.timed_out ? ErrorKind::timeout : ErrorKind::connection;
  error.detail = failure.what();
  return error;
}

Error malformed_answer(const Response &answer, const std::string &detail) {
  Error error(detail + " (HTTP " + std::to_string(answer.status) + ")");
  error.kind = ErrorKind::malformed_answer;
  error.status = answer.status;
  error.detail = detail;
  error.request_id = answer.header("x-request-id");
  return error;
}

Error with_summary(const Error &error, const std::string &text) {
  Error named(text);
  named.kind = error.kind;
  named.status = error.status;
  named.code = error.code;
  named.title = error.title;
  named.detail = error.detail;
  named.advice = error.advice;
  named.place = error.place;
  named.request_id = error.request_id;
  named.retry_after = error.retry_after;
  return named;
}

Error unknown_outcome(const Error &error, const std::string &what) {
  Error unknown = with_summary(error, std::string(error.what()) + ". It is unknown whether " + what);
  unknown.kind = ErrorKind::unknown_outcome;
  return unknown;
}

Error unknown_outcome(const Error &error, const std::string &what, const std::string &flow_id,
                      std::chrono::system_clock::time_point since) {
  return unknown_outcome(error, what + " look for a run of its flow created since " + utc_text(since) +
                                    ": GET /runs?property=flowId==" + flow_id + "&orderby=-createdAt");
}

} // namespace flow::client
