#include "mock_server/http/answer_text.hpp"

#include <utility>

// A program with the mock in it may use another version of this header, and other options.
#ifdef FLOW_MOCK_RENAMES_HTTPLIB
#define httplib flow_mock_httplib
#endif
#include <httplib.h>

namespace flow::mock {

namespace {

constexpr std::size_t kRequestsPerConnection = 1'000'000'000;
constexpr int kNoContent = 204;

/// What httplib reads in place of every request, byte by byte: it is to write an answer, and a client has no
/// hand in that.
std::string_view request_for_httplib(bool is_head) {
  return is_head ? "HEAD / HTTP/1.1\r\n\r\n" : "GET / HTTP/1.1\r\n\r\n";
}

/// A request in memory, and where its answer goes.
/// Which of its functions are virtual differs by the version of httplib: so none says `override`, as some
/// with it beside some without is a warning.
class MemoryStream final : public httplib::Stream {
public:
  MemoryStream(std::string_view request, std::string &answer) : request_(request), answer_(answer) {}

  // NOLINTBEGIN(modernize-use-override)
  bool is_readable() const { return true; }
  bool is_writable() const { return true; }
  bool wait_readable() const { return true; }
  bool wait_writable() const { return true; }
  bool is_peer_alive() const { return true; }
  time_t duration() const { return 0; }

  ssize_t read(char *data, std::size_t size) {
    const std::size_t length = request_.copy(data, size);
    request_.remove_prefix(length);
    return static_cast<ssize_t>(length);
  }
  ssize_t write(const char *data, std::size_t size) {
    answer_.append(data, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string & /*ip*/, int & /*port*/) const {}
  void get_local_ip_and_port(std::string & /*ip*/, int & /*port*/) const {}
  socket_t socket() const { return INVALID_SOCKET; }
  // NOLINTEND(modernize-use-override)

private:
  std::string_view request_;
  std::string &answer_;
};

} // namespace

/// httplib without a socket.
class AnswerText::Engine final : public httplib::Server {
public:
  explicit Engine(std::chrono::milliseconds keep_alive_timeout) {
    // Connections are counted and waited for elsewhere; these are what httplib tells clients in the
    // Keep-Alive header.
    set_keep_alive_max_count(kRequestsPerConnection);
    set_keep_alive_timeout(std::chrono::floor<std::chrono::seconds>(keep_alive_timeout).count());
    set_pre_routing_handler([this](const httplib::Request & /*request*/, httplib::Response &sent) {
      sent.status = answer_.status;
      for (auto &[name, value] : answer_.headers) {
        sent.set_header(name, value);
      }
      if (!answer_.body.empty()) {
        sent.body = std::move(answer_.body);
        if (!sent.has_header("Content-Type")) { // a test's server may give another one
          sent.set_header("Content-Type", "application/json");
        }
      }
      return HandlerResponse::Handled;
    });
  }

  void append(std::string &text, Response response, const Form &form) {
    answer_ = std::move(response);
    if (!form.closes && form.http_1_0) {
      answer_.headers.emplace_back("Connection", "keep-alive");
    }
    const bool has_no_content = answer_.status == kNoContent;
    const std::size_t begin = text.size();
    MemoryStream stream(request_for_httplib(form.to_head), text);
    bool ends = false;
    process(this, stream, form.closes, ends);
    if (has_no_content) { // RFC 9110, 8.6: such an answer has no Content-Length; httplib gives it one
      constexpr std::string_view kLength = "Content-Length: 0\r\n";
      if (const std::size_t length = text.find(kLength, begin); length != std::string::npos) {
        text.erase(length, kLength.size());
      }
    }
  }

private:
  /// A template, as what is asked for differs by the version of httplib.
  template <typename Self> static void process(Self *self, httplib::Stream &stream, bool closes, bool &ends) {
    const auto leave_as_it_is = [](httplib::Request & /*request*/) {};
    if constexpr (requires { self->process_request(stream, closes, ends, leave_as_it_is); }) {
      self->process_request(stream, closes, ends, leave_as_it_is);
    } else {
      self->process_request(stream, "", 0, "", 0, closes, ends, leave_as_it_is);
    }
  }

  Response answer_;
};

AnswerText::AnswerText(std::chrono::milliseconds keep_alive_timeout)
    : engine_(std::make_unique<Engine>(keep_alive_timeout)) {}

AnswerText::~AnswerText() = default;

void AnswerText::append(std::string &text, Response response, Form form) {
  engine_->append(text, std::move(response), form);
}

} // namespace flow::mock
