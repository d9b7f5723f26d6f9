#include "mock_server/pipeline/failure.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "mock_server/journal/kept_text.hpp"
#include "mock_server/pipeline/target.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kFailureShown = 500; ///< bytes of each text

/// In quotes, with what is not printable escaped: a request cannot forge a log line.
std::string shown_of(std::string_view text, const SecretValues &secrets) {
  std::string shown;
  keep_text(shown, text, secrets, kFailureShown);
  return nlohmann::json(shown).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

} // namespace

void log_failure(const FailureLog &log, const FailedStep &failed, const Request &request,
                 const KnownSecrets &known, const std::exception &cause) noexcept {
  if (!log) {
    return;
  }
  try {
    std::string path = "?";
    std::string what = "no memory to say";
    try {
      const SecretValues secrets = secrets_of(request, known);
      what = shown_of(cause.what(), secrets);
      path = shown_of(path_of(request.target), secrets);
    } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
      // What fits is logged.
    }
    std::array<char, 8 * kFailureShown> line{}; // on the stack, as there may be no memory
    const auto end =
        fmt::format_to_n(line.data(), line.size(), "failed step={} request_id={} cause={} path={}",
                         failed.step, failed.request_id.empty() ? "-" : failed.request_id, what, path);
    log({line.data(), std::min(end.size, line.size())});
  } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
    // There is no way left to say so.
  }
}

} // namespace flow::mock
