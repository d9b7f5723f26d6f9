#include "mock_server/log/log.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "common/printable.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kLongestLogLine = 4096;

class WriterSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit WriterSink(LogWriter &writer) : writer_(writer) {}

private:
  void sink_it_(const spdlog::details::log_msg &message) override {
    line_.clear();
    formatter_->format(message, line_);
    line_.resize(std::min(line_.size(), kLongestLogLine));
    const std::string_view line(line_.data(), line_.size());
    if (is_printable(line)) {
      line_.push_back('\n');
      writer_.write({line_.data(), line_.size()});
    } else {
      writer_.write(printable(line) + "\n");
    }
  }
  void flush_() override {} // the writer does so by itself

  LogWriter &writer_;
  spdlog::memory_buf_t line_; ///< kept for its memory
};

} // namespace

std::shared_ptr<spdlog::logger> log_to(LogWriter &writer, spdlog::level::level_enum level) {
  auto log = std::make_shared<spdlog::logger>("flow-mock", std::make_shared<WriterSink>(writer));
  log->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ level=%l %v",
                                                                 spdlog::pattern_time_type::utc, ""));
  log->set_level(level);
  return log;
}

} // namespace flow::mock
