#pragma once

namespace flow::mock {

/// Sends this process SIGTERM when the process that started it has ended, however that came: standard input
/// is a pipe from it, and ends then. Throws std::runtime_error where standard input has ended already.
void stop_with_parent();

} // namespace flow::mock
