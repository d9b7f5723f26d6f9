#include "mock_server/pipeline/deliver.hpp"

#include <utility>

#include "mock_server/pipeline/exchange.hpp"

namespace flow::mock {

Response deliver(Exchange &exchange) {
  exchange.response.headers.emplace_back(kRequestIdHeader, std::move(exchange.request_id));
  return std::move(exchange.response);
}

} // namespace flow::mock
