#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/left_over.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/percent_encoding.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

constexpr const char *kFooter =
    "lease=$(flowctl mock lease) && eval \"$lease\"   # what follows is done in a sandbox of its own\n"
    "flowctl mock lease end $FLOW_MOCK_LEASE         # removes it, and lists what was left over\n"
    "Settings and DURATION: flowctl mock --help";

/// For a shell: in single quotes.
std::string assignment(const char *variable, const std::string &value) {
  std::string quoted;
  for (const char c : value) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return std::string("export ") + variable + "='" + printable(quoted) + "'\n";
}

/// Throws an Error where it is not whole.
ExitCode checked(const Json &lease) {
  for (const char *member : {"id", "url", "token", "apiKey", "organisation", "sandbox"}) {
    if (text(at(lease, member)).empty()) {
      refuse_answer(std::string("the lease has no ") + member);
    }
  }
  return kDone;
}

/// The settings of flowctl, and of applications that take the same variables.
std::string text_of_lease(const Json &lease) {
  return assignment("FLOW_MOCK_LEASE", text(at(lease, "id"))) +
         assignment("FLOW_BASE_URL", text(at(lease, "url"))) +
         assignment("FLOW_TOKEN", text(at(lease, "token"))) +
         assignment("FLOW_API_KEY", text(at(lease, "apiKey"))) +
         assignment("FLOW_ORG", text(at(lease, "organisation"))) +
         assignment("FLOW_SANDBOX", text(at(lease, "sandbox")));
}

std::string text_of_leases(const Json &answer) {
  std::vector<Row> rows{{"LEASE", "SANDBOX", "EXPIRES (UTC)"}};
  for (const Json &lease : at(answer, "leases")) {
    rows.push_back({text(at(lease, "id")), text(at(lease, "sandbox")),
                    instant(at(lease, "expiresAt")) + (at(lease, "expired") == true ? ", expired" : "")});
  }
  return table(rows);
}

/// Of one that has expired, what it left over is told with it.
const Json &left_over_of(const Json &answer) {
  return answer.is_object() && answer.contains("leftOver") ? answer.at("leftOver") : answer;
}

} // namespace

void add_mock_lease(CLI::App &mock, Session &session) {
  CLI::App &lease = add_mock_command(
      mock, "lease", "Make a sandbox for one test, and print the settings for it, as a shell takes them");
  lease.require_subcommand(0, 1);
  lease.footer(kFooter);
  const auto ttl = std::make_shared<std::string>();
  lease.add_option("--ttl", *ttl, "When it ends by itself, in real time: 1h if not given, at most 1d")
      ->type_name("DURATION");
  on_mock_call(lease, session, [ttl](const MockSettings & /*mock*/) -> MockCall {
    Json body = Json::object();
    if (!ttl->empty()) {
      body["ttlMs"] = parse_duration(*ttl).count();
    }
    return {.request = {"POST", "/leases", body_of(body)}, .text = text_of_lease, .exit_code = checked};
  });

  CLI::App &list = add_mock_command(lease, "list", "List leases, and for ten minutes expired ones");
  on_mock_call(list, session, [](const MockSettings & /*mock*/) -> MockCall {
    return {{"GET", "/leases"}, text_of_leases};
  });

  CLI::App &end = add_mock_command(
      lease, "end", "Remove the sandbox, and list what was left over; exit code 1 if anything was");
  const auto id = std::make_shared<std::string>();
  add_id(end, "ID", "Id of the lease", *id)->required();
  on_mock_call(end, session, [id](const MockSettings & /*mock*/) -> MockCall {
    return {
        .request = {"DELETE", "/leases/" + percent_encoded(*id)},
        .text =
            [](const Json &answer) {
              return text_of_left_over(left_over_of(answer), "nothing was left over\n");
            },
        .advice = {{404, "To list leases: flowctl mock lease list"}},
        .exit_code =
            [](const Json &answer) { return is_anything_left(left_over_of(answer)) ? kLeftOver : kDone; }};
  });
}

} // namespace flow::client
