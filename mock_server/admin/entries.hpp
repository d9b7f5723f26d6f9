#pragma once

#include <string>
#include <vector>

#include "contracts/model/resources.hpp"
#include "mock_server/admin/call.hpp"
#include "mock_server/seed/seeded_documents.hpp"

/// Entries of runs, flows and other documents, as seed files have them, on their way into a sandbox. All
/// throw Refusal before anything has been changed.
namespace flow::mock::admin {

/// What shall be put and deleted, all or nothing.
struct Changes {
  Json flows = Json::array();
  Json runs = Json::array();
  std::vector<std::string> delete_runs;
  std::vector<std::string> delete_flows;
};

/// Carries out the changes: deletes, then puts, in the order given. Where `prefix` stands before an error's
/// place ("/runs/0"), it is taken off: the body was that entry. A run that was in progress and now has ended
/// is told as one that ends.
void carry_out(const Changes &changes, Transaction &transaction, const Limits &limits,
               std::string_view prefix = "");

/// The document of a resource that is neither runs nor flows, as an entry of a seed says.
SeededDocument seeded_document(const contract::Resource &resource, const Json &entry);

/// The script that a body {"retries":[…]} holds.
RetryScript script_of(const Call &call);

/// The body as an entry with the id of the path, where it need not be repeated.
Json entry_of(const Call &call);

} // namespace flow::mock::admin
