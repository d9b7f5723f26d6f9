#include <flow_client/oauth.hpp>

#include <algorithm>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "client/answer_error.hpp"
#include "client/caller.hpp"
#include "client/json_fields.hpp"
#include "client/url.hpp"
#include "common/percent_encoding.hpp"
#include "common/text.hpp"

namespace flow::client {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kDocumentedLife{86'399};  // ims, where the answer does not say
constexpr seconds kLongestLife{31'536'000}; // a year: what is longer is an error of the service
constexpr seconds kPauseAfterFailure{30};   // before a renewal that failed is tried again

struct Token {
  std::string text;
  Clock::Instant renew_at;
  Clock::Instant expires_at;
};

std::string replaced(std::string text, const std::string &what) {
  constexpr std::string_view kInstead = "…";
  for (std::size_t place = text.find(what); place != std::string::npos; place = text.find(what, place)) {
    text.replace(place, what.size(), kInstead);
    place += kInstead.size();
  }
  return text;
}

std::string form_of(const OAuthSettings &settings) {
  return "grant_type=client_credentials&client_id=" + percent_encoded(settings.client_id) +
         "&client_secret=" + percent_encoded(settings.client_secret) +
         "&scope=" + percent_encoded(settings.scopes);
}

void require_usable(const OAuthSettings &settings) {
  for (const auto &[name, value] : {std::pair{"client id", &settings.client_id},
                                    {"client secret", &settings.client_secret},
                                    {"scopes", &settings.scopes}}) {
    if (value->empty()) {
      throw std::invalid_argument(std::string("the client credentials have no ") + name);
    }
  }
  if (settings.renew_before < milliseconds(0)) {
    throw std::invalid_argument("renew_before must not be negative");
  }
}

/// Where the caller is to send: nothing but the form goes to the token service.
Settings settings_of(const OAuthSettings &oauth) {
  const BaseUrl url = parse_base_url(oauth.token_url, path_of("token"), "token URL");
  Settings settings;
  settings.base_url = url.origin + url.path;
  return settings;
}

/// Asks for tokens and keeps the one that holds.
class Tokens {
public:
  Tokens(OAuthSettings settings, std::shared_ptr<Transport> transport, std::shared_ptr<Clock> clock)
      : settings_(std::move(settings)), caller_(settings_of(settings_), std::move(transport), clock),
        clock_(std::move(clock)) {
    require_usable(settings_);
  }

  std::string current() {
    std::unique_lock lock(mutex_);
    const Clock::Instant now = clock_->now();
    if (token_ && now < token_->renew_at) {
      return token_->text;
    }
    if (being_fetched_.valid()) {
      if (token_ && now < token_->expires_at) {
        return token_->text;
      }
      const std::shared_future<std::string> fetched = being_fetched_;
      lock.unlock();
      return fetched.get();
    }
    std::promise<std::string> promise;
    being_fetched_ = promise.get_future().share();
    lock.unlock();
    return renew(promise);
  }

  void refused(const std::string &token) {
    const std::lock_guard lock(mutex_);
    if (token_ && token_->text == token) { // else another thread has renewed it already
      token_.reset();
    }
  }

private:
  std::string renew(std::promise<std::string> &promise) {
    try {
      const Token fetched = fetch();
      const std::lock_guard lock(mutex_);
      token_ = fetched;
      being_fetched_ = {};
      promise.set_value(fetched.text);
      return fetched.text;
    } catch (...) {
      const std::lock_guard lock(mutex_);
      being_fetched_ = {};
      const Clock::Instant now = clock_->now();
      if (token_ && now < token_->expires_at) {
        token_->renew_at = now + kPauseAfterFailure;
        promise.set_value(token_->text);
        return token_->text;
      }
      promise.set_exception(std::current_exception());
      throw;
    }
  }

  Token fetch() const {
    const Clock::Instant asked_at = clock_->now();
    try {
      Call call = call_at("token", ""); // the token URL is the base URL
      call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
      call.body = form_of(settings_);
      const Response answer = caller_.perform(call);
      return read(answer, asked_at);
    } catch (const Error &error) {
      throw without_secret(error);
    }
  }

  Token read(const Response &answer, Clock::Instant asked_at) const {
    const Json document = read_answer(answer.body);
    const std::string token = text(at(document, "access_token"));
    if (token.empty()) {
      throw malformed_answer(answer, "its answer holds no access_token");
    }
    if (has_controls(token)) {
      throw malformed_answer(answer, "its access_token holds control characters, which no header can carry");
    }
    const auto told = number_or_digits(at(document, "expires_in"));
    const auto life = std::clamp(seconds(told.value_or(kDocumentedLife.count())), seconds(0), kLongestLife);
    const auto margin = std::min(settings_.renew_before, milliseconds(life) / 2);
    return {.text = token, .renew_at = asked_at + life - margin, .expires_at = asked_at + life};
  }

  /// A server, or a proxy on the way, may repeat in its error what it was sent.
  Error without_secret(const Error &error) const {
    const auto cleaned = [&](const std::string &told) {
      return replaced(replaced(told, settings_.client_secret), percent_encoded(settings_.client_secret));
    };
    Error clean = with_summary(error, "no access token from " + caller_.settings().base_url + ": " +
                                          cleaned(error.what()));
    clean.code = cleaned(error.code);
    clean.title = cleaned(error.title);
    clean.detail = cleaned(error.detail);
    const bool is_refusal = error.status >= 400 && error.status < 500 && error.status != 429;
    clean.kind = is_refusal && !error.code.empty() ? ErrorKind::token_refused : error.kind;
    return clean;
  }

  const OAuthSettings settings_;
  const Caller caller_;
  const std::shared_ptr<Clock> clock_;
  std::mutex mutex_; ///< of what follows; not held while asking
  std::optional<Token> token_;
  std::shared_future<std::string> being_fetched_; ///< valid while one thread asks
};

} // namespace

TokenSource server_to_server(OAuthSettings settings) {
  const std::string url = settings_of(settings).base_url;
  const std::string ca_file = settings.ca_file;
  return server_to_server(std::move(settings), http_transport(url, ca_file), system_clock());
}

TokenSource server_to_server(OAuthSettings settings, std::shared_ptr<Transport> transport,
                             std::shared_ptr<Clock> clock) {
  const auto tokens = std::make_shared<Tokens>(std::move(settings), std::move(transport), std::move(clock));
  return {[tokens] { return tokens->current(); },
          [tokens](const std::string &token) { tokens->refused(token); }};
}

} // namespace flow::client
