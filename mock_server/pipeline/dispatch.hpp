#pragma once

#include <string_view>
#include <variant>

#include "contracts/model/operations.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/resources/operation.hpp"

/// The fifth step of a request: carrying out its operation.
namespace flow::mock {

struct Exchange;
struct ServiceState;

/// The function that carries out what a request asks for. Error 1003-404 for an unknown path, 405 with
/// `Allow` for a known one with another method.
std::variant<Operation, Error> route(std::string_view method, const contract::Identified &identified,
                                     const Target &target);

/// Carries out what a request asks for that the gateway has let in. The sandbox it is carried out in, made if
/// need be, and its time are added to the exchange: they are known also where the operation throws.
Answer dispatch(ServiceState &state, Exchange &exchange);

} // namespace flow::mock
