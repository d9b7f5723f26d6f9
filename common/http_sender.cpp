#include "common/http_sender.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <new>

#include "common/curl_library.hpp"
#include "common/host.hpp"
#include "common/http_exchange.hpp"
#include "common/text.hpp"

namespace flow {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr long kLongestIdleS = 2; ///< of a connection, in whole seconds: libcurl rounds down

HttpFailure final_failure(const std::string &why) {
  HttpFailure failure(why);
  failure.passing = false;
  return failure;
}

const CurlLibrary &usable_library() {
  try {
    return curl_library();
  } catch (const std::runtime_error &error) {
    throw final_failure(error.what());
  }
}

std::string environment(const char *variable) {
  const char *value = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): nothing here sets one
  return value == nullptr ? "" : value;
}

HttpLimits usable(HttpLimits limits) {
  constexpr milliseconds kShortest(1); // for libcurl, 0 is its default
  constexpr milliseconds kLongest = std::chrono::hours(24);
  for (milliseconds *time : {&limits.connect, &limits.silence, &limits.whole}) {
    *time = std::clamp(*time, kShortest, kLongest);
  }
  return limits;
}

/// Where a URL leads, as libcurl reads it.
struct Destination {
  std::string host;   ///< an IPv6 address without its brackets
  std::string origin; ///< scheme, host and port: for messages, so without a user
};

std::string part_of(const CurlLibrary &curl, CURLU *url, CURLUPart part) {
  char *text = nullptr;
  std::string copy = curl.url_get(url, part, &text, 0) == CURLUE_OK ? text : "";
  curl.free(text);
  return copy;
}

Destination destination_of(const CurlLibrary &curl, const std::string &text) {
  const std::unique_ptr<CURLU, decltype(curl.url_cleanup)> url(curl.url(), curl.url_cleanup);
  if (!url || curl.url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    throw final_failure("the address is not a URL that can be called");
  }
  const std::string host = part_of(curl, url.get(), CURLUPART_HOST);
  if (host.size() > kLongestHost + 1) { // and a dot at its end
    throw final_failure("the host of the URL is longer than any name, " + std::to_string(kLongestHost) +
                        " bytes");
  }
  const std::string port = part_of(curl, url.get(), CURLUPART_PORT);
  return {.host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host,
          .origin =
              part_of(curl, url.get(), CURLUPART_SCHEME) + "://" + host + (port.empty() ? "" : ":" + port)};
}

/// The header lines of a request in libcurl's form.
class HeaderLines {
public:
  HeaderLines(const CurlLibrary &curl, const HttpRequest &request) : curl_(curl) {
    bool typed = false;
    for (const auto &[name, value] : request.headers) {
      if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        throw final_failure("a header of the request has a line break or a NUL in it");
      }
      // For curl `name:` means to leave a header out, and `name;` to send it without a value.
      add(value.empty() ? name + ";" : name + ": " + value);
      typed = typed || equal_ignoring_case(name, "Content-Type");
    }
    if (!typed) {
      add("Content-Type:"); // libcurl would name a form's
    }
    add("Expect:");
  }
  ~HeaderLines() { curl_.slist_free_all(first_); }
  HeaderLines(const HeaderLines &) = delete;
  HeaderLines &operator=(const HeaderLines &) = delete;

  [[nodiscard]] curl_slist *first() const { return first_; }

private:
  void add(const std::string &line) {
    curl_slist *longer = curl_.slist_append(first_, line.c_str());
    if (longer == nullptr) {
      throw std::bad_alloc();
    }
    first_ = longer;
  }

  const CurlLibrary &curl_;
  curl_slist *first_ = nullptr;
};

/// Of a code that came before the request was written.
HttpFailure failure_to_connect(CURLcode code, const HttpExchange &exchange, const std::string &authorities) {
  const std::string &origin = exchange.origin;
  switch (code) {
  case CURLE_OPERATION_TIMEDOUT:
    return exchange.timeout(exchange.limits.connect);
  case CURLE_COULDNT_RESOLVE_HOST:
    return HttpFailure("could not connect to " + origin + ": the host is unknown");
  case CURLE_COULDNT_RESOLVE_PROXY:
    return HttpFailure("could not connect to " + origin + ": the host of its proxy is unknown");
  case CURLE_COULDNT_CONNECT:
    return HttpFailure("could not connect to " + origin + ": nothing listens there, or no way leads there");
  case CURLE_PEER_FAILED_VERIFICATION:
    return final_failure("the certificate of " + origin + " is not trusted, or names another host");
  case CURLE_SSL_CACERT_BADFILE:
    return final_failure(authorities.empty()
                             ? "could not load the system's certificate authorities: install them "
                               "(Debian: ca-certificates), or name a file of them"
                             : "could not load the certificate authorities of " + authorities);
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_URL_MALFORMAT:
    return final_failure(origin + " cannot be called: it has to be http or https, with a host");
  default:
    return HttpFailure(
        (origin.starts_with("https") ? "could not set up TLS with " : "could not connect to ") + origin);
  }
}

