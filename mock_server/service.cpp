#include "mock_server/service.hpp"

#include <exception>
#include <utility>

#include "mock_server/error.hpp"
#include "mock_server/gateway.hpp"
#include "mock_server/id_source.hpp"
#include "mock_server/ims/token_service.hpp"
#include "mock_server/operations/operation.hpp"
#include "mock_server/query/token_seal.hpp"
#include "mock_server/routes.hpp"
#include "mock_server/runs/sandbox.hpp"
#include "mock_server/target.hpp"

namespace flow::mock {

struct FlowService::State {
  explicit State(Settings given)
      : settings(std::move(given)), sandboxes(settings.seed, settings.deterministic),
        ids(settings.deterministic.value_or(IdSource::random_seed())), seal(ids.uuid()),
        tokens(settings.seed.allow.clients, *settings.clock, ids) {}

  Answer answer(const Request &request);

  const Settings settings;
  Sandboxes sandboxes;
  IdSource ids; ///< of requests and tokens; runs have those of their sandbox
  TokenSeal seal;
  TokenService tokens;
};

FlowService::FlowService(Settings settings) : state_(std::make_unique<State>(std::move(settings))) {}

FlowService::~FlowService() = default;

Answer FlowService::State::answer(const Request &request) {
  if (!request.unreadable.empty()) {
    return Error(request.unreadable);
  }
  if (TokenService::is_for(request)) {
    return tokens.answer(request);
  }
  const auto is_issued = [this](std::string_view token) { return tokens.holds(token); };
  auto headers = check_headers(request, settings, is_issued);
  if (Error *error = std::get_if<Error>(&headers)) {
    return std::move(*error);
  }
  const auto target = parse_target(request.target);
  if (!target) {
    return Error("bad-request").with("reason", "its path or query is not percent-encoded as RFC 3986 says");
  }
  auto route = find_route(request.method, *target);
  if (Error *error = std::get_if<Error>(&route)) {
    return std::move(*error);
  }
  const auto &[operation, id] = std::get<Route>(route);
  const Credentials &credentials = std::get<Credentials>(headers);
  const std::int64_t now_ms = settings.clock->now_ms();
  return operation({.request = request,
                    .target = *target,
                    .credentials = credentials,
                    .id = id,
                    .sandbox = sandboxes.of(credentials.organisation, credentials.sandbox, now_ms),
                    .now_ms = now_ms,
                    .settings = settings,
                    .seal = seal});
}

Response FlowService::handle(const Request &request) {
  const std::string request_id = state_->ids.uuid();
  Answer answer = [&]() -> Answer {
    try {
      return state_->answer(request);
    } catch (const std::exception &) {
      return Error("internal-error");
    }
  }();
  Response *made = std::get_if<Response>(&answer);
  Response response = made != nullptr ? std::move(*made) : to_response(std::get<Error>(answer), request_id);
  response.headers.emplace_back("x-request-id", request_id);
  return response;
}

} // namespace flow::mock
