#pragma once

#include <cstddef>
#include <cstdint>
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

/// For lists that have no order or cannot be counted.
void add_limit_options(CLI::App &command, ListArguments &given);
void add_property_option(CLI::App &command, ListArguments &given);

/// How many items each request asks for: one more than is shown tells whether there are more.
int page_size(const ListArguments &given);

ExitCode show_count(std::int64_t count, const Session &session);

/// Shows as many of the items as are asked for, as `table_of` or as JSON.
template <typename Item, typename Table>
ExitCode show_items(const Listing<Item> &items, const ListArguments &given, const Session &session,
                    Table table_of) {
  std::vector<Item> shown;
  bool more = false;
  for (const Item &item : items) {
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
