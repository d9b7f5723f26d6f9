#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mock_server/store/store.hpp"

namespace flow::mock {

/// For tests.
struct SqliteOptions {
  std::string vfs;                ///< SQLite's name of how files are read and written; "": the system's
  std::vector<const char *> more; ///< steps from this version's layout to later ones
};

/// Opens `file`, or makes it, and keeps it to itself until the store goes. Its state is in it and, until the
/// store goes, in `file`-wal. An older file is brought up to date. Throws StoreError if the file is not one
/// of flow-mock's, is of a newer version, is damaged, is in use, or cannot be read and written: it is left as
/// it was.
///
/// While a sandbox is read, commits to it wait, and those to others do not: what is called with each of its
/// things must not wait for such a commit.
std::unique_ptr<Store> sqlite_store(const std::string &file, const SqliteOptions &options = {});

} // namespace flow::mock
