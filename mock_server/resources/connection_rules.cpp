#include "mock_server/resources/connection_rules.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "mock_server/resources/document_rules.hpp"
#include "mock_server/resources/field_check.hpp"

namespace flow::mock {

namespace {

using contract::Json;

constexpr std::string_view kHttpApi = "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb";         // http
constexpr std::string_view kDataLandingZone = "26f526f2-58f4-4712-961d-e41bf1ccc0e8"; // dlz

/// Whether the text, UTF-8, is one character.
bool is_one_character(std::string_view text) {
  constexpr unsigned kMask = 0xc0U;
  constexpr unsigned kFollows = 0x80U;
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & kMask) != kFollows; }) == 1;
}

} // namespace

std::optional<Error> check_connection(Transaction &transaction, const Json &connection, const Json *before) {
  if (!is_changed(connection, before, "auth")) {
    return std::nullopt;
  }
  const auto auth = connection.find("auth");
  const std::string spec_id = text_at(&connection, "/connectionSpec/id");
  const Document *spec =
      transaction->documents(contract::resource("connectionSpecs"), transaction.sandbox()).find(spec_id);
  const auto known = spec == nullptr ? Json() : spec->json->value("authSpec", Json());
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
      .with("spec", spec_id)
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

void complete_connection(Transaction &transaction, Json &connection) {
  const Json::json_pointer params("/auth/params");
  if (text_at(&connection, "/connectionSpec/id") != kHttpApi || !connection.contains(params) ||
      !connection.at(params).is_object()) {
    return;
  }
  std::string inlet = transaction->ids.uuid() + transaction->ids.uuid(); // of 64 hexadecimal digits
  std::erase(inlet, '-');
  connection.at(params)["inletUrl"] = "https://dcs.adobedc.net/collection/" + inlet;
  connection.at(params)["inletId"] = inlet;
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
  }
}

} // namespace flow::mock
