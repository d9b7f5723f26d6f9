#include "mock_server/admin/entries.hpp"
#include "mock_server/admin/routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "mock_server/seed/seed.hpp"
#include "mock_server/seed/seeded_documents.hpp"

namespace flow::mock::admin {

namespace {

using contract::Resource;

/// Whether its documents are kept as such: runs and flows have operations of their own.
bool has_documents(const Resource &resource) {
  return !resource.verbs.empty() && resource.name != "flows";
}

/// The resource of the path. Throws Refusal.
const Resource &resource_of(const Call &call) {
  std::string known;
  for (const Resource &resource : contract::resources()) {
    if (has_documents(resource)) {
      if (resource.name == call.ids.front()) {
        return resource;
      }
      known += (known.empty() ? "" : ", ") + resource.name;
    }
  }
  throw Refusal{404, "Not found", "",
                not_found("resource", call.ids.front()).detail + " There are " + known +
                    "; runs and flows have paths of their own: …/runs, …/flows."};
}

/// The documents of a resource in the sandbox of a call.
struct Stored {
  explicit Stored(const Call &call)
      : resource(resource_of(call)), transaction(call.sandbox->objects, call.sandbox->clock),
        store(transaction->documents(resource, transaction.sandbox())) {}

  /// The document of that id. Throws Refusal.
  [[nodiscard]] const Document &at(std::string_view id) const {
    const Document *document = store.find(id);
    if (document == nullptr) {
      throw not_found(resource.singular, id);
    }
    return *document;
  }

  /// Puts a document. Throws Refusal where the entry is none.
  Response put(const Json &entry, int status) {
    const SeededDocument document = seeded_document(resource, entry);
    const auto id = entry.at("id").get<std::string>();
    if (store.find(id) == nullptr && store.count() >= kMostDocuments) {
      throw Refusal{409, "Too many documents", "",
                    "The sandbox has " + std::to_string(store.count()) + " " + resource.plural +
                        ", the most that it takes. Delete those that are not needed."};
    }
    transaction->put_document(resource, document, transaction.sandbox(), transaction.now_ms());
    return json_response(document_entry(at(id)), status);
  }

  std::string fresh_id() {
    std::string id = transaction->ids.uuid();
    while (store.find(id) != nullptr) {
      id = transaction->ids.uuid();
    }
    return id;
  }

  const Resource &resource;
  Transaction transaction;
  DocumentStore &store;
};

/// The documented specification of that id; null: there is none.
const Document *shipped(const Resource &resource, std::string_view id) {
  const std::vector<Document> &all = shipped_specifications(resource);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Document &each) { return each.json->at("id") == id; });
  return found == all.end() ? nullptr : &*found;
}

/// Changes an entry as RFC 7396 says. What its fields are, its etag and time follow from.
Json patched_document(Json entry, const Json &patch, const Resource &resource, std::int64_t now_ms) {
  entry.erase("etag"); // a change makes a fresh one
  if (patch.contains("baseConnectionId")) {
    entry.erase("inheritedAttributes");
  }
  if (!resource.is_catalogue) {
    entry["updatedAt"] = now_ms;
  }
  entry.merge_patch(patch);
  return entry;
}

} // namespace

Response list_documents(const Call &call) {
  check_parameters(call, {"offset", "limit"});
  const ListPage page = list_page_of(call);
  const Stored stored(call);
  Json shown = Json::array();
  std::size_t passed = 0;
  for (const auto &[number, document] : stored.store.all()) {
    if (shown.size() == page.limit) {
      break;
    }
    if (passed++ >= page.offset) {
      shown.push_back(document_entry(document));
    }
  }
  return json_response(
      {{"documents", std::move(shown)}, {"offset", page.offset}, {"total", stored.store.count()}});
}

Response add_document(const Call &call) {
  Json entry = body_of(call);
  Stored stored(call);
  if (!entry.contains("id")) {
    entry["id"] = stored.fresh_id();
  }
  if (entry["id"].is_string() && stored.store.find(entry["id"].get_ref<const std::string &>()) != nullptr) {
    throw Refusal{409, "The id is taken", "/id",
                  "There is a " + stored.resource.singular + " with that id; PUT replaces it."};
  }
  return stored.put(entry, 201);
}

Response get_document(const Call &call) {
  const Stored stored(call);
  return json_response(document_entry(stored.at(call.ids.back())));
}

Response put_document(const Call &call) {
  const Json entry = entry_of(call);
  Stored stored(call);
  return stored.put(entry, stored.store.find(call.ids.back()) == nullptr ? 201 : 200);
}

Response patch_document(const Call &call) {
  const Json patch = body_of(call);
  Stored stored(call);
  const Json entry = patched_document(document_entry(stored.at(call.ids.back())), patch, stored.resource,
                                      stored.transaction.now_ms());
  if (entry.value("id", Json()) != call.ids.back()) {
    throw Refusal{400, "Bad entry", "/id", "The id of a document cannot be changed."};
  }
  return stored.put(entry, 200);
}

Response delete_document(const Call &call) {
  Stored stored(call);
  const std::string_view id = call.ids.back();
  if (stored.at(id).is_shipped) {
    throw Refusal{409, "Documented", "",
                  "Every sandbox has the documented specifications; PUT puts another in its place."};
  }
  if (const Document *documented = shipped(stored.resource, id)) {
    stored.store.put(*documented);
  } else {
    stored.store.remove(id);
  }
  return json_response(Json::object());
}

} // namespace flow::mock::admin
