#include "contracts/judge/judge.hpp"
#include "contracts/suite/report.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

namespace {

/// "404\nname: value\n…\n\nbody".
HttpResponse read_response(std::string_view text) {
  HttpResponse response;
  std::string_view head = take_until(text, "\n\n");
  response.status = std::atoi(std::string(take_until(head, "\n").substr(0, 4)).c_str());
  while (!head.empty()) {
    std::string_view line = take_until(head, "\n");
    const std::string_view name = take_until(line, ": ");
    response.headers.emplace_back(name, line);
  }
  response.body = text;
  return response;
}

} // namespace

/// The bytes are a clause's number (two bytes) and an answer, to be judged by each of the clause's steps.
void suite_answers(std::string_view bytes) {
  std::size_t number = take_byte(bytes) * 256;
  number = (number + take_byte(bytes)) % contract::clause_count();
  const contract::Clause &judged = contract::clause(static_cast<contract::ClauseNumber>(number));
  const HttpResponse response = read_response(bytes);
  contract::Bindings bindings = {
      {"token", "t"}, {"sandbox", "s"}, {"run", "r"}, {"flow", "f"}, {"other_sandbox", "o"}};
  contract::Verdict verdict{.clause = &judged, .outcome = contract::Outcome::broken};
  for (const contract::Step &step : judged.when) {
    for (const contract::Capture &capture : step.captures) {
      if (auto value = contract::captured(capture, contract::exchange_of(response))) {
        bindings[capture.name] = *std::move(value);
      }
    }
    for (const auto &[name, value] : step.headers) {
      (void)contract::substituted_text(value.value_or(""), bindings);
    }
    HttpRequest &request = verdict.requests.emplace_back();
    request.method = step.method;
    request.url = contract::substituted_path(step.path, bindings);
    request.body = step.body;
    verdict.deviations = contract::judge(contract::exchange_of(response), judged, &step, bindings).deviations;
  }
  require(!contract::explanation(verdict, "t").empty(), "a broken clause is explained");
}

} // namespace flow::fuzz
