#pragma once

#include <vector>

#include "contracts/model/clause.hpp"

namespace flow::contract {

/// All subjects with their clauses and the steps of these, in the order of the documentation. Throws
/// ClauseError.
const std::vector<Subject> &subjects();

} // namespace flow::contract
