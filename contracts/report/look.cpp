#include "contracts/report/look.hpp"

#include <span>

#include "contracts/model/embedded_file.hpp"

namespace flow::report {

/// look.css and report.css.
std::span<const contract::EmbeddedFile> embedded_files();

std::string_view look() {
  return contract::text_of(embedded_files(), "look.css");
}

std::string_view report_style() {
  return contract::text_of(embedded_files(), "report.css");
}

} // namespace flow::report
