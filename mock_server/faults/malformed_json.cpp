#include <algorithm>

#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

/// The body is whole by its length, and no JSON.
struct MalformedJson final : FaultEffect {
  void spoil(Response &response, std::string_view /*request_id*/) const override {
    std::string &body = response.body;
    const std::size_t end = body.find_last_of("]}");
    if (end == std::string::npos) {
      body.insert(0, "{"); // a prefix of a bare value, such as 12 of 123, would be one too
    } else {
      body.resize(std::min(body.size() / 2, end)); // an object or array that does not end
    }
  }
};

} // namespace

std::unique_ptr<FaultEffect> effects::malformed_json(const contract::Json & /*attributes*/,
                                                     std::uint64_t /*seed*/) {
  return std::make_unique<MalformedJson>();
}

} // namespace flow::mock
