#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mock_server/resources/document_store.hpp"
#include "mock_server/resources/run.hpp"
#include "mock_server/sandbox/sandbox_documents.hpp"
#include "mock_server/sandbox/sandbox_state.hpp"

/// The objects of a sandbox as records of a store, and back: what they are, not how they belong together.
/// What reads a record throws BadRecord.
namespace flow::mock {

/// What is none of the others.
struct KeptOwn {
  RetryDefaults defaults;
  std::uint64_t seeded_runs = 0;
  std::uint64_t next_flow = 0;
  std::uint64_t next_script = 0;
  bool has_documents = false;
  std::uint64_t seed_of_ids = 0; ///< of those that follow; 0: not kept
};
std::string own_record(const KeptOwn &own);
KeptOwn own_of_record(std::string_view bytes);

std::string script_record(const RetryScript &script);
RetryScript script_of_record(std::string_view bytes);

struct KeptFlow {
  std::uint64_t number = 0; ///< of one that is not deleted
  bool is_deleted = false;
  SandboxFlow flow;
};
std::string flow_record(const SandboxFlow &flow, bool is_deleted, std::uint64_t number);
KeptFlow flow_of_record(std::string_view bytes);
/// Whether two flows are the same, as far as records tell; whatever else a sandbox has of them.
bool is_same_in_records(const Flow &one, const Flow &other);

/// A run, without its flow and its script, which stand elsewhere.
struct KeptRun {
  Run run;
  std::string flow_id;
  std::uint64_t script = 0; ///< its number; 0: none
  bool is_untouched = false;
};
std::string run_record(const Run &run, bool is_untouched);
KeptRun run_of_record(std::uint64_t number, std::string_view bytes);

std::string document_key(const contract::Resource &resource, const std::string &id);
std::string document_record(const Document &document, std::uint64_t number);
/// The resource in whose documents that key is.
const contract::Resource &resource_of_key(std::string_view key);
SandboxDocuments::Kept document_of_record(std::string_view key, std::string_view bytes);

} // namespace flow::mock
