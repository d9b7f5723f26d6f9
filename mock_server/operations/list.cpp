#include "mock_server/operations/list.hpp"

#include <string>
#include <utility>
#include <vector>

namespace flow::mock {

namespace {

std::vector<std::string> texts_of(const Page &page, const Query &query, Collection &items) {
  std::vector<std::string> texts;
  texts.reserve(page.items.size());
  for (const std::uint64_t number : page.items) {
    std::string text = items.text(number);
    texts.push_back(query.projection.empty()
                        ? std::move(text)
                        : projected(contract::Json::parse(text), query.projection).dump());
  }
  return texts;
}

} // namespace

Answer list(const Call &call, std::string_view resource, const Fields &fields,
            const std::function<std::unique_ptr<Collection>()> &open) {
  // A token is of one listing, in one sandbox.
  const TokenSeal seal =
      call.seal.of(call.sandbox.organisation_text + call.sandbox.name_text + std::string(resource));
  const auto parsed = parse_query(call.target, fields, seal);
  if (const Error *error = std::get_if<Error>(&parsed)) {
    return *error;
  }
  const auto &query = std::get<Query>(parsed);
  const std::lock_guard lock(call.sandbox.mutex);
  const auto items = open();
  const Page page = select(query, *items);
  Response response;
  if (query.count) {
    response.body = "{\"count\":" + std::to_string(page.count) + "}";
    return response;
  }
  response.body = list_body(texts_of(page, query, *items), resource,
                            page.next ? continuation_token(query, *page.next, seal) : std::string());
  return response;
}

} // namespace flow::mock
