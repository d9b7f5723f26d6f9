#include "mock_server/log/access_log.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "mock_server/pipeline/target.hpp"

namespace flow::mock {

namespace {

constexpr std::size_t kPathShown = 256;
constexpr std::size_t kWordShown = 64;

/// In quotes, with what is not printable escaped: a request cannot forge a log line.
std::string quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// As it is where it is a token (RFC 9110, 5.6.2), as methods and ids are; else in quotes.
std::string word(std::string_view text) {
  constexpr std::string_view kOfTokens = "!#$%&'*+-.^_`|~0123456789"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::string_view shown = text.substr(0, kWordShown);
  const bool is_token = !text.empty() && text.find_first_not_of(kOfTokens) == std::string_view::npos;
  return is_token ? std::string(shown) : text.empty() ? "-" : quoted(shown);
}

std::string_view request_id(const Response &response) {
  const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                  [](const auto &field) { return field.first == "x-request-id"; });
  return found == response.headers.end() ? std::string_view() : std::string_view(found->second);
}

} // namespace

Handler logged(Handler handler, std::function<void(std::string_view)> log) {
  return [handler = std::move(handler), log = std::move(log)](const Request &request) {
    const auto begin = std::chrono::steady_clock::now();
    Response response = handler(request);
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    log(fmt::format("method={} path={} status={} us={} request_id={}", word(request.method),
                    quoted(path_of(request.target).substr(0, kPathShown)), response.status, took.count(),
                    word(request_id(response))));
    return response;
  };
}

} // namespace flow::mock
