#pragma once

#include <string_view>

namespace flow::mock {

/// The values of the documented headers that say who asks, and where. Views into the request.
struct Credentials {
  std::string_view token;
  std::string_view api_key;
  std::string_view organisation;
  std::string_view sandbox;
};

} // namespace flow::mock
