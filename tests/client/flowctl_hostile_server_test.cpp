#include "common/printable.hpp"
#include "tests/client/flowctl_fixture.hpp"
#include "tests/client/raw_server.hpp"

/// What flowctl prints of a server that wants more than to be read.
namespace flow::client {

namespace {

constexpr const char *kHostile = "\x1b]0;x\x07\x7f\u009b31m\u202e\u2066\u061c\U000e0041\ufeff\r\n";

/// Whether a terminal shows all of it, and obeys none of it.
void expect_printable(const Ended &ended) {
  EXPECT_EQ(printable_lines(ended.out), ended.out);
  EXPECT_EQ(printable_lines(ended.err), ended.err);
}

/// A document with something of a hostile text at each place that any command reads.
json hostile_document() {
  const json text = kHostile;
  json document = {{"id", text},      {"flowId", text}, {"etag", text},   {"name", text},
                   {"state", text},   {"now", text},    {"status", text}, {"url", text},
                   {"code", text},    {"runId", text},  {"type", text},   {"at", text},
                   {"method", text},  {"path", text},   {"target", text}, {"clause", text},
                   {"place", text},   {"mend", text},   {"title", text},  {"operation", text},
                   {"run", text},     {"error", text},  {"fault", text},  {"organisation", text},
                   {"sandbox", text}, {kHostile, text}};
  document["retries"] = {text, {{"outcome", text}}};
  document["attributes"] = {{kHostile, text}};
  document["match"] = {{"method", text}, {"path", text}, {"headers", {{kHostile, text}}}};
  document["clauses"] = {{{"id", text}, {"title", text}, {"violated", true}}};
  document["metrics"] = {
      {"statusSummary", {{"status", text}, {"errors", {{{"code", text}, {"message", text}}}}}},
      {"durationSummary", {{"startedAtUTC", 1}}}};
  document["scheduleParams"] = {{"frequency", text}};
  document["flowSpec"] = {{"id", text}, {"version", text}};
  document["attempts"] = {{{"status", text}, {"error", text}}};
  const json entry = document;
  for (const char *list : {"items", "requests", "faults", "violations", "events", "runs", "flows", "outcomes",
                           "inProgress", "leases", "left", "retries"}) {
    document[list] = {entry};
  }
  return document;
}

const std::vector<Arguments> kCommands{{"get", "r"},
                                       {"list"},
                                       {"list", "--all"},
                                       {"flows"},
                                       {"flow", "f"},
                                       {"retry", "r"},
                                       {"retry", "--all-failed", "--dry-run"},
                                       {"retry", "--all-failed"},
                                       {"wait", "--timeout", "0", "r"},
                                       {"mock", "state", "r"},
                                       {"mock", "script", "r"},
                                       {"mock", "clock"},
                                       {"mock", "fault", "list"},
                                       {"mock", "fault", "add", "hang"},
                                       {"mock", "journal"},
                                       {"mock", "journal", "--any-sandbox"},
                                       {"mock", "journal", "--count"},
                                       {"mock", "violations"},
                                       {"mock", "coverage"},
                                       {"mock", "snapshot"},
                                       {"mock", "webhook"},
                                       {"mock", "events"},
                                       {"mock", "health"},
                                       {"mock", "settings"},
                                       {"mock", "run", "list"},
                                       {"mock", "run", "only", "r"},
                                       {"mock", "flow", "put", "f"},
                                       {"mock", "await"},
                                       {"mock", "unused"},
                                       {"mock", "lineage", "r"},
                                       {"mock", "lease", "list"},
                                       {"mock", "lease", "end", "l"}};

TEST_F(Flowctl, HiddenCharactersOfAnAnswerAreSpelledOut) {
  answer = [body = hostile_document().dump()] {
    return mock::Response{.status = 200, .headers = {}, .body = body};
  };
  for (const Arguments &command : kCommands) {
    SCOPED_TRACE(testing::PrintToString(command));
    expect_printable(run(command));
    Arguments as_json = command;
    as_json.insert(as_json.begin(), "--json");
    const Ended ended = run(as_json);
    expect_printable(ended);
    EXPECT_FALSE(json::parse(ended.out.empty() ? ended.err : ended.out, nullptr, false).is_discarded());
  }
}

TEST_F(Flowctl, ALeaseIsNothingButAssignmentsToAShell) {
  const std::string text = "a'; touch evil; '$(touch evil)`touch evil`\n\\";
  answer = [&] {
    return answered(201, json{{"id", text},
                              {"url", text},
                              {"token", text},
                              {"apiKey", text},
                              {"sandbox", text},
                              {"organisation", text}}
                             .dump());
  };
  const Ended ended = run({"mock", "lease"});
  EXPECT_EQ(ended.code, 0);
  const std::string script = write_file("script", ended.out + "printf %s \"$FLOW_TOKEN\"");
  const Ended evaluated =
      run_program({"/bin/sh", "-c", "cd \"$1\" && . ./script", "sh", folder}, environment, folder);
  EXPECT_EQ(evaluated.out, "a'; touch evil; '$(touch evil)`touch evil`\\u{a}\\");
  EXPECT_FALSE(std::filesystem::exists(folder + "/evil"));
}

TEST_F(Flowctl, HiddenCharactersOfARunAreTold) {
  answer = [] {
    return mock::Response{
        .status = 200, .headers = {}, .body = R"({"items":[{"id":"\u001b]0;x\u0007","flowId":"a\nb"}]})"};
  };
  EXPECT_THAT(run({"get", kFailed}).out,
              testing::StartsWith("run       \\u{1b}]0;x\\u{7}\nflow      a\\u{a}b\n"));
}

TEST_F(Flowctl, JsonWithHiddenCharactersIsTheServersDocument) {
  const json item = {{"id", kHostile}, {"flowId", "f"}, {kHostile, 1}};
  answer = [body = json{{"items", {item}}}.dump()] {
    return mock::Response{.status = 200, .headers = {}, .body = body};
  };
  EXPECT_EQ(json::parse(run({"--json", "get", kFailed}).out), item);
  const json event = {{"events", {{{"id", kHostile}}}}};
  answer = [body = event.dump()] { return mock::Response{.status = 200, .headers = {}, .body = body}; };
  EXPECT_EQ(json::parse(run({"--json", "mock", "events"}).out), event);
}

TEST_F(Flowctl, HiddenCharactersOfAnErrorAreSpelledOut) {
  const json text = kHostile;
  const std::vector<std::string> bodies{
      kHostile,
      std::string("\x9b\xff\xe2\x80") + kHostile,
      json{{"error_code", text}, {"message", text}}.dump(),
      json{{"error", text}, {"error_description", text}}.dump(),
      json{{"type", "x/" + std::string(kHostile) + "1"}, {"title", text}, {"detail", text}}.dump(),
      json{{"errors", {{{"title", text}, {"source", {{"pointer", text}}}, {"detail", text}}}}}.dump()};
  for (const std::string &body : bodies) {
    for (const int status : {200, 400}) {
      answer = [=] { return mock::Response{.status = status, .headers = {}, .body = body}; };
      for (const Arguments &command : {Arguments{"get", "r"}, {"mock", "events"}, {"--json", "get", "r"}}) {
        SCOPED_TRACE(testing::PrintToString(command) + std::to_string(status));
        expect_printable(run(command));
      }
    }
  }
}

TEST_F(Flowctl, HiddenCharactersOfAnswersHeadAreSpelledOut) {
  for (const char *head : {"HTTP/1.1 400 \x1b[31mno\u202e\r\nx-request-id: \x1b[31m\u202e\x9b\r\n",
                           "HTTP/1.1 404 x\r\nx-request-id: a\x7f\x01\r\n", "\x1b[31m\u202e",
                           "HTTP/1.1 302 x\r\nLocation: \u202e\x9b\r\n"}) {
    RawServer server([=](int connection) {
      read_head(connection);
      write_all(connection, std::string(head) + "Content-Length: 2\r\nConnection: close\r\n\r\n{}");
    });
    for (const Arguments &command : {Arguments{"get", "r"}, {"retry", "r"}, {"--json", "get", "r"}}) {
      Arguments all{"--base-url", server.url()};
      all.insert(all.end(), command.begin(), command.end());
      const Ended ended = run_bare(all);
      EXPECT_GT(ended.code, 0);
      expect_printable(ended);
    }
  }
}

} // namespace

} // namespace flow::client
