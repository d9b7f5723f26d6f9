#include "mock_server/events/http_post.hpp"

#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <httplib.h>

#include "mock_server/events/webhook_url.hpp"

namespace flow::mock {

namespace {

/// One post, shared by the thread that makes it and the one that waits for it.
class Posting {
public:
  Posting(WebhookUrl url, std::string body, std::chrono::milliseconds timeout)
      : url_(std::move(url)), body_(std::move(body)), timeout_(timeout) {}
  ~Posting() {
    for (const int socket : sockets_) {
      ::close(socket);
    }
  }
  Posting(const Posting &) = delete;
  Posting &operator=(const Posting &) = delete;

  void make();

  /// Waits for the answer; nothing where none came in time or `stop` was requested.
  std::optional<PostResult> wait(std::chrono::milliseconds time, const std::stop_token &stop) {
    std::unique_lock lock(mutex_);
    if (!ended_.wait_for(lock, stop, time, [this] { return result_.has_value(); })) {
      return std::nullopt;
    }
    return result_;
  }

  /// Ends every connection of this post, in whatever it is doing.
  void cut() {
    const std::lock_guard lock(mutex_);
    is_cut_ = true;
    for (const int socket : sockets_) {
      ::shutdown(socket, SHUT_RDWR);
    }
  }

private:
  PostResult result_of(httplib::Client &http);
  [[nodiscard]] std::string why(httplib::Error error) const;
  /// Keeps a descriptor of our own: that of the library may be closed, and another's, when we cut.
  void hold(int socket) {
    const std::lock_guard lock(mutex_);
    sockets_.push_back(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
    if (is_cut_) {
      ::shutdown(socket, SHUT_RDWR); // the name was found too late: nothing may be sent any more
    }
  }

  const WebhookUrl url_;
  const std::string body_;
  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::vector<int> sockets_; ///< one for each address tried
  bool is_cut_ = false;
  std::optional<PostResult> result_;
};

/// Newer versions of the library call it otherwise.
template <typename Http> void leave_target_as_it_is(Http &http) {
  if constexpr (requires { http.set_path_encode(false); }) {
    http.set_path_encode(false);
  } else {
    http.set_url_encode(false);
  }
}

/// Newer versions have a code of its own for a certificate that names another host.
template <typename Code> bool is_refused_certificate(Code code) {
  if constexpr (requires { Code::SSLServerHostnameVerification; }) {
    if (code == Code::SSLServerHostnameVerification) {
      return true;
    }
  }
  return code == Code::SSLServerVerification;
}

void Posting::make() {
  PostResult result;
  try {
    httplib::Client http(url_.origin);
    result = result_of(http);
  } catch (const std::exception &error) {
    result.error = "the post to " + url_.origin + " could not be made: " + error.what();
  }
  const std::lock_guard lock(mutex_);
  result_ = std::move(result);
  ended_.notify_all();
}

PostResult Posting::result_of(httplib::Client &http) {
  // The library counts each read by itself; the one who waits counts them all, and cuts first.
  const auto longer = timeout_ + std::chrono::seconds(1);
  http.set_connection_timeout(longer);
  http.set_read_timeout(longer);
  http.set_write_timeout(longer);
  http.set_tcp_nodelay(true);
  http.set_follow_location(false);
  http.set_socket_options([this](auto socket) { hold(static_cast<int>(socket)); });
  leave_target_as_it_is(http);

  httplib::Request request;
  request.method = "POST";
  request.path = url_.target;
  request.body = body_;
  request.set_header("Content-Type", "application/json");
  request.content_receiver = [](auto &&...) { return true; }; // only the status matters: nothing is kept
  const httplib::Result answer = http.send(request);
  return answer ? PostResult{.status = answer->status, .error = {}}
                : PostResult{.status = 0, .error = why(answer.error())};
}

std::string Posting::why(httplib::Error error) const {
  if (is_refused_certificate(error)) {
    return "the certificate of " + url_.origin + " is not trusted, or names another host";
  }
  switch (error) {
  case httplib::Error::Connection:
  case httplib::Error::BindIPAddress:
    return "could not connect to " + url_.origin + ": the host is unknown, or nothing listens there";
  case httplib::Error::ConnectionTimeout:
    return "no connection to " + url_.origin + " in time";
  case httplib::Error::SSLConnection:
    return "could not set up TLS with " + url_.origin;
  case httplib::Error::SSLLoadingCerts:
    return "could not load the system's certificate authorities";
  default:
    return "the connection to " + url_.origin + " broke before a whole answer came";
  }
}

/// Cuts until the post has ended: a connection may be made in between. Looking up a name cannot be cut, and
/// is not waited for.
bool ends_when_cut(Posting &posting) {
  constexpr int kCuts = 25;
  for (int cuts = 0; cuts < kCuts; ++cuts) {
    posting.cut();
    if (posting.wait(std::chrono::milliseconds(10), {})) {
      return true;
    }
  }
  return false;
}

} // namespace

PostResult http_post(const std::string &url, const std::string &body, std::chrono::milliseconds timeout,
                     const std::stop_token &stop) {
  const auto posting = std::make_shared<Posting>(parse_webhook_url(url), body, timeout);
  std::thread thread([posting] {
    // The library writes without MSG_NOSIGNAL: a receiver that hangs up would end the program.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    posting->make();
  });
  const std::optional<PostResult> result = posting->wait(timeout, stop);
  if (result || ends_when_cut(*posting)) {
    thread.join();
  } else {
    thread.detach(); // what it uses goes with it
  }
  if (result) {
    return *result;
  }
  return {.status = 0,
          .error = stop.stop_requested() ? "the mock stopped before an answer came"
                                         : "no answer within " + std::to_string(timeout.count()) + " ms"};
}

} // namespace flow::mock
