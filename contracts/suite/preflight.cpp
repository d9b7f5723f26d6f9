#include "contracts/suite/preflight.hpp"

#include <algorithm>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "common/json_text.hpp"
#include "common/percent_encoding.hpp"
#include "common/printable.hpp"

namespace flow::contract {

namespace {

constexpr int kFirstServerError = 500;

std::string random_name() {
  return boost::uuids::to_string(boost::uuids::random_generator()());
}

/// The string member of a JSON object; empty where there is none.
std::string member(const Json &body, const char *name) {
  const auto found = body.is_object() ? body.find(name) : body.end();
  return body.is_object() && found != body.end() && found->is_string() ? found->get<std::string>() : "";
}

HttpResponse answer_to(const std::string &method, const std::string &url, HttpHeaders headers,
                       std::optional<std::string> body, const Ask &ask) {
  try {
    return ask({.method = method, .url = url, .headers = std::move(headers), .body = std::move(body)});
  } catch (const HttpFailure &error) {
    throw CannotRun("cannot judge the server at " + url + ": " + error.what());
  }
}

/// How a server refuses the caller; empty where it does not.
std::string refusal(const HttpResponse &answer, const std::string &sandbox) {
  const Json body = json_or_discarded(answer.body);
  const std::string type = member(body, "type");
  if (type.find("FLOW-2100-404") != std::string::npos) {
    return "has no sandbox '" + sandbox +
           "' (FLOW-2100-404): name one with --sandbox, and its runs with --states";
  }
  if (answer.status == 401 || answer.status == 403) {
    const std::string code = member(body, "error_code");
    return "rejects the credentials: status " + std::to_string(answer.status) +
           (code.empty() ? "" : ", error_code " + code);
  }
  return "";
}

} // namespace

bool is_flow_mock(const Target &target, const Ask &ask) {
  const HttpResponse answer = answer_to("GET", target.origin() + "/__admin/health/live", {}, {}, ask);
  return answer.status == 200 && member(json_or_discarded(answer.body), "server") == "flow-mock";
}

void require_usable(const Target &target, const Ask &ask) {
  const std::string sandbox = target.is_shared() ? target.sandbox : "contract-" + random_name();
  std::string statuses;
  for (const std::string &path :
       {std::string("/runs?limit=1"), std::string("/flows?limit=1"), "/runs/" + random_name()}) {
    const HttpResponse answer = answer_to("GET", target.base_url + path,
                                          {{"Authorization", "Bearer " + target.token},
                                           {"x-api-key", target.api_key},
                                           {"x-gw-ims-org-id", target.org},
                                           {"x-sandbox-name", sandbox}},
                                          {}, ask);
    if (const std::string why = refusal(answer, sandbox); !why.empty()) {
      throw CannotRun("the server at " + target.base_url + " " + why);
    }
    if (answer.status < kFirstServerError) {
      return;
    }
    statuses += (statuses.empty() ? "" : ", ") + std::to_string(answer.status);
  }
  throw CannotRun("the server at " + target.base_url +
                  " cannot be judged: it answers every request with server errors: " + statuses);
}

std::string token_for(const ClientCredentials &credentials, const Ask &ask) {
  const std::string form = "grant_type=client_credentials&client_id=" + percent_encoded(credentials.id) +
                           "&client_secret=" + percent_encoded(credentials.secret) +
                           "&scope=" + percent_encoded(credentials.scopes);
  HttpResponse answer;
  try {
    answer = ask({.method = "POST",
                  .url = credentials.token_url,
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                  .body = form});
  } catch (const HttpFailure &error) {
    throw CannotRun("no access token from " + credentials.token_url + ": " + error.what());
  }
  const Json body = json_or_discarded(answer.body);
  if (std::string token = member(body, "access_token"); answer.status == 200 && !token.empty()) {
    return token;
  }
  // A code of RFC 6749, 5.2, and nothing else: an answer may repeat what was sent.
  const std::string code = member(body, "error");
  const bool is_code = code.size() < 40 && std::all_of(code.begin(), code.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || c == '_';
                       });
  throw CannotRun("no access token from " + credentials.token_url + ": status " +
                  std::to_string(answer.status) + (is_code && !code.empty() ? ", " + code : ""));
}

} // namespace flow::contract
