#pragma once

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "client/flowctl/output.hpp"
#include "client/flowctl/session.hpp"

/// Commands that list.
namespace flow::client {

/// Which items to list, and how many.
struct ListArguments {
  std::size_t limit = 20;
  bool all = false; ///< no limit
  bool count = false;
  std::string orderby;
  std::vector<std::string> properties;
};

void add_list_options(CLI::App &command, ListArguments &given);

/// Lists what `query` is about, or only counts it. `items` asks for them: &Client::runs.
template <typename Query, typename Item>
ExitCode show_list(const Client &client, Query query, Listing<Item> (Client::*items)(const Query &) const,
                   const ListArguments &given, const Session &session,
                   std::string (*table_of)(const std::vector<Item> &)) {
  query.orderby = given.orderby;
  query.properties = given.properties;
  if (given.count) {
    const std::string count = std::to_string(client.count(query));
    std::cout << (session.json ? "{\"count\": " + count + "}" : count) << "\n";
    return kDone;
  }
  constexpr std::size_t kPageSize = 100;
  // One more than is shown tells whether there are more.
  query.page_size = static_cast<int>(given.all ? kPageSize : std::min(given.limit + 1, kPageSize));
  std::vector<Item> shown;
  bool more = false;
  for (const Item &item : (client.*items)(query)) {
    more = !given.all && shown.size() == given.limit;
    if (more) {
      break;
    }
    shown.push_back(item);
  }
  std::cout << (session.json ? json_of_list(shown, more) : table_of(shown));
  if (more && !session.json) {
    std::cerr << "flowctl: there are more; --all shows them\n";
  }
  return kDone;
}

} // namespace flow::client
