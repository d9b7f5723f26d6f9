#include "mock_server/resources/list.hpp"

#include <string>
#include <utility>
#include <vector>

#include "mock_server/resources/documents.hpp"
#include "mock_server/resources/fields.hpp"

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

std::string_view usual_order(const contract::Reading &reading) {
  return reading.is("order", "newest-first") ? kNewestFirst : kOldestFirst;
}

Answer list(const Call &call, const Listing &listing) {
  // A token is of one listing, in one sandbox.
  const TokenSeal seal =
      call.seal.of(call.sandbox.organisation_text + call.sandbox.name_text + listing.resource.name);
  const contract::Reading &reading = call.settings.reading;
  auto parsed = parse_query(listing.query, query_fields(listing.resource), seal, listing.rules);
  if (const Error *error = std::get_if<Error>(&parsed)) {
    return *error;
  }
  auto &query = std::get<Query>(parsed);
  Transaction transaction(call.sandbox, call.now_ms);
  const auto items = collection_of(transaction, listing.resource);
  Response response;
  std::string counted;
  if (query.count) {
    counted = "\"count\":" + std::to_string(select(query, *items).count) + "}";
    if (reading.is("count", "alone")) {
      response.body = "{" + counted;
      return Success{.response = std::move(response)};
    }
    query.count = false;
  }
  const Page page = select(query, *items);
  response.body = list_body(texts_of(page, query, *items), listing.path,
                            page.next ? continuation_token(query, *page.next, seal) : std::string());
  if (!counted.empty()) {
    response.body.back() = ',';
    response.body += counted;
  }
  return Success{.response = std::move(response)};
}

} // namespace flow::mock
