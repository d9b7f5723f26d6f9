#include <functional>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "contracts/model/operations.hpp"
#include "mock_server/pipeline/target.hpp"
#include "mock_server/service_state.hpp"
#include "tests/contracts/described.hpp"
#include "tests/mock_server/support.hpp"

/// Holds each answer of the tests it is linked into against the description of the service (openapi.json).
namespace flow::mock::test {
namespace {

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
bool is_new(const Ask &asked, const Response &answer) {
  const auto target = parse_target(asked.target);
  if (!target) {
    return false;
  }
  const contract::OperationEntry *operation = contract::identify(asked.method, target->segments).operation;
  if (operation == nullptr) {
    return false;
  }
  std::string form = operation->name + std::to_string(answer.status) + form_of(answer.body);
  if (answer.status < 300) {
    form += form_of(asked.body);
  }
  static std::mutex mutex;
  static std::set<std::size_t> seen;
  const std::size_t hash = std::hash<std::string>()(form);
  const std::scoped_lock lock(mutex);
  return seen.insert(hash).second;
}

/// Of garbage that it accepts, the mock keeps what it does not count with: its answers show it then. So they
/// show what a seed leaves out.
bool is_garbage_sent() {
  const testing::TestInfo *test = testing::UnitTest::GetInstance()->current_test_info();
  if (test == nullptr) {
    return false;
  }
  const std::string_view suite = test->test_suite_name();
  return suite.ends_with("Mutations") || suite == "SeededDocument" ||
         std::string_view(test->name()).starts_with("OfAnyShape");
}

void check(FlowService &service, const Ask &asked, const Response &answer) {
  const ServiceState &state = service.state();
  if (!contract::has_usual_forms(state.settings.reading) || state.has_faults || is_garbage_sent() ||
      !is_new(asked, answer)) {
    return;
  }
  std::string wrong;
  for (const std::string &each : contract::undescribed({.method = asked.method,
                                 .target = asked.target,
                                 .body = asked.body,
                                 .status = answer.status,
                                 .answer = answer.body})) {
    wrong += "\n  " + each;
  }
  EXPECT_TRUE(wrong.empty()) << asked.method << " " << asked.target << " " << asked.body << "\n"
                             << answer.body << "\nis not as openapi.json describes it:" << wrong;
}

[[maybe_unused]] const bool kIsSet = [] {
  on_answer = check;
  return true;
}();

} // namespace
} // namespace flow::mock::test
