#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "contracts/model/embedded_file.hpp"
#include "contracts/report/look.hpp"
#include "mock_server/admin/routes.hpp"

namespace flow::mock::console {

// Of mock_server/console/, made by contracts/embed.py.
// NOLINTNEXTLINE(readability-redundant-declaration): defined first where sources are compiled together
std::span<const contract::EmbeddedFile> embedded_files();

} // namespace flow::mock::console

namespace flow::mock::admin {

namespace {

/// Nothing but the page's own files may run or be asked in it, and nobody else may show it.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view media_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kTypes = {
      {{".html", "text/html; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"}}};
  for (const auto &[ending, type] : kTypes) {
    if (name.ends_with(ending)) {
      return type;
    }
  }
  return "text/plain; charset=utf-8";
}

std::string_view text_of(const std::string &name) {
  if (name == "look.css") { // which it shares with the reports
    return report::look();
  }
  const auto files = console::embedded_files();
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const auto &each) { return each.name == name; });
  if (file == files.end()) {
    throw not_found("file", name);
  }
  return file->text;
}

Response file_response(const std::string &name) {
  Response response;
  response.headers = {{"Content-Type", std::string(media_type(name))},
                      {"Content-Security-Policy", std::string(kPolicy)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-cache"}};
  response.body = text_of(name);
  return response;
}

} // namespace

Response console_page(const Call & /*call*/) {
  return file_response("index.html");
}

Response console_file(const Call &call) {
  return file_response(std::string(call.ids.front()));
}

Response console_vendor_file(const Call &call) {
  return file_response("vendor/" + std::string(call.ids.front()));
}

} // namespace flow::mock::admin
