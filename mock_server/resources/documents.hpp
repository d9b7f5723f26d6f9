#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock_server/query/query.hpp"
#include "mock_server/sandbox/transaction.hpp"

namespace flow::mock {

/// The documents of one resource in a sandbox, as the operations that all resources share read and change
/// them, whatever they are kept as.
class Documents {
public:
  virtual ~Documents() = default;

  /// The document of that id with all its fields, or nothing.
  virtual std::optional<contract::Json> find(std::string_view id) = 0;
  /// Adds a document with all its fields, or replaces the one with its id.
  virtual void put(contract::Json document) = 0;
  /// One of that id has to be there.
  virtual void remove(std::string_view id) = 0;
  [[nodiscard]] virtual std::uint64_t count() const = 0;
  /// The ids of those that keep the document with that id, of another resource, in use.
  [[nodiscard]] virtual std::vector<std::string> users(std::string_view id) const = 0;
  /// See Document::answers; null: none.
  [[nodiscard]] virtual const contract::Json *answers(std::string_view /*id*/) const { return nullptr; }
};

/// Valid as long as the transaction. Not of runs, which change by operations of their own.
std::unique_ptr<Documents> documents_of(Transaction &transaction, const contract::Resource &resource);

/// What a listing goes through, of runs too. Valid as long as the transaction.
std::unique_ptr<Collection> collection_of(Transaction &transaction, const contract::Resource &resource);

/// Appends the document, or the run, as JSON text; false, and nothing appended, where there is none.
bool append_document(std::string &text, Transaction &transaction, const contract::Resource &resource,
                     std::string_view id);

/// Where a flow that is no draft depends on the document of that id, itself or by what it refers to: the
/// `inUse` of the reference. Empty: none does, in so many steps.
std::string_view error_of_use(Transaction &transaction, const contract::Resource &resource,
                              std::string_view id, std::size_t steps = contract::resources().size());

} // namespace flow::mock
