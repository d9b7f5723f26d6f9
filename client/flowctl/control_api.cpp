#include "client/flowctl/control_api.hpp"

#include <flow_client/error.hpp>
#include <flow_client/settings.hpp>

#include "client/answer_error.hpp"
#include "client/json_fields.hpp"
#include "client/url.hpp"

namespace flow::client {

namespace {

/// A snapshot holds a whole sandbox, and a mock is one's own.
constexpr std::size_t kLongestAnswer = 1'073'741'824;

/// "Bad entry at /state: It has to be …"
std::string sentence_of(const Json &error) {
  const std::string pointer = text(at(at(error, "source"), "pointer"));
  return text(at(error, "title")) + (pointer.empty() ? "" : " at " + pointer) + ": " +
         text(at(error, "detail"));
}

/// What the control API says in its own form, {"errors":[{"title","source":{"pointer"},"detail"}]}.
Error refusal_of(const Response &answer, const Json &errors) {
  std::string text_of_all;
  for (const Json &error : errors) {
    text_of_all += (text_of_all.empty() ? "" : "; ") + sentence_of(error);
  }
  Error refusal(text_of_all + " (HTTP " + std::to_string(answer.status) + ")");
  refusal.kind = ErrorKind::service;
  refusal.status = answer.status;
  refusal.title = text(at(errors.front(), "title"));
  refusal.detail = std::move(text_of_all);
  return refusal;
}

/// What a server answers that knows nothing of /__admin; others, such as 413 or 503, may come from a mock's
/// server.
bool is_of_a_stranger(int status) {
  return status < 400 || status == 401 || status == 403 || status == 404 || status == 405;
}

Error error_of(const Response &answer, const Json &document, const std::string &origin) {
  const Json &errors = at(document, "errors");
  if (errors.is_array() && !errors.empty()) {
    return refusal_of(answer, errors);
  }
  return is_of_a_stranger(answer.status)
             ? malformed_answer(answer, "this server has no control API: " + origin + "/__admin")
             : client::error_of(answer);
}

Error error_of(const TransportFailure &failure, bool changes_something) {
  Error error = client::error_of(failure);
  if (changes_something && failure.may_have_arrived) {
    error = with_summary(error, std::string(failure.what()) + "; the request may have been carried out");
    error.kind = ErrorKind::unknown_outcome;
  }
  return error;
}

} // namespace

ControlApi::ControlApi(const MockSettings &settings)
    : transport_(http_transport(settings.base_url, settings.ca_file)),
      origin_(parse_base_url(settings.base_url).origin), admin_token_(settings.admin_token) {}

std::string ControlApi::perform(const ControlRequest &request) const {
  const Timeouts timeouts;
  const bool reads = request.method == "GET";
  Request sent{.method = request.method,
               .target = "/__admin" + request.path,
               .headers = {{"Accept", "application/json"}},
               .body = request.body,
               .connect_timeout = timeouts.connect,
               .read_timeout = timeouts.read + request.patience,
               .idempotent = reads,
               .longest_answer = kLongestAnswer};
  if (!request.body.empty()) {
    sent.headers.emplace_back("Content-Type", "application/json");
  }
  if (!admin_token_.empty()) {
    sent.headers.emplace_back("Authorization", "Bearer " + admin_token_);
  }
  Response answer;
  try {
    answer = transport_->send(sent);
  } catch (const TransportFailure &failure) {
    throw error_of(failure, !reads);
  }
  const Json document = read_answer(answer.body);
  const bool is_taken = (answer.status >= 200 && answer.status <= 299) || answer.status == request.also_taken;
  if (!is_taken || document.is_discarded()) {
    throw error_of(answer, document, origin_);
  }
  return std::move(answer.body);
}

} // namespace flow::client
