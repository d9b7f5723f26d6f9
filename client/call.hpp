#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <flow_client/clock.hpp>
#include <flow_client/transport.hpp>

namespace flow::contract {
struct Resource;
}

namespace flow::client {

/// One operation to ask of the service.
struct Call {
  std::string method;
  std::string target; ///< below the base path, percent-encoded, e.g. "/runs/…"
  Headers headers = {};
  std::string body = {};
  bool idempotent =
      false; ///< twice does no more than once; else it is not repeated when it may have arrived,
  bool repeat_when_unknown = false; ///< unless this says so
  bool changes = false;             ///< its outcome is unknown where its answer is lost in the end
  bool done_if_gone = false;        ///< a 404 after a lost answer: an earlier attempt has deleted it
  std::optional<Clock::Instant> deadline = {}; ///< no pause and no attempt begins after it
};

/// A call of the contract's operation of that name: its method and path, whose "{id}" becomes `id`, and
/// whether it is idempotent (operations.json). Throws std::invalid_argument where `id` cannot be one.
Call call_of(std::string_view operation, std::string_view id = {});

/// The same of a resource, for one of its verbs: "list". Throws std::invalid_argument where it has no such
/// verb, too.
Call call_of(const contract::Resource &resource, std::string_view verb, std::string_view id = {});

/// The same with a query, which may be empty.
Call with_query(Call call, const std::string &query);

/// The same at a place of its own: a token service can be anywhere.
Call call_at(std::string_view operation, std::string target);

/// The path that the contract has for an operation without an id: "/ims/token/v3".
std::string path_of(std::string_view operation);

} // namespace flow::client
