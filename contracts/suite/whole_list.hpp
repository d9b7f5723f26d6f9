#pragma once

#include <stdexcept>

#include "contracts/suite/run.hpp"

namespace flow::contract {

/// This clause cannot be judged here and now; says why.
struct CannotJudge : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether the request lists the runs of one flow, all of them: a clause that compares them needs each page.
bool lists_whole(const HttpRequest &request);

/// `first`, the answer to `request`, with the items of the pages that follow it. A page that is no list is
/// given as it is. Throws CannotJudge where there are too many pages.
HttpResponse whole_list(const HttpRequest &request, HttpResponse first, const Target &target, const Ask &ask);

} // namespace flow::contract
