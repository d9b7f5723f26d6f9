#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "contracts/model/contract.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/resources/run_store.hpp"

namespace flow::mock {

/// A connection, a specification, …: one document of a resource that consists of nothing else.
struct Document {
  std::shared_ptr<const contract::Json> json; ///< all its fields; null: deleted
  /// What it answers where it is tested, explored, …: [{"verb","query","body"}]; null: what the resource
  /// says.
  std::shared_ptr<const contract::Json> answers{};
  bool is_shipped = false; ///< of the documented catalogue, and never changed
};

/// The ids that a field refers to: a text, an array of texts, or an object with an id.
std::vector<std::string> ids_in(const contract::Json &document, const std::string &field);

/// The documents of one resource in one sandbox, numbered from 0 in the order of their making.
class DocumentStore {
public:
  explicit DocumentStore(const contract::Resource &resource) : resource_(&resource) {}

  [[nodiscard]] const contract::Resource &resource() const { return *resource_; }
  [[nodiscard]] std::uint64_t size() const { return documents_.size(); } ///< with those deleted
  [[nodiscard]] std::uint64_t count() const { return numbers_.size(); }
  [[nodiscard]] const Document &at(std::uint64_t number) const { return documents_.at(number); }
  /// Null: there is none of that id.
  [[nodiscard]] const Document *find(std::string_view id) const;
  /// The ids of those that refer to `id` by a field of which its descriptor says `inUse`.
  [[nodiscard]] std::vector<std::string> users(std::string_view id) const;

  /// Adds a document, or replaces the one with its id.
  void put(Document document);
  /// One of that id has to be there.
  void remove(std::string_view id);

private:
  void count_references(const contract::Json &json, bool added);

  const contract::Resource *resource_;
  std::vector<Document> documents_;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>> numbers_;
  /// The ids of documents by what they refer to.
  std::unordered_map<std::string, std::unordered_set<std::string>, TextHash, std::equal_to<>> users_;
};

} // namespace flow::mock
