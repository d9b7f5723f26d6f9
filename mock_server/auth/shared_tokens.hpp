#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mock_server/query/token_seal.hpp"

namespace flow::mock {

/// Access tokens that all mocks with the same key know without asking each other: each says when it was given
/// out, and that its maker had the key. Like those of one mock alone, they look like two UUIDs.
class SharedTokens {
public:
  explicit SharedTokens(const TokenSeal &seal) : seal_(seal) {}

  /// One given out at that time; `uuid`, a fresh one, tells it from others.
  [[nodiscard]] std::string token(std::int64_t at_ms, std::string_view uuid) const;

  /// When it was given out; nothing where the key did not make it.
  [[nodiscard]] std::optional<std::int64_t> given_out_ms(std::string_view token) const;

private:
  const TokenSeal seal_;
};

} // namespace flow::mock
