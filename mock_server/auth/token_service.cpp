#include "mock_server/auth/token_service.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/text.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/pipeline/target.hpp"

namespace flow::mock {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t kLifeS = 86399; // ims: a token lives 24 h

/// RFC 6749, 5.1 and 5.2: nothing of this may be stored on its way.
Response uncached(Response response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Pragma", "no-cache");
  return response;
}

Response refusal(const Error &error) {
  return uncached(to_response(error, "")); // its form names no request
}

Response invalid_form(std::string_view reason) {
  return refusal(Error("token-form-invalid").with("reason", reason));
}

/// Query and form body together; nothing where either is garbled.
std::optional<Parameters> parameters_of(const Request &request) {
  const std::size_t query = request.target.find('?');
  auto parameters = parse_parameters(query == std::string_view::npos ? std::string_view()
                                                                     : request.target.substr(query + 1));
  auto form = parse_parameters(request.body);
  if (!parameters || !form) {
    return std::nullopt;
  }
  parameters->insert(parameters->end(), form->begin(), form->end());
  return parameters;
}

std::vector<std::string> scopes_in(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(", ");
    if (end != 0) {
      scopes.emplace_back(text.substr(0, end));
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return scopes;
}

bool may_have(const TokenClient &client, const std::vector<std::string> &scopes) {
  return client.scopes.empty() || std::all_of(scopes.begin(), scopes.end(), [&](const std::string &scope) {
           return std::find(client.scopes.begin(), client.scopes.end(), scope) != client.scopes.end();
         });
}

} // namespace

TokenService::TokenService(const std::vector<TokenClient> &clients, const Clock &clock, IdSource &ids,
                           std::size_t most, const std::vector<TimedToken> &timed,
                           std::optional<SharedTokens> shared)
    : clients_(clients), clock_(clock), ids_(ids), most_(most), timed_(timed), shared_(std::move(shared)) {
  start_lives();
}

void TokenService::start_lives() {
  const Issue begin{.at_ms = clock_.now_ms(), .mark = SteerableClock::mark(), .life_ms = 0};
  const std::unique_lock lock(mutex_);
  for (const TimedToken &token : timed_) {
    issued_[token.token] = {.at_ms = begin.at_ms, .mark = begin.mark, .life_ms = token.life_ms};
    has_issued_ = true;
  }
}

Response TokenService::answer(const Request &request) {
  if (request.method != "POST") {
    Response refused = refusal(Error("token-method-invalid"));
    refused.headers.emplace_back("Allow", "POST");
    return refused;
  }
  const auto parameters = parameters_of(request);
  if (!parameters) {
    return invalid_form("The form is not percent-encoded as it should be.");
  }
  std::string grant_type;
  std::string client_id;
  std::string client_secret;
  std::string scope;
  for (const auto &[name, slot] : {std::pair<std::string_view, std::string *>{"grant_type", &grant_type},
                                   {"client_id", &client_id},
                                   {"client_secret", &client_secret},
                                   {"scope", &scope}}) {
    for (const auto &[given, value] : *parameters) {
      if (given == name) {
        if (!slot->empty()) {
          return invalid_form(std::string(name) + " is given more than once.");
        }
        *slot = value;
      }
    }
    if (slot->empty()) {
      return invalid_form(std::string(name) + " is missing.");
    }
  }
  if (grant_type != "client_credentials") {
    return refusal(Error("grant-type-unsupported"));
  }
  const auto client = std::find_if(clients_.begin(), clients_.end(),
                                   [&](const TokenClient &known) { return known.id == client_id; });
  if (!clients_.empty() && (client == clients_.end() || client->secret != client_secret)) {
    return refusal(Error("client-unknown"));
  }
  const auto scopes = scopes_in(scope);
  if (scopes.empty() || (client != clients_.end() && !may_have(*client, scopes))) {
    return refusal(Error("scope-refused"));
  }
  std::string token = issue();
  if (token.empty()) {
    return refusal(Error("too-many-tokens").with("most", std::to_string(most_)));
  }
  const nlohmann::ordered_json body = {
      {"access_token", std::move(token)}, {"token_type", "bearer"}, {"expires_in", kLifeS}};
  return uncached({.status = 200, .headers = {}, .body = body.dump()});
}

std::string TokenService::issue() {
  const std::int64_t now_ms = clock_.now_ms();
  std::string token = shared_ ? shared_->token(now_ms, ids_.uuid()) : ids_.uuid() + ids_.uuid();
  const std::unique_lock lock(mutex_);
  drop_expired(now_ms);
  const Issue issue{.at_ms = now_ms, .mark = SteerableClock::mark(), .life_ms = kLifeS * 1000};
  return keep(token, issue) ? token : std::string();
}

void TokenService::drop_expired(std::int64_t now_ms) {
  // All live equally long, so the oldest expires first; one of another mock may stay somewhat longer.
  while (!oldest_.empty() && issued_.find(*oldest_.front())->second.at_ms + kLifeS * 1000 <= now_ms) {
    issued_.erase(*oldest_.front());
    oldest_.pop();
  }
}

bool TokenService::keep(const std::string &token, Issue issue) {
  if (oldest_.size() >= most_) {
    return false;
  }
  const auto [added, is_new] = issued_.emplace(token, issue);
  if (!is_new) {
    return true;
  }
  try {
    oldest_.push(&added->first);
  } catch (...) {
    issued_.erase(added);
    throw;
  }
  has_issued_ = true;
  return true;
}

std::optional<TokenService::Issue> TokenService::taken_in(std::string_view token) {
  const auto given_out_ms = shared_ ? shared_->given_out_ms(token) : std::nullopt;
  if (!given_out_ms) {
    return std::nullopt;
  }
  const Issue issue{.at_ms = *given_out_ms, .mark = SteerableClock::mark(), .life_ms = kLifeS * 1000};
  const std::unique_lock lock(mutex_);
  drop_expired(clock_.now_ms());
  keep(std::string(token), issue);
  return issue;
}

TokenStanding TokenService::standing(std::string_view token,
                                     const std::function<const SteerableClock *()> &sandbox_clock) {
  if (!has_issued_ && !shared_) {
    return TokenStanding::unknown;
  }
  const auto known = [&]() -> std::optional<Issue> {
    const std::shared_lock lock(mutex_);
    const auto found = issued_.find(token);
    return found == issued_.end() ? std::nullopt : std::optional(found->second);
  }();
  const std::optional<Issue> issue = known ? known : taken_in(token);
  if (!issue) {
    return TokenStanding::unknown;
  }
  const SteerableClock *clock = sandbox_clock();
  const std::int64_t age_ms =
      clock_.now_ms() - issue->at_ms + (clock == nullptr ? 0 : clock->moved_since(issue->mark));
  return age_ms < issue->life_ms ? TokenStanding::holds : TokenStanding::expired;
}

} // namespace flow::mock
