#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flow_client/listing.hpp>
#include <flow_client/run.hpp>

namespace flow::contract {
struct Resource;
}

namespace flow::client {

struct ClientState;

/// A connection, a specification, a flow …: an entity of a resource that is not runs (openapi). What the
/// answer leaves out, or has as another type than documented, is empty here; `json` has the whole answer.
struct Document {
  std::string id;
  std::string name;
  std::string state; ///< e.g. "enabled"; empty for specifications
  std::string etag;  ///< with its own double quotes; empty for specifications
  std::optional<Time> created_at;
  std::optional<Time> updated_at;
  std::string json; ///< the document's JSON object, UTF-8
};

/// The service's answer to a change.
struct ChangedDocument {
  std::string id;
  std::string etag; ///< after the change, with its own double quotes; empty for specifications, and where the
                    ///< answer has none (dest-batch): only a read shows it then
  std::string json; ///< the answer's JSON object: {"id", "etag"}, for specifications the whole document
};

/// Which documents to list; all conditions must match (sort-and-filter, openapi).
struct DocumentQuery {
  std::vector<std::string> properties = {}; ///< as for runs: "state==enabled"
  std::string orderby = {};                 ///< as for runs
  std::optional<int> page_size = {};        ///< of each request (`limit`); empty: the service's default
};

struct CreateDocumentOptions {
  bool draft = false; ///< mode=draft (draft)
};

/// The documents of one resource, as `Client::documents` returns them; it may outlive the client. Bodies are
/// JSON texts, which are sent as they are. Calls throw what those of the client do, and std::invalid_argument
/// where the resource has no such operation.
/// What reads, search() and put() are repeated like any call that reads. create(), patch() and act() may have
/// been carried out when their answer is lost: they end with an Error of kind `unknown_outcome` and are never
/// repeated then. remove() is: see there.
class Documents {
public:
  /// `GET /{resource}`: each page is requested when the iteration reaches it.
  Listing<Document> list(const DocumentQuery &query = {}) const;

  /// The number of matches; `orderby` and `page_size` of the query have no effect.
  std::int64_t count(const DocumentQuery &query = {}) const;

  /// `POST /{resource}/search`: the documents that the body asks for: {"queryString", "orderby", "limit",
  /// "projectionFields"} (openapi). Each page is requested when the iteration reaches it.
  Listing<Document> search(const std::string &body) const;

  /// `GET /{resource}/{ID}`. FLOW-1439-404: there is none.
  Document get(const std::string &id) const;

  /// `POST /{resource}`.
  ChangedDocument create(const std::string &document, const CreateDocumentOptions &options = {}) const;

  /// `PUT /{resource}/{ID}`: replaces a specification.
  ChangedDocument put(const std::string &id, const std::string &document) const;

  /// `PATCH /{resource}/{ID}` with a JSON Patch: [{"op", "path", "value"}]. `if_match` is the etag that the
  /// document must still have, with its quotes; the service refuses a patch without one. FLOW-1404-412: it
  /// has changed since. Where the answer has no body (202, dest-batch), what is returned has the id alone.
  ChangedDocument patch(const std::string &id, const std::string &patch, const std::string &if_match) const;

  /// `DELETE /{resource}/{ID}`, with If-Match where `if_match` is not empty. Repeated after a lost answer; if
  /// the repeated request is then answered with 404, the document is taken for deleted by the first one, and
  /// this returns. A 404 to the first request is an Error as elsewhere.
  void remove(const std::string &id, const std::string &if_match = {}) const;

  /// `POST /{resource}/{ID}/action?op=…`: e.g. "enable", "disable", "publish" (dest-update, draft).
  ChangedDocument act(const std::string &id, const std::string &op) const;

  /// `GET /{resource}/{ID}/{verb}`, where the verb is "test", "explore" or "configs", and the parameters are
  /// those of its query: {{"objectType", "root"}}. Returns the answer's JSON text.
  std::string ask(const std::string &id, const std::string &verb,
                  const std::vector<std::pair<std::string, std::string>> &parameters = {}) const;

private:
  friend class Client;
  Documents(std::shared_ptr<const ClientState> state, const contract::Resource &resource)
      : state_(std::move(state)), resource_(&resource) {}

  std::shared_ptr<const ClientState> state_;
  const contract::Resource *resource_;
};

} // namespace flow::client
