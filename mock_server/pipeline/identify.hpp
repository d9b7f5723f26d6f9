#pragma once

#include <string_view>

#include "contracts/model/operations.hpp"
#include "mock_server/pipeline/target.hpp"

/// The second step of a request: which operation it asks for.
namespace flow::mock {

/// What a request asks for, as operations.json says. Views into its target.
struct Asked {
  contract::Identified identified{};
  std::string_view run{}; ///< id of the run it is about; empty: none

  /// "retry_run", …, "token"; empty: the request asks for none.
  std::string_view operation() const {
    return identified.operation == nullptr ? std::string_view() : identified.operation->name;
  }
};

Asked identify(std::string_view method, const Target &target);

} // namespace flow::mock
