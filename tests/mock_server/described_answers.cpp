#include "tests/mock_server/described_answers.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <set>

#include "contracts/model/operations.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/pipeline/answer.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/service_state.hpp"
#include "tests/contracts/described.hpp"

namespace flow::mock {

// The linker's option --wrap puts wrapped_answer in the place of `answer` (pipeline/answer.hpp), which is
// what real_answer calls. The names are as the compiler writes them.
Response real_answer(ServiceState &state, const Request &request) __asm__(
    "__real__ZN4flow4mock6answerERNS0_12ServiceStateERKNS0_7RequestE");
Response wrapped_answer(ServiceState &state, const Request &request) __asm__(
    "__wrap__ZN4flow4mock6answerERNS0_12ServiceStateERKNS0_7RequestE");

namespace test {
namespace {

std::atomic<int> seen = 0;

/// The names and kinds of values in a JSON text, without the values.
std::string form_of(std::string_view json) {
  std::string form;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '"') {
      form += json[i] >= '0' && json[i] <= '9' ? '0' : json[i];
      if (form.size() > 1 && form.back() == '0' && form[form.size() - 2] == '0') {
        form.pop_back();
      }
      continue;
    }
    const std::size_t begin = i++;
    while (i < json.size() && json[i] != '"') {
      i += json[i] == '\\' ? 2 : 1;
    }
    const bool is_name = i + 1 < json.size() && json[i + 1] == ':';
    form += is_name ? json.substr(begin, i - begin) : i == begin + 1 ? "e" : "s";
  }
  return form;
}

/// Whether an exchange differs from those before in more than values: judging each of the many thousands that
/// the tests make would take as long as the tests.
bool is_new(const Request &request, const Response &answer) {
  const auto target = parse_target(request.target);
  if (!target) {
    return false;
  }
  const contract::OperationEntry *operation = contract::identify(request.method, target->segments).operation;
  if (operation == nullptr) {
    return false;
  }
  std::string form = operation->name + std::to_string(answer.status) + form_of(answer.body);
  if (answer.status < 300) {
    form += form_of(request.body);
  }
  static std::mutex mutex;
  static std::set<std::size_t> forms;
  const std::size_t hash = std::hash<std::string>()(form);
  const std::scoped_lock lock(mutex);
  return forms.insert(hash).second;
}

void check(const ServiceState &state, const Request &request, const Response &answer) {
  if (answer.awaited || !contract::has_usual_forms(state.settings.reading) || state.has_faults ||
      is_exempt()) {
    return;
  }
  ++seen;
  if (!is_new(request, answer)) {
    return;
  }
  std::string wrong;
  for (const std::string &each : contract::undescribed({.method = request.method,
                                 .target = request.target,
                                 .body = request.body,
                                 .status = answer.status,
                                 .answer = answer.body})) {
    wrong += "\n  " + each;
  }
  if (!wrong.empty()) {
    report(std::string(request.method) + " " + std::string(request.target) + " " +
           std::string(request.body.substr(0, 2000)) + "\n" + answer.body +
           "\nis not as openapi.json describes it:" + wrong);
  }
}

} // namespace

int described_answers() {
  return seen;
}

} // namespace test

Response wrapped_answer(ServiceState &state, const Request &request) {
  Response answer = real_answer(state, request);
  test::check(state, request, answer);
  return answer;
}

} // namespace flow::mock
