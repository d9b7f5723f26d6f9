#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <flow_client/error.hpp>

namespace flow::client {

/// The part of a listing that one answer contains.
template <typename Item> struct Page {
  std::vector<Item> items; ///< may be empty before the last page
  std::string token;       ///< of the next page; empty: this is the last
};

/// The error for a server whose pages form a cycle.
Error page_repeated();

/// Items in pages; each page is requested when the iteration reaches it:
///
///     for (const Run &run : client.runs({.status = "failed"})) { … }
///
/// Each `begin` starts with the first page. `begin` and `++` throw what a call of the client throws; after
/// that, `++` requests the same page again. A listing may outlive the client it came from.
template <typename Item> class Listing {
public:
  /// Returns the page of a token; for an empty token, the first page.
  using Fetch = std::function<Page<Item>(const std::string &token)>;

  explicit Listing(Fetch fetch) : fetch_(std::move(fetch)) {}

  /// An input iterator: its copies stand at the same place and move together.
  class Iterator {
  public:
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    explicit Iterator(Fetch fetch) : place_(std::make_shared<Place>()) {
      place_->fetch = std::move(fetch);
      place_->turn_page();
      place_->find_item();
    }

    const Item &operator*() const { return place_->page.items[place_->index]; }
    const Item *operator->() const { return &**this; }
    Iterator &operator++() {
      if (place_->index < place_->page.items.size()) {
        ++place_->index;
      }
      place_->find_item();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator &at, std::default_sentinel_t) { return at.place_->is_end(); }

  private:
    struct Place {
      bool is_end() const { return index == page.items.size() && page.token.empty(); }

      /// Goes on to where an item is, or to the end.
      void find_item() {
        while (index == page.items.size() && !page.token.empty()) {
          turn_page();
        }
      }

      void turn_page() {
        Page<Item> next = fetch(page.token);
        // Otherwise a server that repeats a page would keep us here forever.
        if (!next.token.empty() && !seen.insert(next.token).second) {
          throw page_repeated();
        }
        page = std::move(next);
        index = 0;
      }

      Fetch fetch;
      Page<Item> page;
      std::size_t index = 0;
      std::unordered_set<std::string> seen; ///< tokens so far
    };

    std::shared_ptr<Place> place_;
  };

  Iterator begin() const { return Iterator(fetch_); }
  std::default_sentinel_t end() const { return {}; }

private:
  Fetch fetch_;
};

} // namespace flow::client
