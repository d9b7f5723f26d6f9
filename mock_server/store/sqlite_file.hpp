#pragma once

#include <memory>
#include <span>
#include <string>

#include "mock_server/store/sqlite_connection.hpp"

namespace flow::mock::sqlite {

/// Stands in the header of each of our files: "FlMk".
constexpr int kApplicationId = 0x466c4d6b;

/// SQL that turns the layout of one version into the next; the first makes it in an empty file. There are as
/// many as the version's number.
using Steps = std::span<const char *const>;

/// A connection to `file`, made if it is not there and laid out by the newest of `steps`; no other process
/// has one for as long as it lasts, and it writes so that a commit is on the disk when it returns. Throws
/// StoreError if the file cannot be used, which then is as it was.
std::unique_ptr<Connection> open_file(const std::string &file, const std::string &vfs, Steps steps);

} // namespace flow::mock::sqlite
