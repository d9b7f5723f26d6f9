#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contracts/model/operations.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/pipeline/credentials.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/query/token_seal.hpp"
#include "mock_server/sandbox/transaction.hpp"
#include "mock_server/settings.hpp"

namespace flow::mock {

/// A request that has passed the gateway and found its operation.
struct Call {
  const Request &request;
  const Target &target;
  const Credentials &credentials;
  const contract::OperationEntry &operation;
  std::string_view id; ///< the {id} of the route, decoded
  SandboxObjects &sandbox;
  std::int64_t now_ms; ///< of the transaction that the operation begins on the sandbox
  const Settings &settings;
  const TokenSeal &seal; ///< of continuation tokens
};

/// What an operation that is carried out gives back.
struct Success {
  Response response{};
  std::string made_run{}; ///< id of the run it made; empty: none
};

/// What an operation comes to.
using Answer = std::variant<Success, Error>;

/// One operation of the service, one file each.
using Operation = Answer (*)(const Call &);

Answer activate_ad_hoc(const Call &call);
Answer create_run(const Call &call);
Answer retry_run(const Call &call);
Answer update_run(const Call &call);

// Those of resources, by their descriptors: `call.operation` says of which.
Answer act_on_document(const Call &call);
Answer answer_of_document(const Call &call);
Answer create_document(const Call &call);
Answer delete_document(const Call &call);
Answer get_document(const Call &call);
Answer list_documents(const Call &call);
Answer patch_document(const Call &call);
Answer put_document(const Call &call);
Answer search_documents(const Call &call);

/// Error 1439-404 for the run or document of this call; of a document in the form that the reading has.
Error not_found(const Call &call);

/// What a version is checked for.
struct Versioned {
  std::string_view id;
  std::string_view etag;           ///< with its quotes
  std::string_view mismatch_error; ///< as in errors.json
};

inline Versioned versioned(const Run &run) {
  return {.id = run.id, .etag = run.etag, .mismatch_error = "version-mismatch"};
}

/// If-Match, or the query parameter if-match that Adobe's own collection sends, against an etag: "*", or a
/// list that must hold it, with its quotes or without (update-conn). One that is absent is an error where it
/// is `required` (1403), else fine; one that does not match is 1404.
std::optional<Error> check_if_match(const Call &call, const Versioned &versioned, bool required);

/// Refuses where the sandbox has had as many runs as it takes.
std::optional<Error> check_room(const Transaction &transaction, const Settings &settings);

/// Who a call acts as, JSON string text. Of a service token, the user is the client (openapi, createdBy).
std::string actor_text(const Credentials &credentials);

/// The parameter of a call's query; empty: it has none, or it is empty.
std::string_view parameter(const Call &call, std::string_view name);

/// {"id","etag"} of a run, as retry and create answer.
std::string id_and_etag(const Run &run);

/// What a new run has of its own, made by who has these credentials: as scripted, fresh where the script says
/// nothing.
NewRun fresh_run(Transaction &transaction, const ScriptedRetry &next, const Credentials &credentials);

/// The body of a list: {"items":[…],"_links":{…}} of the texts in `items`.
std::string list_body(const std::vector<std::string> &items, std::string_view resource,
                      const std::string &token);

} // namespace flow::mock
