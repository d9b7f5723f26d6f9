#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flow::mock {

/// Makes texts that clients carry for us opaque and safe in a URL (no '='), and tells when one was changed.
class TokenSeal {
public:
  /// `key` is what a forger does not know.
  explicit TokenSeal(std::string key) : key_(std::move(key)) {}

  /// A seal of the same key that knows nothing of the others' texts: one for each purpose.
  [[nodiscard]] TokenSeal of(std::string_view purpose) const { return TokenSeal(signature(purpose)); }

  [[nodiscard]] std::string seal(std::string_view text) const;

  /// Sixteen bytes that nobody makes of that text without the key.
  [[nodiscard]] std::string signature(std::string_view text) const;

  /// The text that was sealed, or nothing where this is not one of our seals.
  [[nodiscard]] std::optional<std::string> unseal(std::string_view sealed) const;

private:
  std::string key_;
};

} // namespace flow::mock
