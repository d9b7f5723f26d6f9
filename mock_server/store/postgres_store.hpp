#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "mock_server/store/shared_store.hpp"

namespace flow::mock {

/// For tests.
struct PostgresOptions {
  std::chrono::milliseconds answer{
      12'000}; ///< that the server has for each answer, or a connection to come free
  std::chrono::milliseconds statement{
      10'000}; ///< after which it gives up a statement, a lock, an idle transaction
  std::chrono::milliseconds finding_out{5'000}; ///< whether a commit was carried out
  std::size_t connections = 8;                  ///< at once
  int purged_every = 256;  ///< commits to a sandbox: what tells of things that are gone goes
  int purged_after = 1000; ///< commits: who knows less reads the sandbox as a whole
};

/// Uses the schema flow_mock of the PostgreSQL database that `url` names (postgresql://…), and makes it where
/// it is not there. Throws StoreError if the database cannot be used: it cannot be reached or written to, the
/// schema is another program's or of a newer version; it is left as it was.
///
/// Turns may not last longer than the store. One of more than one sandbox that has locked some reads those
/// that are not locked by a connection of their own.
std::unique_ptr<SharedStore> postgres_store(const std::string &url, const PostgresOptions &options = {});

} // namespace flow::mock
