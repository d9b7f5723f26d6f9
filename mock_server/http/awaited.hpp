#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "mock_server/http/http_message.hpp"

namespace flow::mock {

/// An answer that is to come: it waits for something to happen. Used by one thread at a time.
class Awaited {
public:
  virtual ~Awaited() = default;

  /// How long it waits at most, in real time.
  virtual std::chrono::milliseconds patience() const = 0;
  /// From now on calls `wake`, which does not wait, whenever look() may find something new; from any thread,
  /// and until this ends.
  virtual void wake_by(std::function<void()> wake) = 0;
  /// The answer, if what it waits for has happened.
  virtual std::optional<Response> look() = 0;
  /// Whether look() takes no longer than looking.
  virtual bool is_quick() const { return false; }
  /// The answer, once nobody waits any longer.
  virtual Response give_up() = 0;
};

/// An answer without a loop that waits for it: this thread does so.
Response waited_for(Response response);

} // namespace flow::mock
