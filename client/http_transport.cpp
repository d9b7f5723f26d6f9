#include <utility>

#include <flow_client/transport.hpp>

#include "client/url.hpp"
#include "common/http_sender.hpp"

namespace flow::client {

namespace {

class HttpTransport : public Transport {
public:
  HttpTransport(std::string origin, const std::string &ca_file)
      : origin_(std::move(origin)), sender_(ca_file) {}

  Response send(const Request &request) override {
    const HttpRequest sent{.method = request.method,
                           .url = origin_ + request.target,
                           .headers = request.headers,
                           .body = body_of(request),
                           .idempotent = request.idempotent};
    const HttpLimits limits{
        .connect = request.connect_timeout, .silence = request.read_timeout, .body = request.longest_answer};
    try {
      HttpResponse answer = sender_.send(sent, limits);
      return {.status = answer.status, .headers = std::move(answer.headers), .body = std::move(answer.body)};
    } catch (const HttpFailure &failure) {
      TransportFailure told(failure.what());
      told.may_have_arrived = failure.may_have_arrived;
      told.timed_out = failure.timed_out;
      told.passing = failure.passing;
      throw TransportFailure(std::move(told));
    }
  }

private:
  static std::optional<std::string> body_of(const Request &request) {
    return request.body.empty() ? std::nullopt : std::optional(request.body);
  }

  std::string origin_;
  HttpSender sender_;
};

} // namespace

std::shared_ptr<Transport> http_transport(const std::string &base_url, const std::string &ca_file) {
  return std::make_shared<HttpTransport>(parse_base_url(base_url).origin, ca_file);
}

} // namespace flow::client
