#include "client/flowctl/mock/requests.hpp"

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/text_table.hpp"
#include "common/percent_encoding.hpp"

namespace flow::client {

namespace {

std::string violated_clauses(const Json &request) {
  std::vector<std::string> ids;
  for (const Json &clause : at(request, "clauses")) {
    if (at(clause, "violated") == true) {
      ids.push_back(text(at(clause, "id")));
    }
  }
  return joined(ids, ",");
}

/// "0.35"
std::string milliseconds_of(const Json &us) {
  const auto duration_us = number(us);
  if (!duration_us) {
    return "";
  }
  const std::string hundredths = std::to_string(*duration_us % 1000 / 10);
  return std::to_string(*duration_us / 1000) + "." + (hundredths.size() == 1 ? "0" : "") + hundredths;
}

} // namespace

void add_request_filters(CLI::App &command, const std::shared_ptr<RequestFilters> &filters) {
  for (const auto &[name, about] : {std::pair{"run", "Only requests about this run"},
                                    {"status", "Only those answered with this status"},
                                    {"operation", "Only those of this operation: retry_run, get_run, …"},
                                    {"method", "Only those with this method"},
                                    {"path", "Only those with this path"},
                                    {"fault", "Only those that this fault was applied to"},
                                    {"clause", "Only those that this clause of the contract applies to"}}) {
    command
        .add_option_function<std::string>(
            std::string("--") + name,
            [filters, name = name](const std::string &value) { filters->emplace_back(name, value); }, about)
        ->type_name("TEXT");
  }
  command.add_flag_callback(
      "--violated", [filters] { filters->emplace_back("violated", "true"); },
      "Only those that break the contract");
}

std::string query_of(const RequestFilters &filters) {
  std::string query;
  for (const auto &[name, value] : filters) {
    query += (query.empty() ? "?" : "&") + name + "=" + percent_encoded(value);
  }
  return query;
}

std::string text_of_requests(const Json &answer, bool of_all) {
  std::vector<Row> rows{
      {"NO", "TIME (UTC)", "MS", "STATUS", "ERROR", "OPERATION", "RUN", "FAULT", "VIOLATED", "REQUEST"}};
  for (const Json &request : at(answer, "requests")) {
    rows.push_back({plain(at(request, "number")), instant(at(request, "atMs")),
                    milliseconds_of(at(request, "durationUs")), plain(at(request, "status")),
                    plain(at(request, "error")), text(at(request, "operation")), text(at(request, "run")),
                    plain(at(request, "fault")), violated_clauses(request),
                    text(at(request, "method")) + " " + text(at(request, "target"))});
  }
  if (of_all) {
    add_owners(rows, at(answer, "requests"));
  }
  return table(rows) + dropped(answer, "request");
}

} // namespace flow::client
