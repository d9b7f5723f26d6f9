#include <algorithm>
#include <mutex>
#include <random>

#include "mock_server/faults/effects.hpp"

namespace flow::mock {

namespace {

/// The answer comes later, by a time between latency - jitter and latency + jitter.
struct Latency final : FaultEffect {
  std::int64_t latency_ms;
  std::int64_t jitter_ms;
  mutable std::mutex mutex{};
  mutable std::mt19937_64 random;

  Latency(std::int64_t latency, std::int64_t jitter, std::uint64_t seed)
      : latency_ms(latency), jitter_ms(jitter), random(seed) {}

  void spoil(Response &response, std::string_view /*request_id*/) const override {
    response.delivery.delay_ms += std::max<std::int64_t>(latency_ms + drawn_jitter_ms(), 0);
  }

  /// By hand, as std::uniform_int_distribution draws differently in each standard library. The range is so
  /// small beside 64 bits that the remainder is as good as uniform.
  [[nodiscard]] std::int64_t drawn_jitter_ms() const {
    if (jitter_ms == 0) {
      return 0;
    }
    const std::scoped_lock lock(mutex);
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * jitter_ms + 1)) - jitter_ms;
  }
};

} // namespace

std::unique_ptr<FaultEffect> effects::latency(const contract::Json &attributes, std::uint64_t seed) {
  return std::make_unique<Latency>(attributes.at("latencyMs").get<std::int64_t>(),
                                   attributes.value("jitterMs", std::int64_t{0}), seed);
}

} // namespace flow::mock
