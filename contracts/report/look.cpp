#include "contracts/report/look.hpp"

#include "contracts/model/embedded_file.hpp"

namespace flow::report {

std::string_view look() {
  return contract::text_of(embedded_files(), "look.css");
}

std::string_view report_style() {
  return contract::text_of(embedded_files(), "report.css");
}

} // namespace flow::report
