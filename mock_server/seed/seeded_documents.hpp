#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"
#include "contracts/model/resources.hpp"
#include "mock_server/clock/given_time.hpp"
#include "mock_server/resources/document_store.hpp"

namespace flow::mock {

class SandboxObjects;

/// A document of a seed: the fields that it gives.
struct SeededDocument {
  contract::Json json;
  std::shared_ptr<const contract::Json> answers; ///< see Document::answers
  GivenTime created_at{.from_now = true};
  GivenTime updated_at{.from_now = true};
};

/// Documents of a seed, by the names of their resources.
using SeededDocuments = std::map<std::string, std::vector<SeededDocument>, std::less<>>;

/// The documented specifications, which every sandbox has (mock_server/seed/catalogue/): whole documents.
const std::vector<Document> &shipped_specifications(const contract::Resource &resource);

/// The documented connections, which the built-in seed has.
const SeededDocuments &documented_connections();

/// The document that a sandbox has of it: with its times, and all that the service knows of each.
contract::Json whole_document(const contract::Resource &resource, const SeededDocument &seeded,
                              const SandboxObjects &sandbox, std::int64_t now_ms);

/// Those of `fields` that the resource has, in the order of its descriptor.
contract::Json in_order(const contract::Resource &resource, const contract::Json &fields);

/// As an entry of a seed that makes the document again.
contract::Json document_entry(const Document &document);

} // namespace flow::mock
