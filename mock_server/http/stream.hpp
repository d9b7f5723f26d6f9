#pragma once

#include <optional>
#include <string>

namespace flow::mock {

/// A body that goes on for as long as its client listens. Used by one thread at a time.
class Stream {
public:
  virtual ~Stream() = default;

  /// What is new since it was last asked, which is several times a second; empty: nothing is. Nothing at all:
  /// it ends here.
  virtual std::optional<std::string> next() = 0;
};

} // namespace flow::mock
