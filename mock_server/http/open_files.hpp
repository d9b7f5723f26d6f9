#pragma once

#include <cstddef>

namespace flow::mock {

/// How many of `wanted` connections fit into `open_files`, the process's limit, beside its other files.
std::size_t connections_within(std::size_t open_files, std::size_t wanted);

/// Raises the soft limit of open files (RLIMIT_NOFILE), up to the hard one, for `wanted` connections. Returns
/// how many connections then fit: `wanted` where the hard limit is high enough.
std::size_t make_room_for_connections(std::size_t wanted);

} // namespace flow::mock
