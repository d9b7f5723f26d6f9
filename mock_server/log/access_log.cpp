#include "mock_server/log/access_log.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "mock_server/http/awaited.hpp"
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

using Log = std::function<void(std::string_view)>;

/// The line of one request, written when it has its answer.
class Line {
public:
  explicit Line(const Request &request)
      : text_(fmt::format("method={} path={}", word(request.method),
                          quoted(path_of(request.target).substr(0, kPathShown)))) {}

  void write(const Response &response, const Log &log) const {
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin_);
    log(fmt::format("{} status={} us={} request_id={}", text_, response.status, took.count(),
                    word(request_id(response))));
  }

private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::string text_;
};

/// An answer that is to come, and is logged then.
class LoggedAwaited final : public Awaited {
public:
  LoggedAwaited(std::shared_ptr<Awaited> awaited, Line line, Log log)
      : awaited_(std::move(awaited)), line_(std::move(line)), log_(std::move(log)) {}

  std::chrono::milliseconds patience() const override { return awaited_->patience(); }
  void wake_by(std::function<void()> wake) override { awaited_->wake_by(std::move(wake)); }
  std::optional<Response> look() override {
    auto found = awaited_->look();
    if (found) {
      line_.write(*found, log_);
    }
    return found;
  }
  bool is_quick() const override { return awaited_->is_quick(); }
  Response give_up() override {
    Response response = awaited_->give_up();
    line_.write(response, log_);
    return response;
  }

private:
  const std::shared_ptr<Awaited> awaited_;
  const Line line_;
  const Log log_;
};

} // namespace

Handler logged(Handler handler, std::function<void(std::string_view)> log) {
  return [handler = std::move(handler), log = std::move(log)](const Request &request) {
    Line line(request);
    Response response = handler(request);
    if (response.awaited) {
      response.awaited = std::make_shared<LoggedAwaited>(std::move(response.awaited), std::move(line), log);
    } else {
      line.write(response, log);
    }
    return response;
  };
}

} // namespace flow::mock
