#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mock_server/pipeline/target.hpp"
#include "mock_server/query/filter.hpp"
#include "mock_server/query/token_seal.hpp"

namespace flow::mock {

/// Items of a page where the query does not say (assumed), and at most (destinations): a larger limit is
/// taken for it (assumed).
inline constexpr std::size_t kDefaultLimit = 20;
inline constexpr std::size_t kMaximumLimit = 100;

/// The orders that a query without `orderby` may have, written as one: a matter of reading.
inline constexpr std::string_view kNewestFirst = "-createdAt";
inline constexpr std::string_view kOldestFirst = "createdAt";

/// Fields that `orderby` may name (assumed).
inline constexpr std::size_t kMostSortFields = 8;

/// What a listing takes, and answers where its query does not say.
struct ListingRules {
  std::string_view usual_order = kNewestFirst; ///< empty: that of their making
  std::size_t usual_limit = kDefaultLimit;
  std::size_t most = kMaximumLimit; ///< a larger limit is taken for it
  bool properties_only = false;     ///< no other parameter (openapi: specifications)
};

/// What items are sorted by: numbers come before texts, and nothing before both.
using SortKey = std::variant<std::monostate, std::int64_t, std::string>;

struct SortField {
  Path path;
  bool descending = false;
};

/// What items are sorted by: the first field, then the next where it ties. Items that tie in all of them are
/// in the order of their making, or against it where the first field is descending: `-createdAt` is the
/// reverse of `createdAt`.
using Order = std::vector<SortField>;

/// Where the next page begins: behind the item with these keys, one for each field of the order, and number.
struct Position {
  std::vector<SortKey> keys;
  std::uint64_t number = 0;
};

/// A listing's query: filters must all hold.
struct Query {
  std::vector<Filter> filters;
  Projection projection; ///< empty: all fields
  Order order;
  std::size_t limit = kDefaultLimit;
  bool count = false;
  std::optional<Position> after;
  /// Its parameters but the token, as they came: what a token has to carry.
  std::vector<std::pair<std::string, std::string>> parameters;
};

/// Reads the query of a listing. A continuationToken carries the whole query by itself, so that clients may
/// send it alone or with the query repeated. Parameters that are empty count as absent. Errors: those of
/// parse_property, 1394 (limit below one), 1401 (limit with count), 1432 and 1433 (orderby), 1451 (unknown
/// parameter), 1452 (limit, count, token).
std::variant<Query, Error> parse_query(const Target &target, const Fields &fields, const TokenSeal &seal,
                                       const ListingRules &rules = {});

/// The token of the page that begins at `next`.
std::string continuation_token(const Query &query, const Position &next, const TokenSeal &seal);

/// How to get at the items that a query may let through, without looking at all others.
struct Access {
  /// The number of the next item, or nothing after the last.
  using Next = std::function<std::optional<std::uint64_t>()>;

  Next any;               ///< each of them once, in any order
  std::uint64_t most = 0; ///< `any` gives no more
  bool exact = false;     ///< `any` gives just those that the filters let through, and `most` is their number
  /// In the order of the query's first field: those whose key there is not before its position's, and with
  /// no further field just those behind the position. Empty: that is not known.
  Next in_order;
  bool direct = false; ///< `in_order` gives no item that `any` would not give
};

/// Items of one kind that can be listed, numbered from 0 in the order of their making.
class Collection {
public:
  virtual ~Collection() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  [[nodiscard]] virtual bool is_vacant(std::uint64_t /*number*/) const { return false; } ///< deleted
  /// Valid as long as the items and the query are as they were.
  [[nodiscard]] virtual Access access(const Query &query) const;
  virtual bool holds(std::uint64_t number, const Filter &filter) = 0;
  virtual SortKey key(std::uint64_t number, const Path &path) = 0;
  virtual std::string text(std::uint64_t number) = 0; ///< the item, JSON
};

/// A page of a listing, by the numbers of its items.
struct Page {
  std::vector<std::uint64_t> items;
  std::uint64_t count = 0;      ///< of all that the filters let through, where the query asks for it
  std::optional<Position> next; ///< none: the last page
};

Page select(const Query &query, Collection &items);

/// Only the fields that a projection names; all where it names none.
contract::Json projected(const contract::Json &document, const Projection &projection);

/// What a document is sorted by: the integer or text at the path, or nothing.
SortKey sort_key(const contract::Json &document, const Path &path);

} // namespace flow::mock