/// What a code means, in our words: libcurl's may repeat what the server sent.
HttpFailure failure_of(CURLcode code, const HttpExchange &exchange, const std::string &authorities) {
  // Bounds of its own: on a line of a head (100 KiB), and on their number.
  constexpr int kTooLarge = 100; // since libcurl 8.6; older versions say CURLE_OUT_OF_MEMORY
  const std::string &origin = exchange.origin;
  if (exchange.times_written == 0) {
    return failure_to_connect(code, exchange, authorities);
  }
  if (!exchange.excess.empty()) {
    return exchange.failure(origin + " answered with " + exchange.excess);
  }
  if (exchange.in_head && (code == CURLE_OUT_OF_MEMORY || static_cast<int>(code) == kTooLarge)) {
    return exchange.failure(origin + " answered with a head that is too long");
  }
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY) {
    return exchange.failure("what " + origin + " answered is not HTTP");
  }
  if (code == CURLE_SEND_ERROR && exchange.times_written == 1) {
    // Half a request is not acted upon (RFC 9112, 8).
    return HttpFailure("the connection to " + origin + " broke while the request was sent");
  }
  return exchange.failure("the connection to " + origin + " broke before a whole answer came");
}

/// Lets no exception out into libcurl, which is C; the exchange keeps it.
template <typename Action> bool guarded(HttpExchange &exchange, Action action) {
  try {
    return action();
  } catch (...) {
    exchange.thrown = std::current_exception();
    return false;
  }
}

std::size_t on_body(char *data, std::size_t, std::size_t size, void *user) {
  auto &exchange = *static_cast<HttpExchange *>(user);
  return guarded(exchange, [&] { return exchange.take_body({data, size}); }) ? size : CURL_WRITEFUNC_ERROR;
}

std::size_t on_head_line(char *data, std::size_t, std::size_t size, void *user) {
  auto &exchange = *static_cast<HttpExchange *>(user);
  return guarded(exchange,
                 [&] {
                   return exchange.take_head_line({data, size});
                 })
             ? size
             : CURL_WRITEFUNC_ERROR;
}

int on_write(void *user, char *, char *, int, int) {
  return static_cast<HttpExchange *>(user)->may_be_written() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

} // namespace

