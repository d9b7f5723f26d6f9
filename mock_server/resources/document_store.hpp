#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "contracts/model/contract.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/resources/creation_order.hpp"
#include "mock_server/resources/run_store.hpp"

namespace flow::mock {

/// A connection, a specification, …: one document of a resource that consists of nothing else.
struct Document {
  std::shared_ptr<const contract::Json> json; ///< all its fields
  /// What it answers where it is tested, explored, …: [{"verb","query","body"}]; null: what the resource
  /// says.
  std::shared_ptr<const contract::Json> answers{};
  bool is_shipped = false; ///< of the documented catalogue, and never changed
};

/// The ids that a field refers to: a text, an array of texts, or an object with an id.
std::vector<std::string> ids_in(const contract::Json &document, const std::string &field);

/// The documents of one resource in one sandbox, by number in the order of their making. No number is given
/// twice.
class DocumentStore {
public:
  explicit DocumentStore(const contract::Resource &resource) : resource_(&resource) {}

  [[nodiscard]] const contract::Resource &resource() const { return *resource_; }
  [[nodiscard]] std::uint64_t count() const { return numbers_.size(); }
  [[nodiscard]] const std::map<std::uint64_t, Document> &all() const { return documents_; }
  [[nodiscard]] const CreationOrder &by_creation() const { return by_creation_; }
  /// Null: there is none of that id.
  [[nodiscard]] const Document *find(std::string_view id) const;
  /// The ids of those that refer to `id` by a field of which its descriptor says `inUse`.
  [[nodiscard]] std::vector<std::string> users(std::string_view id) const;

  /// Adds a document, or replaces the one with its id. Where memory runs out, nothing is done.
  void put(Document document);
  /// Adds a document with the number that it had, unless others have passed it since: then with the next.
  void add_numbered(std::uint64_t number, Document document);
  /// Puts a document, whose id is free or has that number. False, and nothing done, where another has it.
  [[nodiscard]] bool put_numbered(std::uint64_t number, Document document);
  /// One of that id has to be there. Where memory runs out, nothing is done.
  void remove(std::string_view id);

  /// From now on notes the ids of those that are put or removed.
  void watch() { is_watched_ = true; }
  [[nodiscard]] bool is_touched() const { return !touched_.empty(); }
  /// Those noted since the last call, each once.
  std::vector<std::string> take_touched();
  /// The number of the document of that id, which has to be there.
  [[nodiscard]] std::uint64_t number_of(std::string_view id) const { return numbers_.find(id)->second; }

private:
  void touch(const std::string &id);
  void add(std::uint64_t number, Document document);
  void replace(std::uint64_t number, Document document);
  /// The ids that keep what they are of in use.
  [[nodiscard]] std::vector<std::string> used_by(const contract::Json &json) const;
  void note_user(const std::vector<std::string> &ids, const std::string &user);
  void forget_user(const std::vector<std::string> &ids, const std::string &user);

  const contract::Resource *resource_;
  std::map<std::uint64_t, Document> documents_;
  std::uint64_t next_number_ = 0;
  CreationOrder by_creation_;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>> numbers_;
  /// The ids of documents by what they refer to.
  std::unordered_map<std::string, std::unordered_set<std::string>, TextHash, std::equal_to<>> users_;
  bool is_watched_ = false;
  std::vector<std::string> touched_;
};

} // namespace flow::mock
