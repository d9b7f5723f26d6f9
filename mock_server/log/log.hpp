#pragma once

#include <memory>

#include <spdlog/logger.h>

#include "mock_server/log/log_writer.hpp"

namespace flow::mock {

/// flow-mock's log: lines "TIME level=LEVEL MESSAGE", times in UTC. Whatever a message holds, its line is one
/// line of at most 4 KiB without a character that a terminal obeys. `writer` must outlive it.
std::shared_ptr<spdlog::logger> log_to(LogWriter &writer, spdlog::level::level_enum level);

} // namespace flow::mock
