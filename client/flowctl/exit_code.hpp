#pragma once

namespace flow::client {

/// What flowctl tells the shell; users' scripts depend on it (`flowctl --help`).
using ExitCode = int;

inline constexpr ExitCode kDone = 0;
inline constexpr ExitCode kRefused = 1;    ///< the service or its gateway answered with an error
inline constexpr ExitCode kTestFailed = 1; ///< a connection was tested, and cannot be used
inline constexpr ExitCode kLeftOver = 1;   ///< what was set up was not used
inline constexpr ExitCode kUsage = 2;     ///< arguments, settings or files cannot be used, or standard output
inline constexpr ExitCode kRunFailed = 3; ///< the awaited run ended, failed
inline constexpr ExitCode kNotEnded = 4;  ///< what is awaited has not ended, or come, in time
inline constexpr ExitCode kNoAnswer = 5;  ///< the server could not be reached, or gave no readable answer
inline constexpr ExitCode kOutcomeUnknown = 6; ///< a change may or may not have been made
inline constexpr ExitCode kBySignal = 128;     ///< and the number of the signal, as a shell has it

} // namespace flow::client
