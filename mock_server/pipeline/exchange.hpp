#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mock_server/faults/fault.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/pipeline/credentials.hpp"
#include "mock_server/pipeline/identify.hpp"
#include "mock_server/pipeline/judge.hpp"
#include "mock_server/pipeline/parse.hpp"

namespace flow::mock {

struct Sandbox;

/// What is known so far of one request of the service and of its answer; each step adds its part. All views
/// point into the request, or into what was parsed.
struct Exchange {
  const Request &request;
  std::string request_id{};
  std::chrono::steady_clock::time_point begin{};
  Parsed parsed{};
  Asked asked{};
  std::shared_ptr<Sandbox> sandbox{};  ///< that it names; null: nobody has used it yet
  Faults faults{};                     ///< that fall on it
  Credentials credentials{};           ///< empty: the gateway has not let it in
  std::optional<std::int64_t> at_ms{}; ///< when it came, on its sandbox's clock; none: refused before
  std::string made_run{};              ///< id of the run it made; empty: none
  std::string_view error{};            ///< the name of the error it is answered with; empty: none
  Response response{};
  Verdict verdict{};

  /// Id of the run it is about: that in its path, or else the one it made.
  std::string_view run() const { return asked.run.empty() ? made_run : asked.run; }
};

} // namespace flow::mock
