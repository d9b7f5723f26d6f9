#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contracts/suite/run.hpp"

/// The verdicts of a run as a page (contracts/report/page.hpp), which a later run can be compared with.
namespace flow::contract {

/// Of an earlier report: what became of each clause, by id.
using EarlierOutcomes = std::map<std::string, std::string, std::less<>>;

/// The same out of its page. Throws report::NoReport.
EarlierOutcomes outcomes_in(std::string_view page);

/// What a page says besides the verdicts.
struct PageFacts {
  std::string_view server; ///< its base URL
  std::string_view secret; ///< never shown
  const std::optional<EarlierOutcomes> &earlier;
};

std::string as_html(std::span<const Verdict> verdicts, const PageFacts &facts);

} // namespace flow::contract
