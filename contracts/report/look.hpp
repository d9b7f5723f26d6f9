#pragma once

#include <string_view>

namespace flow::report {

/// The style sheet of the console and the reports: look.css.
std::string_view look();

/// What only reports have besides: report.css.
std::string_view report_style();

} // namespace flow::report
