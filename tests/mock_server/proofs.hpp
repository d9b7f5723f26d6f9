#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "tests/mock_server/resource.hpp"

namespace flow::mock::test {

/// That a mock with a choice of readings.json does as it says, by matter and choice.
using Proofs = std::map<std::pair<std::string, std::string>, std::function<void(Stage &)>>;

/// Of the matters of connections, flows and specifications.
Proofs document_proofs();

} // namespace flow::mock::test
