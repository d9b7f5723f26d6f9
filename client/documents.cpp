#include <flow_client/document.hpp>

#include <stdexcept>

#include "client/client_state.hpp"
#include "client/document_json.hpp"
#include "client/query_text.hpp"
#include "contracts/model/resources.hpp"

namespace flow::client {

namespace {

Call with_body(Call call, const std::string &body, const std::string &if_match = "") {
  if (!body.empty()) {
    call.headers.emplace_back("Content-Type", "application/json");
    call.body = body;
  }
  if (!if_match.empty()) {
    call.headers.emplace_back("If-Match", if_match);
  }
  return call;
}

std::optional<std::string> read_any(const std::string &answer) {
  return read_answer(answer).is_discarded() ? std::nullopt : std::optional(answer);
}

/// Carries the change out. `what` says it, and what to do where its outcome is unknown.
ChangedDocument changed(const ClientState &state, const contract::Resource &resource, const Call &call,
                        const std::string &what,
                        std::optional<ChangedDocument> (*read)(const std::string &) = read_changed_document) {
  try {
    return state.change(call, read, resource.singular);
  } catch (const MayHaveHappened &happened) {
    throw unknown_outcome(happened.error, what);
  }
}

std::string name_of(const contract::Resource &resource, const std::string &id) {
  return resource.singular + " " + id;
}

/// What ends with how to see whether it was done.
std::string changed_or_not(const contract::Resource &resource, const std::string &id) {
  return name_of(resource, id) + " was changed. Before changing it again, read it: GET /" + resource.name +
         "/" + id;
}

} // namespace

Listing<Document> Documents::list(const DocumentQuery &query) const {
  const Call first = with_query(call_of(*resource_, "list"), text_of(query));
  return Listing<Document>([state = state_, resource = resource_, first](const std::string &token) {
    return state->ask(token.empty() ? first
                                    : with_query(call_of(*resource, "list"), "continuationToken=" + token),
                      page_of<Document, document_of>, "list of " + resource->plural);
  });
}

std::int64_t Documents::count(const DocumentQuery &query) const {
  const std::string filters = filters_of(query);
  return state_->ask(
      with_query(call_of(*resource_, "list"), filters + (filters.empty() ? "" : "&") + "count=true"),
      count_of, "count");
}

Listing<Document> Documents::search(const std::string &body) const {
  const Call first = with_body(call_of(*resource_, "search"), body);
  return Listing<Document>([state = state_, resource = resource_, first](const std::string &token) {
    return state->ask(token.empty() ? first : with_query(first, "continuationToken=" + token),
                      page_of<Document, document_of>, "list of " + resource->plural);
  });
}

Document Documents::get(const std::string &id) const {
  return state_->ask(call_of(*resource_, "get", id), read_document, resource_->singular);
}

ChangedDocument Documents::create(const std::string &document, const CreateDocumentOptions &options) const {
  const std::string since = utc_text(state_->caller.clock().today());
  const std::string order = resource_->is_catalogue ? "" : "?orderby=-createdAt";
  return changed(
      *state_, *resource_,
      with_body(with_query(call_of(*resource_, "create"), options.draft ? "mode=draft" : ""), document),
      "a " + resource_->singular + " was created. Before creating it again, look for one created since " +
          since + ": GET /" + resource_->name + order);
}

ChangedDocument Documents::put(const std::string &id, const std::string &document) const {
  return changed(*state_, *resource_, with_body(call_of(*resource_, "put", id), document),
                 name_of(*resource_, id) + " was replaced. Replacing it again by the same does no harm");
}

ChangedDocument Documents::patch(const std::string &id, const std::string &patch,
                                 const std::string &if_match) const {
  ChangedDocument made =
      changed(*state_, *resource_, with_body(call_of(*resource_, "patch", id), patch, if_match),
              changed_or_not(*resource_, id), read_patched_document);
  if (made.id.empty()) {
    made.id = id;
    made.json = Json({{"id", id}}).dump();
  }
  return made;
}

void Documents::remove(const std::string &id, const std::string &if_match) const {
  Call call = with_body(call_of(*resource_, "delete", id), "", if_match);
  call.done_if_gone = true;
  try {
    state_->caller.perform(call);
  } catch (const MayHaveHappened &happened) {
    throw unknown_outcome(happened.error,
                          name_of(*resource_, id) + " was deleted. Deleting it again does no harm");
  }
}

ChangedDocument Documents::act(const std::string &id, const std::string &op) const {
  const Call call = call_of(*resource_, "action", id);
  return changed(*state_, *resource_, with_query(call, query_text({{"op", op}})),
                 changed_or_not(*resource_, id));
}

std::string Documents::ask(const std::string &id, const std::string &verb,
                           const std::vector<std::pair<std::string, std::string>> &parameters) const {
  if (verb != "test" && verb != "explore" && verb != "configs") {
    throw std::invalid_argument("a document is asked to test, explore or configs, not to " + verb);
  }
  return state_->ask(with_query(call_of(*resource_, verb, id), query_text(parameters)), read_any,
                     "answer to " + verb);
}

} // namespace flow::client
