#include "contracts/report/earlier.hpp"
#include "contracts/report/page.hpp"
#include "contracts/suite/html_report.hpp"
#include "mock_server/report/sums.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

namespace {

/// The suite's: refused with a reason, or compared with a run of no clause, in which all of its are gone.
void compare_outcomes(std::string_view page) {
  try {
    const std::optional<contract::EarlierOutcomes> earlier = contract::outcomes_in(page);
    const std::string html = contract::as_html({}, {.server = "s", .secret = "t", .earlier = earlier});
    require(contract::outcomes_in(html).empty(), "what is written is read again");
  } catch (const report::NoReport &error) {
    require(std::string_view(error.what()).starts_with("is "), "a refusal has a reason");
  }
}

/// The mock's, compared with one that saw nothing; what was read and is written again is the same.
void compare_sums(std::string_view page) {
  try {
    const mock::Sums sums = mock::sums_in(page);
    const std::string html =
        report::html_of({.program = "flow-mock",
                         .title = "fuzz",
                         .body = mock::differences(sums, {}) + mock::differences({}, sums),
                         .data = mock::json_of(sums)});
    const mock::Sums again = mock::sums_in(html);
    require(again.clauses == sums.clauses && again.violations == sums.violations &&
                again.footings == sums.footings,
            "what is written is read again");
  } catch (const report::NoReport &error) {
    require(std::string_view(error.what()).starts_with("is "), "a refusal has a reason");
  }
}

} // namespace

/// The bytes are an earlier report; and the data of one.
void earlier_report(std::string_view bytes) {
  const std::string page =
      std::string(report::kDataBegin) + std::string(bytes) + std::string(report::kDataEnd);
  for (const std::string_view text : {bytes, std::string_view(page)}) {
    compare_outcomes(text);
    compare_sums(text);
  }
}

} // namespace flow::fuzz
