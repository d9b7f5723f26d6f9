#pragma once

#include <memory>
#include <string>
#include <utility>

#include "mock_server/pipeline/exchange.hpp"

/// What the tests of the journal note.
namespace flow::mock::test {

/// A request that was answered so, and nothing else is known of. Views into the request.
inline Exchange exchange_of(const Request &request, Response response = {}) {
  Exchange exchange{.request = request};
  exchange.parsed.path = path_of(request.target);
  exchange.response = std::move(response);
  return exchange;
}

/// One fault, with that id.
inline Faults faults_named(std::string id) {
  return {std::make_shared<const Fault>(Fault{.id = std::move(id), .match = {}, .effect = nullptr})};
}

} // namespace flow::mock::test
