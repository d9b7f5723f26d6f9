#include "mock_server/service.hpp"

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "mock_server/admin/control_api.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/keeping/token_key.hpp"
#include "mock_server/keeping/turn_answers.hpp"
#include "mock_server/pipeline/answer.hpp"
#include "mock_server/pipeline/parse.hpp"
#include "mock_server/pipeline/visitors.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock {

namespace {

/// What nobody may read of whom the mock lets in.
std::vector<std::string> secrets_in(const Settings &settings) {
  const Allow &allow = settings.seed.allow;
  std::vector<std::string> secrets = {settings.control.token};
  secrets.insert(secrets.end(), allow.tokens.begin(), allow.tokens.end());
  secrets.insert(secrets.end(), allow.api_keys.begin(), allow.api_keys.end());
  for (const TokenClient &client : allow.clients) {
    secrets.push_back(client.secret);
  }
  return secrets;
}

} // namespace

ServiceState::ServiceState(Settings given, FailureLog log)
    : settings(std::move(given)), failure_log(std::move(log)), secrets(secrets_in(settings)),
      clock(*settings.clock), rules(contract::Rules::of(settings.reading)),
      journal(settings.journal_size, exchanges), sandboxes(settings, clock, exchanges),
      leases(*settings.clock, settings.limits.sandboxes),
      ids(settings.deterministic.value_or(IdSource::random_seed())),
      seal(settings.token_key.empty() ? TokenSeal(ids.uuid()) : TokenSeal(settings.token_key)),
      tokens(
          settings.seed.allow.clients, clock, ids, settings.limits.tokens, settings.seed.allow.timed_tokens,
          settings.token_key.empty() ? std::nullopt : std::optional(SharedTokens(seal.of("access tokens")))) {
  start_clock();
}

void ServiceState::start_clock() {
  clock.start_over(settings.frozen_at_ms);
  tokens.start_lives();
}

namespace {

/// For where the answer itself could not be made, mostly as there was no memory: what it was taken up for has
/// been given back by now. Never throws.
Response last_answer(ServiceState &state, const Request &request, Error (*error)(),
                     const std::exception &cause) {
  std::string request_id;
  const auto log = [&] {
    log_failure(state.failure_log, {.step = "answer", .request_id = request_id}, request, state.secrets,
                cause);
  };
  try {
    request_id = state.ids.uuid();
    Response response = to_response(error(), request_id);
    response.headers.emplace_back(kRequestIdHeader, request_id);
    log();
    return response;
  } catch (const std::exception &) {
    log();
    Response response;
    response.status = 503;
    response.body = "{\"status\":503}"; // short enough to need no memory
    return response;
  }
}

} // namespace

FlowService::FlowService(Settings settings, FailureLog failure_log, std::unique_ptr<Store> store) {
  if (store && settings.token_key.empty()) {
    settings.token_key = token_key_in(*store);
  }
  state_ = std::make_unique<ServiceState>(std::move(settings), std::move(failure_log));
  if (store) {
    state_->keeper = std::make_unique<Keeper>(*state_, std::move(store));
  }
}

FlowService::FlowService(Settings settings, FailureLog failure_log, std::unique_ptr<SharedStore> store) {
  const std::string key = token_key_in_shared(*store);
  if (settings.token_key.empty()) {
    settings.token_key = key;
  }
  state_ = std::make_unique<ServiceState>(std::move(settings), std::move(failure_log));
  state_->replica = std::make_unique<Replica>(*state_, std::move(store));
}

FlowService::~FlowService() = default;

namespace {

constexpr std::size_t kLongestName = 256; // in bytes, as the control API has it

/// What a request of the service reads or changes.
Scope scope_of(const Request &request, const Settings &settings) {
  const GivenHeaders given = given_headers(request, settings.reading);
  const bool is_read = (request.method == "GET" || request.method == "HEAD") && !settings.is_journal_durable;
  if (given.organisation.empty() || given.sandbox.empty()) {
    return {.reach = Scope::Reach::mock};
  }
  return {.reach = Scope::Reach::sandbox,
          .sandbox = {.organisation = std::string(given.organisation), .sandbox = std::string(given.sandbox)},
          .is_read = is_read};
}

Response not_shared(ServiceState &state, const Request &request, const TurnEnd &end) {
  const bool is_unknown = end.kind == TurnEnd::Kind::unknown;
  if (admin::is_for(request)) {
    return admin::not_kept(end.why, is_unknown);
  }
  const std::string request_id = state.ids.uuid();
  Response response = not_kept(end.why, request_id, is_unknown);
  response.headers.emplace_back(kRequestIdHeader, request_id);
  return response;
}

/// The answer that is given within a turn, if what the request is about is shared.
Response answer_in_turn_of(ServiceState &state, const Scope &scope, const Request &request, MakeAnswer make) {
  const auto instead = [&state](const Request &its, const TurnEnd &end) {
    return not_shared(state, its, end);
  };
  if (scope.sandbox.organisation.size() > kLongestName || scope.sandbox.sandbox.size() > kLongestName) {
    return instead(request, {.kind = TurnEnd::Kind::not_kept,
                             .why = "it has no sandboxes with names longer than 256 bytes"});
  }
  if (scope.is_followed) {
    return followed_in_turns(*state.replica, scope, make(request));
  }
  return scope.reach == Scope::Reach::nothing
             ? make(request)
             : answer_in_turn(*state.replica, scope, request, std::move(make), instead);
}

} // namespace

Response FlowService::handle(const Request &request) {
  if (!state_->replica) {
    return answer_now(request);
  }
  try {
    if (answer_to_visitor(request)) {
      return answer_now(request);
    }
    const Scope scope =
        admin::is_for(request) ? admin::scope_of(request) : scope_of(request, state_->settings);
    return answer_in_turn_of(*state_, scope, request, [this](const Request &its) { return answer_now(its); });
  } catch (const std::exception &cause) {
    return last_answer(*state_, request, out_of_memory, cause);
  }
}

Response FlowService::control(const Request &request, const ControlAccess &access) {
  if (!state_->replica) {
    return admin::answer(*state_, request, access);
  }
  return answer_in_turn_of(*state_, admin::scope_of(request), request, [this, access](const Request &its) {
    return admin::answer(*state_, its, access);
  });
}

Response FlowService::answer_now(const Request &request) {
  try {
    if (admin::is_for(request)) {
      return admin::answer(*state_, request, state_->settings.control);
    }
    auto visit = answer_to_visitor(request);
    return visit ? *std::move(visit) : answer(*state_, request);
  } catch (const std::bad_alloc &cause) {
    return last_answer(*state_, request, out_of_memory, cause);
  } catch (const std::exception &cause) {
    return last_answer(*state_, request, internal_error, cause);
  }
}

bool FlowService::is_slow(const Request &request) const {
  if (admin::is_for(request)) {
    return true;
  }
  if (state_->replica || !state_->sandboxes.may_be_slow()) {
    return false; // a replica answers by threads that nobody else waits for
  }
  const GivenHeaders given = given_headers(request, state_->settings.reading);
  return state_->sandboxes.may_be_slow(given.organisation, given.sandbox);
}

ServiceState &FlowService::state() {
  return *state_;
}

} // namespace flow::mock
