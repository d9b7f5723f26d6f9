#include "mock_server/resources/connection_rules.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mock_server/resources/document_rules.hpp"
#include "mock_server/resources/field_check.hpp"
#include "mock_server/resources/id_source.hpp"
#include "mock_server/seed/seeded_documents.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::string_view kHttpApi = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";          // http
constexpr std::string_view kGenericStreaming = "e77fde5a-22a8-11ed-861d-0242ac120002"; // chatlio
constexpr std::string_view kDataLandingZone = "26f526f2-58f4-4712-961d-e41bf1ccc0e8";  // dlz

// The sources of destinations, which need no account (dest-batch, datasets).
constexpr std::array<std::string_view, 2> kOwnStores = {
    "8a9c3494-9708-43d7-ae3f-cda01e5030e1",  // profile store
    "23598e46-f560-407b-88d5-ea6207e49db0"}; // data lake
// cloud, database, cloud-parquet
constexpr std::array<std::string_view, 5> kFormats = {"delimited", "json", "parquet", "parquet_xdm",
                                                      "tabular"};

/// Null: there is none of that id.
const Json *connection_spec(Transaction &transaction, const Json &connection) {
  const Document *found = transaction->documents(contract::resource("connectionSpecs"), transaction.sandbox())
                              .find(text_at(&connection, "/connectionSpec/id"));
  return found == nullptr ? nullptr : found->json.get();
}

/// Whether connections of the spec can be patched: all but those of which it says otherwise (streaming-sdk).
bool can_be_patched(const Json *spec) {
  const Json::json_pointer place("/attributes/uiAttributes/apiFeatures/updateSupported");
  return spec == nullptr || !spec->contains(place) || spec->at(place) != false;
}

/// Whether the formats of its data are those that the pages on sources name: so of all sources but streaming
/// ones.
bool has_documented_formats(const Json *spec) {
  const Json::json_pointer is_source("/attributes/isSource");
  return spec != nullptr && spec->contains(is_source) && spec->at(is_source) == true &&
         text_at(spec, "/attributes/category") != "Streaming";
}

/// The base connection for that spec that the service has made, or makes now: {"id","connectionSpec"}.
Json own_base_connection(Transaction &transaction, const Json &spec) {
  const contract::Resource &connections = contract::resource("connections");
  DocumentStore &store = transaction->documents(connections, transaction.sandbox());
  const std::string spec_id = text_at(&spec, "/id");
  const std::string id = name_uuid("base connection of " + spec_id);
  if (store.find(id) == nullptr) {
    const std::int64_t now_ms = transaction.now_ms();
    const Json *catalogue = connection_spec(transaction, {{"connectionSpec", spec}});
    const SeededDocument own{
        .json = {{"id", id}, {"name", text_at(catalogue, "/name")}, {"connectionSpec", spec}},
        .answers = nullptr,
        .created_at = {.ms = now_ms},
        .updated_at = {.ms = now_ms}};
    store.put({.json = std::make_shared<const Json>(
                   whole_document(connections, own, transaction.sandbox(), now_ms))});
  }
  return {{"id", id}, {"connectionSpec", spec}};
}

/// 64 hexadecimal digits (http).
std::string new_inlet(Transaction &transaction) {
  std::string inlet = transaction->ids.uuid() + transaction->ids.uuid();
  std::erase(inlet, '-');
  return inlet;
}

std::string inlet_url(const std::string &inlet) {
  return "https://dcs.adobedc.net/collection/" + inlet;
}

/// Whether the text, UTF-8, is one character.
bool is_one_character(std::string_view text) {
  constexpr unsigned kMask = 0xc0U;
  constexpr unsigned kFollows = 0x80U;
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & kMask) != kFollows; }) == 1;
}

} // namespace

std::optional<Error> check_connection(Transaction &transaction, const Json &connection, const Json *before) {
  const Json *spec = connection_spec(transaction, connection);
  if (before != nullptr && !can_be_patched(spec)) {
    return Error("patch-unsupported").with("connectorType", text_at(spec, "/name"));
  }
  if (!is_changed(connection, before, "auth")) {
    return std::nullopt;
  }
  const auto auth = connection.find("auth");
  const auto known = spec == nullptr ? Json() : spec->value("authSpec", Json());
  if (auth == connection.end() || !known.is_array() || known.empty()) {
    return std::nullopt;
  }
  if (!auth->contains("specName")) {
    return Error("field-missing").with("field", "auth.specName");
  }
  std::string names;
  for (const Json &each : known) {
    if (each.value("name", Json()) == (*auth)["specName"]) {
      return std::nullopt;
    }
    names += (names.empty() ? "" : ", ") + text_at(&each, "/name");
  }
  return Error("auth-spec-unknown")
      .with("authSpec", (*auth)["specName"].dump(-1, ' ', false, Json::error_handler_t::replace))
      .with("spec", text_at(&connection, "/connectionSpec/id"))
      .with("known", names);
}

