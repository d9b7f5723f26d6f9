#pragma once

#include <string_view>

#include "contracts/model/reading.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/journal/expected.hpp"
#include "mock_server/pipeline/target.hpp"

/// The first step of a request: taking apart what it holds, each part once.
namespace flow::mock {

/// The five documented headers as they came, views into the request. What is given twice is no valid value:
/// it holds a comma and a space.
struct GivenHeaders {
  std::string_view authorization{};
  std::string_view api_key{};
  std::string_view organisation{};
  std::string_view sandbox{}; ///< `prod` where the reading has sandbox-header=optional and it is not named
  std::string_view content_type{};
  bool has_organisation = false; ///< be it empty
};

/// A request taken apart.
struct Parsed {
  std::string_view path{}; ///< as path_of() has it
  Target target{};
  bool is_target_whole = false; ///< false: of the target, or of its query, nothing could be taken apart
  GivenHeaders headers{};
  ExpectedClauses expected{}; ///< clauses that it is announced to break
};

GivenHeaders given_headers(const Request &request, const contract::Reading &reading);

/// Also of a request that could not be read whole. Where the reading decides, it does so for headers and
/// clauses.
Parsed parse(const Request &request, const contract::Reading &reading);

} // namespace flow::mock
