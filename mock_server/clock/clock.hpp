#pragma once

#include <cstdint>
#include <memory>

namespace flow::mock {

/// The time all of the mock goes by, so that a test can hold it.
class Clock {
public:
  virtual ~Clock() = default;

  /// Milliseconds since 1970-01-01T00:00:00Z. Safe to call from several threads.
  [[nodiscard]] virtual std::int64_t now_ms() const = 0;

  /// Whether it stays as it is until somebody moves it. Safe likewise.
  [[nodiscard]] virtual bool stands_still() const { return false; }
};

/// The machine's time.
std::shared_ptr<const Clock> system_clock();

/// A time that stands still.
std::shared_ptr<const Clock> frozen_clock(std::int64_t now_ms);

} // namespace flow::mock
