#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/service_state.hpp"

namespace flow::mock::admin {

using contract::Json;

inline constexpr std::size_t kShownBytes = 200; ///< of a name that nothing has

/// Why a request of the control API is not carried out; thrown before anything has been changed.
struct Refusal {
  int status;
  std::string title;
  std::string
      pointer; ///< of the place in the body, JSON Pointer, empty: the whole; or a query parameter's name
  std::string detail; ///< what is wrong there and what to change
};

/// A request of the control API that has found its operation.
struct Call {
  ServiceState &state;
  const Request &request;
  const Target &target;
  std::vector<std::string_view> ids; ///< what stands in the path for {…}, but for organisation and sandbox
  Sandbox *sandbox;                  ///< of operations on one sandbox; else null
};

/// One operation, of those that deal with the same noun in one file.
using Operation = Response (*)(const Call &);

/// An answer of that JSON.
Response json_response(const Json &body, int status = 200);

/// The body, which has to be JSON of an object. Throws Refusal.
Json body_of(const Call &call);

/// Refuses members that are not among `known`, at their place below `pointer`.
void check_members(const Json &object, const std::string &pointer,
                   std::initializer_list<std::string_view> known);

/// A header's value; empty, without data, where it is absent. Throws Refusal where it is given twice.
std::string_view header(const Request &request, std::string_view name);

/// The value of a query parameter, or nothing. Throws Refusal where it is given twice.
std::optional<std::string> parameter(const Call &call, std::string_view name);

/// A query parameter that is an integer not below 0. Throws Refusal.
std::optional<std::int64_t> number_parameter(const Call &call, std::string_view name);

/// A query parameter that is true or false. Throws Refusal.
std::optional<bool> flag_parameter(const Call &call, std::string_view name);

/// Which entries of a list are shown: `limit` of them from number `offset` on, counted from 0.
struct ListPage {
  std::size_t offset = 0;
  std::size_t limit = 0;
};

/// A list shows at most so many entries at once, and kListed where the request does not say.
inline constexpr std::size_t kMostListed = 10'000;
inline constexpr std::size_t kListed = 1000;

/// The page that the parameters `offset` and `limit` ask for. Throws Refusal.
ListPage list_page_of(const Call &call);

/// That part of a list, under its name, and how long the whole is: {NAME:[…],"offset","total"}.
Json page_json(const char *name, const Json &list, const ListPage &page);

/// Refuses query parameters that are not among `known`.
void check_parameters(const Call &call, std::initializer_list<std::string_view> known);

/// No such run, flow, fault, ….
Refusal not_found(std::string_view what, std::string_view id);

} // namespace flow::mock::admin
