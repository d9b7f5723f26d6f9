#include "tests/contracts/breakage.hpp"

namespace flow::contract::breaking {

namespace {

const std::string kRetryPath = "/action?op=re-trigger";

/// A header spelled exactly so, whatever its value.
When spelled(std::string name) {
  return [=](const Call &call) {
    for (const auto &[sent, value] : call.headers) {
      if (sent == name) {
        return true;
      }
    }
    return false;
  };
}

When otherwise_whole(std::string but_for) {
  return [=](const Call &call) {
    for (const std::string name :
         {"Authorization", "x-api-key", "x-gw-ims-org-id", "x-sandbox-name", "Content-Type"}) {
      const bool is_needed = name != "Content-Type" || call.method == "POST";
      if (is_needed && name != but_for && call.header(name) == nullptr) {
        return false;
      }
    }
    return true;
  };
}

/// The calls that clauses of headers are proved with.
When call_of_failed() {
  return [retry = retry_of(kFailed), read = read_of(kFailed)](const Call &call) {
    return retry(call) || read(call);
  };
}

/// A server that lets a retry or a read pass though this header is left out, or sent with `value`.
Breakage forgiving(std::string_view clause, const When &wrong, const std::string &header,
                   const std::string &usual) {
  return {clause, when(all({call_of_failed(), otherwise_whole(header), wrong}), as_if_with(header, usual))};
}

std::vector<Breakage> of_required_headers() {
  struct Required {
    std::string name, usual;
    std::string_view missing, empty;
    std::string_view read{}; ///< another clause that is proved with the same read
  };
  std::vector<Breakage> all_of_them;
  for (const Required &header : {
           Required{"Authorization", "Bearer t", "headers/authorization/missing",
                    "headers/authorization/empty", "headers/read/authorization-missing"},
           Required{"x-api-key", "key", "headers/api-key/missing", "headers/api-key/empty",
                    "errors/gateway/shape"},
           Required{"x-gw-ims-org-id", "org", "headers/org/missing", "headers/org/empty",
                    "errors/gateway/status-in-code"},
           Required{"x-sandbox-name", "prod", "headers/sandbox/missing", "headers/sandbox/empty",
                    "headers/read/sandbox-missing"},
           Required{"Content-Type", "application/json", "headers/content-type/missing",
                    "headers/content-type/empty"},
       }) {
    // httplib 0.11.4 leaves out empty headers, so on the server these two are one.
    const When absent = [name = header.name](const Call &call) {
      return call.header(name) == nullptr || call.header(name)->empty();
    };
    Breakage missing = forgiving(header.missing, absent, header.name, header.usual);
    Breakage empty = forgiving(header.empty, absent, header.name, header.usual);
    missing.companions = {header.empty};
    empty.companions = {header.missing};
    if (!header.read.empty()) {
      missing.companions.push_back(header.read);
      empty.companions.push_back(header.read);
    }
    all_of_them.push_back(std::move(missing));
    all_of_them.push_back(std::move(empty));
  }
  return all_of_them;
}

std::vector<Breakage> of_header_values() {
  const When inner_space = [](const Call &call) {
    return call.header("x-api-key") && call.header("x-api-key")->find(' ') != std::string::npos;
  };
  const When inner_space_in_org = [](const Call &call) {
    return call.header("x-gw-ims-org-id") && call.header("x-gw-ims-org-id")->find(' ') != std::string::npos;
  };
  const std::string token = "Bearer t";
  const std::string json = "application/json";
  const When read = read_of(kFailed);
  return {
      forgiving("headers/authorization/not-bearer", sends("Authorization", "Basic flow-contract"),
                "Authorization", token),
      forgiving("headers/authorization/bearer-alone", sends("Authorization", "Bearer"), "Authorization",
                token),
      forgiving("headers/authorization/token-alone", sends("Authorization", "flow-contract"), "Authorization",
                token),
      forgiving("headers/api-key/malformed", inner_space, "x-api-key", "key"),
      forgiving("headers/org/malformed", inner_space_in_org, "x-gw-ims-org-id", "org"),
      forgiving("headers/sandbox/malformed", sends("x-sandbox-name", "no such sandbox"), "x-sandbox-name",
                "prod"),
      forgiving("headers/content-type/other", sends("Content-Type", "text/plain"), "Content-Type", json),
      forgiving("headers/content-type/look-alike", sends("Content-Type", "application/jsonp"), "Content-Type",
                json),
      {"headers/content-type/parameters",
       when(sends("Content-Type", json + "; charset=utf-8"), answers(400))},
      {"headers/names/lower-case", when(spelled("authorization"), as_if_without("Authorization"))},
      {"headers/names/upper-case", when(spelled("X-API-KEY"), as_if_without("x-api-key"))},
      {"headers/read/authorization-missing",
       when(all({read, lacks("Authorization")}), as_if_with("Authorization", token))},
      {"headers/read/sandbox-missing",
       when(all({read, lacks("x-sandbox-name")}), as_if_with("x-sandbox-name", "prod"))},
  };
}

/// A server that looks for the second mistake first: as if the first had not been made.
std::vector<Breakage> of_order() {
  const When retried = retry_of(kFailed);
  const auto both_missing = [&](const char *first, const char *second) {
    return all({retried, lacks(first), lacks(second)});
  };
  const When posted_nowhere = is("POST", "/no-such-route");
  const When wrong_version = sends("If-Match", kOtherEtag);
  return {
      {"order/authorization-before-api-key",
       when(both_missing("Authorization", "x-api-key"), as_if_with("Authorization", "Bearer t"))},
      {"order/api-key-before-org",
       when(both_missing("x-api-key", "x-gw-ims-org-id"), as_if_with("x-api-key", "k"))},
      {"order/org-before-sandbox",
       when(both_missing("x-gw-ims-org-id", "x-sandbox-name"), as_if_with("x-gw-ims-org-id", "o"))},
      {"order/sandbox-before-content-type",
       when(both_missing("x-sandbox-name", "Content-Type"), as_if_with("x-sandbox-name", "prod"))},
      {"order/content-type-before-route",
       when(posted_nowhere, as_if_with("Content-Type", "application/json"))},
      {"order/token-before-route", when(all({is("GET", "/no-such-route"), lacks("Authorization")}),
                                        as_if_with("Authorization", "Bearer t"))},
      {"order/content-type-before-op",
       when(all({is("POST", "/runs/" + kFailed + "/action?op=delete"), lacks("Content-Type")}),
            as_if_with("Content-Type", "application/json"))},
      {"order/op-before-run", when(about_unknown_run("POST", "/action?op=delete"), answers(404))},
      {"order/op-before-flow", when(is("POST", "/runs/" + kFailedOfDisabledFlow + "/action?op=delete"),
                                    as_if_at("/runs/" + kFailedOfDisabledFlow + kRetryPath))},
      {"order/flow-before-state", when(retry_of(kInProgressOfDisabledFlow), as_if_run(kInProgress))},
      {"order/flow-before-if-match",
       when(all({retry_of(kFailedOfDisabledFlow), wrong_version}), as_if_run(kFailed))},
      {"order/source-before-if-match", when(all({retry_of(kStreaming), wrong_version}), as_if_run(kFailed))},
      {"order/state-before-if-match", when(all({retry_of(kWithRecords), wrong_version}), as_if_run(kFailed))},
      {"order/run-before-if-match",
       when(all({about_unknown_run("POST", kRetryPath), wrong_version}), as_if_run(kFailed))},
  };
}

} // namespace

std::vector<Breakage> breakages_of_headers_and_order() {
  std::vector<Breakage> all_of_them = of_required_headers();
  for (const auto &some : {of_header_values(), of_order()}) {
    all_of_them.insert(all_of_them.end(), some.begin(), some.end());
  }
  return all_of_them;
}

} // namespace flow::contract::breaking