std::optional<Error> check_end_of_flow(const Json &connection, const Json *before) {
  const std::string spec = text_at(&connection, "/connectionSpec/id");
  if (spec == kDataLandingZone && connection.contains("baseConnectionId") &&
      (is_changed(connection, before, "connectionSpec") ||
       is_changed(connection, before, "baseConnectionId"))) {
    return Error("base-connection-refused").with("spec", spec);
  }
  if (!is_changed(connection, before, "data")) {
    return std::nullopt;
  }
  for (const char *place : {"/data/columnDelimiter", "/data/properties/columnDelimiter"}) {
    const Json::json_pointer at(place);
    if (connection.contains(at) && !is_one_character(text_at(&connection, place))) {
      return Error("delimiter-invalid")
          .with("delimiter", connection.at(at).dump(-1, ' ', false, Json::error_handler_t::replace));
    }
  }
  return std::nullopt;
}

std::optional<Error> check_source_connection(Transaction &transaction, const Json &connection,
                                             const Json *before) {
  if (auto error = check_end_of_flow(connection, before)) {
    return error;
  }
  const std::string format = text_at(&connection, "/data/format");
  const bool is_known = std::find(kFormats.begin(), kFormats.end(), format) != kFormats.end();
  if (is_changed(connection, before, "data") && !format.empty() && !is_known &&
      has_documented_formats(connection_spec(transaction, connection))) {
    return Error("source-format-unsupported").with("sourceFormat", format);
  }
  const Json::json_pointer columns("/params/columns");
  const std::string table = text_at(&connection, "/params/tableName");
  const bool has_no_columns = connection.contains(columns) && connection.at(columns) == Json::array();
  return is_changed(connection, before, "params") && !table.empty() && has_no_columns
             ? std::optional(Error("table-without-columns").with("tableName", table))
             : std::nullopt;
}

void complete_connection(Transaction &transaction, Json &connection) {
  const Json::json_pointer params("/auth/params");
  if (text_at(&connection, "/connectionSpec/id") != kHttpApi || !connection.contains(params) ||
      !connection.at(params).is_object()) {
    return;
  }
  Json &given = connection.at(params);
  const std::string inlet = new_inlet(transaction);
  given["inletUrl"] = inlet_url(inlet);
  given["inletId"] = inlet;
  const auto give = [&](const char *name, const Json &otherwise) {
    if (is_left_out(given.value(name, Json()))) {
      given[name] = otherwise;
    }
  };
  give("name", connection.value("name", Json()));
  give("sourceId", given["name"]);
  give("authenticationRequired", false);
}

void give_inlet_to_flow(Transaction &transaction, Json &flow) {
  if (text_at(&flow, "/flowSpec/id") != kGenericStreaming) {
    return;
  }
  const std::vector<std::string> sources = ids_in(flow, "sourceConnectionIds");
  const Document *source =
      sources.empty() ? nullptr
                      : transaction->documents(contract::resource("sourceConnections"), transaction.sandbox())
                            .find(sources.front());
  if (source != nullptr && !source->json->contains("baseConnectionId")) {
    flow["options"]["inletUrl"] = inlet_url(new_inlet(transaction));
  }
}

void complete_end_of_flow(Transaction &transaction, Json &connection) {
  connection.erase("inheritedAttributes");
  const std::string base_id = text_at(&connection, "/baseConnectionId");
  const Document *base =
      transaction->documents(contract::resource("connections"), transaction.sandbox()).find(base_id);
  if (base != nullptr) {
    connection["inheritedAttributes"] = {
        {"baseConnection",
         {{"id", base_id}, {"connectionSpec", base->json->value("connectionSpec", Json())}}}};
    return;
  }
  const std::string spec_id = text_at(&connection, "/connectionSpec/id");
  if (std::find(kOwnStores.begin(), kOwnStores.end(), spec_id) != kOwnStores.end()) {
    connection["inheritedAttributes"] = {
        {"baseConnection", own_base_connection(transaction, connection["connectionSpec"])}};
  }
}

} // namespace flow::mock
