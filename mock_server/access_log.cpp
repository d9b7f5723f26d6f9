#include "mock_server/access_log.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "mock_server/target.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kPathShown = 256;

/// In quotes, with what is not printable escaped: a request cannot forge a log line.
std::string quoted_path(std::string_view target) {
  return nlohmann::json(path_of(target).substr(0, kPathShown))
      .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string_view request_id(const Response &response) {
  const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                  [](const auto &field) { return field.first == "x-request-id"; });
  return found == response.headers.end() ? std::string_view("-") : std::string_view(found->second);
}

} // namespace

Handler logged(Handler handler, std::shared_ptr<spdlog::logger> log) {
  return [handler = std::move(handler), log = std::move(log)](const Request &request) {
    const auto begin = std::chrono::steady_clock::now();
    Response response = handler(request);
    if (log->should_log(spdlog::level::info)) {
      const auto took =
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
      log->info("method={} path={} status={} us={} request_id={}",
                request.method.empty() ? std::string_view("-") : request.method, quoted_path(request.target),
                response.status, took.count(), request_id(response));
    }
    return response;
  };
}

} // namespace flow::mock