/// Carries one request at a time, and keeps its connections between them.
class HttpSender::Connection {
public:
  explicit Connection(const CurlLibrary &curl)
      : curl_(curl), easy_(curl.easy_init()), multi_(curl.multi_init()) {
    if (easy_ == nullptr || multi_ == nullptr) {
      curl_.easy_cleanup(easy_);
      curl_.multi_cleanup(multi_);
      throw std::bad_alloc();
    }
  }
  ~Connection() {
    curl_.easy_cleanup(easy_);
    curl_.multi_cleanup(multi_);
  }
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  void perform(HttpExchange &exchange, const HttpSender &sender, const std::stop_token &stop) {
    const HeaderLines headers(curl_, exchange.request);
    curl_.easy_reset(easy_); // keeps the connections
    set_request(exchange.request, headers);
    set_answer(exchange);
    set_connection(exchange, sender);
    curl_.multi_add_handle(multi_, easy_);
    struct Removed {
      ~Removed() { from.curl_.multi_remove_handle(from.multi_, from.easy_); }
      Connection &from;
    };
    const Removed removed{*this};
    const CURLcode code = wait(exchange, stop);
    if (exchange.thrown) {
      std::rethrow_exception(exchange.thrown);
    }
    if (code != CURLE_OK) {
      throw failure_of(code, exchange, sender.authorities());
    }
    long status = 0;
    curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    if (exchange.in_head || status < 200) { // old versions of libcurl take this for an answer
      throw failure_of(CURLE_GOT_NOTHING, exchange, "");
    }
  }

private:
  void set_request(const HttpRequest &request, const HeaderLines &headers) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_HTTPHEADER, headers.first());
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_NOBODY, request.method == "HEAD" ? 1L : 0L);
    if (request.body) {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
      set(CURLOPT_POSTFIELDS, request.body->c_str());
    }
  }

  void set_answer(HttpExchange &exchange) {
    set(CURLOPT_WRITEFUNCTION, on_body);
    set(CURLOPT_WRITEDATA, &exchange);
    set(CURLOPT_HEADERFUNCTION, on_head_line);
    set(CURLOPT_HEADERDATA, &exchange);
    set(CURLOPT_PREREQFUNCTION, on_write);
    set(CURLOPT_PREREQDATA, &exchange);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // a proxy's are no part of the answer
  }

  void set_connection(const HttpExchange &exchange, const HttpSender &sender) {
    set(CURLOPT_NOSIGNAL, 1L);   // other threads would get it
    set(CURLOPT_QUICK_EXIT, 1L); // a name that is still being looked up is not waited for
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(exchange.limits.connect.count()));
    set(CURLOPT_MAXAGE_CONN, kLongestIdleS);
    set(CURLOPT_FORBID_REUSE, exchange.request.keep_alive ? 0L : 1L);
    if (exchange.is_local) {
      set(CURLOPT_PROXY, ""); // else libcurl takes it from the environment
    }
    const std::string &file = sender.ca_file_;
    const std::string &folder = sender.ca_folder_;
    if (!file.empty() || !folder.empty()) {
      set(CURLOPT_CAINFO, file.empty() ? nullptr : file.c_str());
      set(CURLOPT_CAPATH, folder.empty() ? nullptr : folder.c_str());
    }
  }

  template <typename Value> void set(CURLoption option, Value value) {
    const CURLcode code = curl_.easy_setopt(easy_, option, value);
    if (code == CURLE_OUT_OF_MEMORY) {
      throw std::bad_alloc();
    }
    if (code != CURLE_OK) {
      throw std::logic_error("libcurl does not take option " + std::to_string(option));
    }
  }

  /// Until the exchange has ended; throws where its time is over or it shall stop.
  CURLcode wait(const HttpExchange &exchange, const std::stop_token &stop) {
    const std::stop_callback wake(stop, [this] { curl_.multi_wakeup(multi_); });
    const auto begun = steady_clock::now();
    auto moved_at = begun;
    curl_off_t moved = 0;
    for (;;) {
      int running = 0;
      if (curl_.multi_perform(multi_, &running) != CURLM_OK) {
        throw std::bad_alloc();
      }
      if (running == 0) {
        int left = 0;
        const CURLMsg *message = curl_.multi_info_read(multi_, &left);
        return message == nullptr ? CURLE_GOT_NOTHING : message->data.result;
      }
      if (stop.stop_requested()) {
        throw exchange.failure("stopped before an answer came");
      }
      const auto now = steady_clock::now();
      if (const curl_off_t so_far = bytes_moved(exchange); so_far != moved) {
        moved = so_far;
        moved_at = now;
      }
      const auto silent_until =
          exchange.times_written > 0 ? moved_at + exchange.limits.silence : steady_clock::time_point::max();
      const auto until = std::min(begun + exchange.limits.whole, silent_until);
      if (now >= until) {
        throw exchange.timeout(until == silent_until ? exchange.limits.silence : exchange.limits.whole);
      }
      const auto left = std::chrono::ceil<milliseconds>(until - now);
      curl_.multi_poll(multi_, nullptr, 0, static_cast<int>(std::min(left, milliseconds(60'000)).count()),
                       nullptr);
    }
  }

  /// Grows with every byte of the request and the answer; of the head, with every line.
  curl_off_t bytes_moved(const HttpExchange &exchange) {
    curl_off_t up = 0;
    curl_off_t down = 0;
    long request = 0;
    curl_.easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_.easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_.easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &request);
    return up + down + request + static_cast<curl_off_t>(exchange.head_bytes);
  }

  const CurlLibrary &curl_;
  CURL *easy_;
  CURLM *multi_;
};

HttpSender::HttpSender(const std::string &ca_file)
    : ca_file_(ca_file.empty() ? environment("SSL_CERT_FILE") : ca_file),
      ca_folder_(ca_file.empty() ? environment("SSL_CERT_DIR") : "") {
  std::error_code ignored; // then it is none
  if (!ca_file.empty() && (!std::filesystem::is_regular_file(ca_file, ignored) || !std::ifstream(ca_file))) {
    throw std::invalid_argument("the file of certificate authorities " + ca_file +
                                " is not there, or cannot be read");
  }
}

HttpSender::~HttpSender() = default;

HttpResponse HttpSender::send(const HttpRequest &request, const HttpLimits &limits,
                              const std::stop_token &stop) {
  const CurlLibrary &curl = usable_library();
  const Destination destination = destination_of(curl, request.url);
  HttpExchange exchange{.request = request,
                        .limits = usable(limits),
                        .origin = destination.origin,
                        .is_local = is_this_machine(destination.host)};
  auto connection = take_connection(curl);
  connection->perform(exchange, *this, stop);
  give_back(std::move(connection)); // not where it failed
  return std::move(exchange.response);
}

std::string HttpSender::authorities() const {
  const bool both = !ca_file_.empty() && !ca_folder_.empty();
  return ca_file_ + (both ? " and " : "") + ca_folder_;
}

std::unique_ptr<HttpSender::Connection> HttpSender::take_connection(const CurlLibrary &curl) {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) {
    return std::make_unique<Connection>(curl);
  }
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void HttpSender::give_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

} // namespace flow
