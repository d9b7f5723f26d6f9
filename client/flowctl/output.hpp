#pragma once

#include <optional>
#include <string>
#include <vector>

#include <flow_client/error.hpp>
#include <flow_client/flow.hpp>
#include <flow_client/run.hpp>

#include "client/json_fields.hpp"

/// What several commands print: text for people, or one JSON document. Each `readable` and each JSON text
/// ends with a line break. Hidden characters that came from the server are spelled out in text and escaped
/// in JSON.
namespace flow::client {

std::string readable(const Run &run);
std::string readable(const std::vector<Run> &runs); ///< a table
std::string readable(const NewRun &run);
std::string readable(const Error &error, const std::string &advice);

/// "2022-05-03 14:00:00 UTC"
std::string instant(Time time);

/// "2022-05-03 14:00:00" or "-"
std::string instant_or_dash(const std::optional<Time> &time);

std::string state_text(RunState state, const std::string &status);

/// "hour", "15 minute", "once"
std::string schedule_text(const Flow &flow);

/// {"id", "etag"}, as the service answers a re-trigger.
Json document_of(const NewRun &run);

/// {"kind", "status", "code", "title", "detail", "message", "request_id", "advice"}
Json document_of(const Error &error, const std::string &advice);

std::string json_text(const Json &document);

std::string json(const NewRun &run);
std::string json(const Error &error, const std::string &advice); ///< {"error": {…}}

/// Of an entity, as the service sent it.
std::string json_as_sent(const std::string &entity);

/// {"items": […], "more": false}, each as the service sent it; `more` where there are others.
template <typename Item> std::string json_of_list(const std::vector<Item> &items, bool more) {
  Json documents = Json::array();
  for (const Item &item : items) {
    documents.push_back(Json::parse(item.json));
  }
  return json_text({{"items", std::move(documents)}, {"more", more}});
}

} // namespace flow::client
