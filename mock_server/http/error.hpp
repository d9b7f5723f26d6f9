#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/text.hpp"
#include "contracts/model/contract.hpp"
#include "mock_server/http/http_message.hpp"

namespace flow::mock {

/// A refusal, as a value: an entry of contracts/data/errors.json with its parameters.
struct Error {
  explicit Error(std::string_view name) : entry(&contract::error(name)) {}

  /// What a client sent may be long: of a value the message shows the first kShownBytes.
  Error &with(std::string_view parameter, std::string_view value) {
    parameters.emplace_back(parameter, shortened(value, kShownBytes));
    return *this;
  }
  static constexpr std::size_t kShownBytes = 1000;

  const contract::ErrorEntry *entry;
  std::vector<std::pair<std::string, std::string>> parameters; ///< those of its message
  std::string resource_id;                                     ///< where entry->resource is not empty
  std::vector<std::pair<std::string, std::string>> headers;    ///< that go with it, e.g. Allow
};

/// The answer to a request that there is no memory left for.
Error out_of_memory();

/// The answer to a request that the mock itself fails at.
Error internal_error();

/// Its message with its parameters.
std::string message_of(const Error &error);

/// The one place where errors become JSON, in the form their entry names.
Response to_response(const Error &error, std::string_view request_id);

} // namespace flow::mock
