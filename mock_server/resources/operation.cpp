#include "mock_server/resources/operation.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "common/text.hpp"
#include "mock_server/resources/run_json.hpp"

namespace flow::mock {

namespace {

std::string_view without_quotes(std::string_view etag) {
  return etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"') ? etag.substr(1, etag.size() - 2)
                                                                          : etag;
}

bool matches(std::string_view tags, std::string_view etag) {
  for (;;) {
    const std::size_t comma = tags.find(',');
    const std::string_view tag = flow::trimmed(tags.substr(0, comma), " \t");
    if (tag == "*" || without_quotes(tag) == without_quotes(etag)) {
      return true;
    }
    if (comma == std::string_view::npos) {
      return false;
    }
    tags.remove_prefix(comma + 1);
  }
}

} // namespace

Error not_found(const Call &call) {
  const contract::Resource *resource = call.operation.resource;
  const bool is_of_run = resource == nullptr || resource->verbs.empty();
  const bool has_message_alone = !is_of_run && call.settings.reading.is("not-found", "message");
  Error error(is_of_run ? "run-not-found"
                        : resource->error_name(has_message_alone ? "not-found-message" : "not-found"));
  error.with("id", call.id);
  error.resource_id = call.id;
  return error;
}

std::string_view parameter(const Call &call, std::string_view name) {
  const auto &query = call.target.query;
  const auto found =
      std::find_if(query.begin(), query.end(), [&](const auto &each) { return each.first == name; });
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<Error> check_if_match(const Call &call, const Versioned &versioned, bool required) {
  const auto &headers = call.request.headers;
  const auto header = std::find_if(headers.begin(), headers.end(), [](const HeaderField &field) {
    return equal_ignoring_case(field.name, "If-Match");
  });
  const std::string_view given = header == headers.end() ? parameter(call, "if-match") : header->value;
  if (header == headers.end() && given.empty()) {
    return required ? std::optional(Error("if-match-missing")) : std::nullopt;
  }
  if (matches(given, versioned.etag)) {
    return std::nullopt;
  }
  Error error(versioned.mismatch_error);
  error.with("supplied", given).with("current", versioned.etag);
  error.resource_id = versioned.id;
  return error;
}

std::optional<Error> check_room(const Transaction &transaction, const Settings &settings) {
  const std::uint64_t most = settings.limits.runs;
  return transaction->runs.size() < most
             ? std::nullopt
             : std::optional(Error("too-many-runs").with("most", std::to_string(most)));
}

std::string actor_text(const Credentials &credentials) {
  if (credentials.api_key.find_first_of("\"\\") != std::string_view::npos) {
    return nlohmann::json(credentials.api_key).dump();
  }
  return '"' + std::string(credentials.api_key) + '"'; // visible ASCII, else it was refused
}

std::string id_and_etag(const Run &run) {
  std::string json;
  json.reserve(128); // of ids and etags in their documented forms
  json += R"({"id":")";
  json += run.id;
  json += R"(","etag":)";
  append_etag(json, run);
  json += '}';
  return json;
}

NewRun fresh_run(Transaction &transaction, const ScriptedRetry &next, const Credentials &credentials) {
  return transaction->fresh_run(next, transaction->actors(actor_text(credentials)), transaction.now_ms());
}

std::string list_body(const std::vector<std::string> &items, std::string_view resource,
                      const std::string &token) {
  std::string body = "{\"items\":[";
  for (const std::string &item : items) {
    body += body.back() == '[' ? "" : ",";
    body += item;
  }
  body += "],\"_links\":{";
  if (!token.empty()) {
    // Clients take what stands behind the first '=': nothing may follow the token.
    body += "\"next\":{\"href\":\"/" + std::string(resource) + "?continuationToken=" + token + "\"}";
  }
  return body + "}}";
}

} // namespace flow::mock
