#include "contracts/suite/whole_list.hpp"

#include <string_view>

#include "common/json_text.hpp"

namespace flow::contract {

namespace {

constexpr int kMostPages = 50;
const Json::json_pointer kNext("/_links/next/href");

/// The path of the page that follows, below the service path; empty where it is the last, or no list.
std::string next_page(const Json &body) {
  const bool is_list = body.is_object() && body.contains("items") && body.at("items").is_array();
  if (!is_list || !body.contains(kNext) || !body.at(kNext).is_string()) {
    return "";
  }
  const std::string href = body.at(kNext);
  return href.starts_with('/') ? href : "";
}

} // namespace

bool lists_whole(const HttpRequest &request) {
  const std::size_t question = request.url.find('?');
  if (request.method != "GET" || question == std::string::npos) {
    return false;
  }
  bool of_flow = false;
  std::string_view query = std::string_view(request.url).substr(question + 1);
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    for (const std::string_view name : {"limit=", "continuationToken=", "count="}) {
      if (field.starts_with(name) && field != name) {
        return false;
      }
    }
    of_flow = of_flow || field.starts_with("property=flowId==") || field.starts_with("property=flowId%3D%3D");
  }
  return of_flow;
}

HttpResponse whole_list(const HttpRequest &request, HttpResponse first, const Target &target,
                        const Ask &ask) {
  Json body = json_or_discarded(first.body);
  std::string next = next_page(body);
  if (first.status != 200 || next.empty()) {
    return first;
  }
  for (int pages = 1; !next.empty(); ++pages) {
    if (pages == kMostPages) {
      throw CannotJudge("its flow has more than " + std::to_string(kMostPages) +
                        " pages of runs: use one with fewer");
    }
    HttpRequest asked = request;
    asked.url = target.base_url + next;
    HttpResponse answer = ask(asked);
    const Json page = json_or_discarded(answer.body);
    if (answer.status != 200 || !page.is_object() || !page.contains("items") || !page["items"].is_array()) {
      return answer;
    }
    for (const Json &item : page["items"]) {
      body["items"].push_back(item);
    }
    body["_links"] = page.value("_links", Json::object());
    next = next_page(page);
  }
  first.body = body.dump();
  return first;
}

} // namespace flow::contract
