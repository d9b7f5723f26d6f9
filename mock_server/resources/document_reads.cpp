#include "mock_server/resources/operation.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/json_text.hpp"
#include "common/text.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/resources/documents.hpp"
#include "mock_server/resources/explore_rules.hpp"
#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/json_body.hpp"
#include "mock_server/resources/list.hpp"

namespace flow::mock {

namespace {

using contract::Json;
using contract::Resource;

// Of a search (openapi).
constexpr std::size_t kMostFound = 1000;

ListingRules rules_of(const Resource &resource, const contract::Reading &reading) {
  if (resource.is_catalogue) { // which has neither times nor pages
    return {.usual_order = "",
            .usual_limit = std::numeric_limits<std::uint32_t>::max(),
            .most = std::numeric_limits<std::uint32_t>::max(),
            .properties_only = true};
  }
  return {.usual_order = usual_order(reading)};
}

/// A member of a search's body as the parameter of a listing that says the same.
std::optional<Error> add_parameter(const std::string &name, const Json &value, Target &query) {
  if (value.is_null()) {
    return std::nullopt;
  }
  const auto invalid = [&](std::string_view reason) {
    return Error("param-invalid").with("value", plain_text(value)).with("field", name).with("reason", reason);
  };
  if (name == "queryString") {
    auto parameters =
        value.is_string() ? parse_parameters(value.get_ref<const std::string &>()) : std::nullopt;
    if (!parameters) {
      return invalid("it must be a string as behind the ? of a listing: property=state==enabled");
    }
    query.query.insert(query.query.end(), parameters->begin(), parameters->end());
    return std::nullopt;
  }
  if (name == "projectionFields") {
    std::string fields;
    for (const Json &field : value.is_array() ? value : Json::array({value})) {
      // With an operator it would be a filter.
      if (!field.is_string() ||
          field.get_ref<const std::string &>().find_first_of(",=<>!~") != std::string::npos) {
        return invalid("it must be an array of names of fields");
      }
      fields += (fields.empty() ? "" : ",") + field.get<std::string>();
    }
    query.query.emplace_back("property", fields);
    return std::nullopt;
  }
  if (name == "groupByProperty") { // what it does to an answer is not documented
    return value.is_string() || value.is_array() ? std::nullopt : std::optional(invalid("it must be a name"));
  }
  if (name != "limit" && name != "orderby" && name != "count") {
    return Error("bad-request").with("reason", "a search has no field " + name);
  }
  if (value.is_structured()) {
    return invalid("it must be a single value");
  }
  query.query.emplace_back(name, plain_text(value));
  return std::nullopt;
}

std::string lower_case_of(const Json &value) {
  return lower_case(plain_text(value));
}

/// Whether a request has all parameters of an answer's query, with the same values in any case.
bool is_asked(const Call &call, const Json &query) {
  const auto is_root = [](const auto &wanted) {
    return wanted.key() == "objectType" && plain_text(wanted.value()) == "root";
  };
  return std::all_of(query.items().begin(), query.items().end(), [&](const auto &wanted) {
    if (is_root(wanted) && parameter(call, "objectType").empty()) {
      return true;
    }
    return std::any_of(call.target.query.begin(), call.target.query.end(), [&](const auto &given) {
      return lower_case(given.first) == lower_case(wanted.key()) &&
             lower_case(given.second) == lower_case_of(wanted.value());
    });
  });
}

/// The connection spec that a document is, or is of; null: there is none.
const Json *spec_of_document(Transaction &transaction, const Resource &resource, const Json &document) {
  const Resource &specs = contract::resource("connectionSpecs");
  const Document *found =
      transaction->documents(specs, transaction.sandbox())
          .find(text_at(&document, resource.name == specs.name ? "/id" : "/connectionSpec/id"));
  return found == nullptr ? nullptr : found->json.get();
}

/// Whether flow specifications are asked for by their name, of which there is one (cloud, database).
bool asks_for_one_spec(const Call &call) {
  return call.operation.resource->name == "flowSpecs" &&
         std::any_of(call.target.query.begin(), call.target.query.end(), [](const auto &given) {
           return given.first == "property" && given.second.starts_with("name==");
         });
}

/// A list of one as that one; any other as it is.
void take_out_of_items(Answer &answer) {
  Success *success = std::get_if<Success>(&answer);
  if (success == nullptr) {
    return;
  }
  const Json items = Json::parse(success->response.body).at("items");
  if (items.size() == 1) {
    success->response.body = items.front().dump();
  }
}

/// `true` of {"result":true}.
std::string bare_result(const std::string &body) {
  const Json answer = Json::parse(body);
  return answer.is_object() && answer.contains("result") ? answer["result"].dump() : body;
}

} // namespace

// GET /{resource} (openapi, sort-and-filter); of specifications all at once
Answer list_documents(const Call &call) {
  const Resource &resource = *call.operation.resource;
  Answer answer = list(call, {.resource = resource,
                              .path = resource.name,
                              .query = call.target,
                              .rules = rules_of(resource, call.settings.reading)});
  Error *error = std::get_if<Error>(&answer);
  if (error != nullptr && error->entry->name == "filter-field-unknown" &&
      resource.name == "connectionSpecs") {
    error->entry = &contract::error("spec-filter-field-unknown");
  }
  if (asks_for_one_spec(call) && call.settings.reading.is("spec-by-name", "bare")) {
    take_out_of_items(answer);
  }
  return answer;
}

// POST /{resource}/search: as the list with its body's queryString, limit, orderby and count (openapi; the
// grammar of queryString is assumed to be that of the list's query)
Answer search_documents(const Call &call) {
  const Resource &resource = *call.operation.resource;
  auto body = json_object_in(call.request.body);
  if (Error *error = std::get_if<Error>(&body)) {
    return std::move(*error);
  }
  Target query = call.target;
  for (const auto &member : std::get<Json>(body).items()) {
    if (auto error = add_parameter(member.key(), member.value(), query)) {
      return *std::move(error);
    }
  }
  ListingRules rules = rules_of(resource, call.settings.reading);
  rules.properties_only = false;
  rules.most = kMostFound;
  const std::string path = resource.name + "/search";
  return list(call, {.resource = resource, .path = path, .query = query, .rules = rules});
}

// GET /{resource}/{id}: {"items":[document],"_links":{}} (openapi)
Answer get_document(const Call &call) {
  Transaction transaction(call.sandbox, call.now_ms);
  Response response;
  response.body.reserve(2048);
  response.body = "{\"items\":[";
  if (!append_document(response.body, transaction, *call.operation.resource, call.id)) {
    return not_found(call);
  }
  response.body += "],\"_links\":{}}";
  return Success{.response = std::move(response)};
}

// GET /{resource}/{id}/test, /explore, /configs: what its seed says, or an empty answer (openapi,
// explore-cloud, explore-tabular, dlz, datasets)
Answer answer_of_document(const Call &call) {
  const Resource &resource = *call.operation.resource;
  const std::string &verb = call.operation.verb;
  const bool is_explored = verb == "explore";
  if (auto error = is_explored ? check_explored(call) : std::nullopt) {
    return *std::move(error);
  }
  Transaction transaction(call.sandbox, call.now_ms);
  const auto documents = documents_of(transaction, resource);
  const auto document = documents->find(call.id);
  if (!document) {
    return not_found(call);
  }
  const Json *answers = documents->answers(call.id);
  if (is_explored) {
    const Json *spec = spec_of_document(transaction, resource, *document);
    if (auto error = check_explored_spec(call, spec, answers != nullptr)) {
      return *std::move(error);
    }
  }
  if (auto error = verb == "configs" ? check_configs(call) : std::nullopt) {
    return *std::move(error);
  }
  Response response;
  response.body = is_explored ? nothing_explored(call) : resource.verb(verb)->answer;
  if (answers != nullptr) {
    const auto found = std::find_if(answers->begin(), answers->end(), [&](const Json &each) {
      return each.at("verb") == verb && is_asked(call, each.value("query", Json::object()));
    });
    if (found != answers->end()) {
      response.body = found->at("body").dump();
    }
  }
  if (verb == "test" && call.settings.reading.is("test-answer", "bare")) {
    response.body = bare_result(response.body);
  }
  return Success{.response = std::move(response)};
}

} // namespace flow::mock
