#pragma once

#include <optional>
#include <string>

#include "contracts/model/contract.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/resources/operation.hpp"

/// What GET /connections/{id}/explore and /connectionSpecs/{id}/explore, and the configs of the latter, can
/// be asked for (explore-cloud, explore-tabular, dlz, datasets).
namespace flow::mock {

/// Whether the query can be. Errors: 1337 (no object), 1358 (objectType), 1359 (how a file is to be read),
/// 1374 (that, twice).
std::optional<Error> check_explored(const Call &call);

/// Whether what has that connection spec, null where there is none, can be explored so. Errors: 1372 (by the
/// spec, where a connection is needed; not where a seed has its answers), 1376 (properties of a file, of what
/// holds none).
std::optional<Error> check_explored_spec(const Call &call, const contract::Json *spec, bool has_answers);

/// What is answered where no seed says what is there: an empty list of what a root or folder holds; of a
/// file, a table or what is rest a structure without fields, with a preview without rows where one is asked
/// for (explore-cloud, explore-tabular, sugarcrm-events).
std::string nothing_explored(const Call &call);

/// Whether the configs of that connection spec can be asked for. Errors: 1359 and 1393 (a parameter that is
/// not there, or empty).
std::optional<Error> check_configs(const Call &call);

} // namespace flow::mock
