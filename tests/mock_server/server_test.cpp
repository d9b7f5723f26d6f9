#include <flow_mock/server.hpp>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/http_server_fixture.hpp"

/// The mock inside a program.
namespace flow_mock {
namespace {

using flow::mock::test::Folder;
using flow::mock::test::kFailed;
using flow::mock::test::kGoodGet;
using flow::mock::test::kGoodRetry;
using flow::mock::test::kHeaders;
using flow::mock::test::kRuns;
using flow::mock::test::kZeroRecords;
using flow::mock::test::RawClient;
using nlohmann::json;

const SandboxName kSandbox = {.organisation = "{ORG_ID}", .sandbox = "{SANDBOX_NAME}"};

int status_of(const Server &server, const std::string &request) {
  RawClient client(server.port());
  client.send(request);
  return client.answer().status;
}

/// Why settings cannot be used.
std::string refusal_of(const Settings &settings) {
  try {
    const Server server(settings);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

TEST(Server, ByDefaultTakesAFreePortOnLoopback) {
  Server server;
  EXPECT_EQ(server.url(), "");
  EXPECT_EQ(server.port(), 0);
  server.start();
  EXPECT_NE(server.port(), 0);
  EXPECT_EQ(server.url(), "http://127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(server.https_url(), "");
  EXPECT_EQ(status_of(server, kGoodGet), 200);
}

TEST(Server, SeveralServeSideBySide) {
  Server one;
  Server other;
  one.start();
  other.start();
  EXPECT_NE(one.port(), other.port());
  EXPECT_EQ(status_of(one, kGoodRetry), 200);
  EXPECT_EQ(one.sandboxes(), std::vector{kSandbox});
  EXPECT_TRUE(other.sandboxes().empty());
}

TEST(Server, ServesNobodyOnceItHasStopped) {
  Server server;
  server.start();
  EXPECT_TRUE(server.stop());
  EXPECT_TRUE(server.stop()) << "a second time";
  EXPECT_THROW(status_of(server, kGoodGet), std::runtime_error);
}

TEST(Server, TellsWhichRequestsItHasSeen) {
  Server server;
  server.start();
  status_of(server, kGoodGet);
  status_of(server, kGoodRetry);
  status_of(server, "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto all = server.journal();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_LT(all[0].number, all[1].number);
  EXPECT_EQ(all[2].sandbox, SandboxName());
  const auto retries = server.journal({.sandbox = kSandbox, .operation = "retry_run", .status = 200});
  ASSERT_EQ(retries.size(), 1U);
  const SeenRequest &retry = retries.front();
  EXPECT_EQ(retry.method, "POST");
  EXPECT_EQ(retry.run, kZeroRecords);
  EXPECT_EQ(json::parse(retry.answer)["id"], retry.made_run);
  EXPECT_EQ(retry.sandbox, kSandbox);
  EXPECT_FALSE(retry.violated);
  EXPECT_NE(std::find(retry.clauses.begin(), retry.clauses.end(), "retry/answer/shape"), retry.clauses.end())
      << testing::PrintToString(retry.clauses);
  EXPECT_NE(retry.headers.find("x-gw-ims-org-id: {ORG_ID}\n"), std::string::npos) << retry.headers;
  EXPECT_TRUE(server.journal({.sandbox = SandboxName{.organisation = "o", .sandbox = "s"}}).empty());
  EXPECT_EQ(server.journal({.violated = true}).size(), server.violations());
}

TEST(Server, TellsHowTheApplicationBrokeTheContract) {
  Server server;
  server.start();
  EXPECT_EQ(server.violations_text(), "");
  status_of(server,
            "POST " + kRuns + std::string(kFailed) + "/action?op=restart HTTP/1.1\r\n" + kHeaders + "\r\n");
  EXPECT_EQ(server.violations(), 1U);
  EXPECT_NE(server.violations_text().find("op="), std::string::npos) << server.violations_text();
  EXPECT_GT(json::parse(server.coverage())["exercised"], 0);
}

TEST(Server, WhatWasExpectedAndDidNotComeIsAViolationAtTheEnd) {
  Server server;
  server.start();
  const ControlAnswer expected =
      server.control("POST", "/sandboxes/o/s/expectations", R"({"clauses":["retry/op/missing"]})");
  ASSERT_EQ(expected.status / 100, 2) << expected.body;
  EXPECT_EQ(server.violations(), 0U);
  server.stop();
  EXPECT_EQ(server.violations(), 1U);
}

TEST(Server, IsControlledWithoutASocketWhoeverElseMayDoSo) {
  Server server({.host = "0.0.0.0"}); // which turns the control API off for others
  server.start();
  EXPECT_EQ(status_of(server, "GET /__admin/clock HTTP/1.1\r\nHost: localhost\r\n\r\n"), 403);
  EXPECT_EQ(server.control("PUT", "/clock", R"({"nowMs":4102444800000,"frozen":true})").status, 200);
  EXPECT_EQ(json::parse(server.control("GET", "/clock").body)["nowMs"], 4102444800000);
  EXPECT_EQ(server.control("GET", "/nothing").status, 404);
}

TEST(Server, ASettingThatCannotBeUsedIsNamed) {
  const Folder folder;
  const std::string missing = folder.file("missing");
  EXPECT_NE(refusal_of({.seed_files = {missing}}).find(missing), std::string::npos);
  EXPECT_NE(refusal_of({.ca_file = missing}).find("--ca-file"), std::string::npos);
  EXPECT_NE(refusal_of({.readings = {"op=nonsense"}}).find("--reading"), std::string::npos);
  EXPECT_NE(refusal_of({.strict = true}).find("--strict"), std::string::npos);
  EXPECT_NE(refusal_of({.limits = {.runs = 1}}).find("--max-runs"), std::string::npos);
  EXPECT_NE(refusal_of({.https = {.port = 0}}).find("--tls-auto"), std::string::npos);
  EXPECT_NE(refusal_of({.https = {.folder = missing}}).find("--https-port"), std::string::npos);
  EXPECT_NE(refusal_of({.https = {.port = 0, .certificate_file = missing}}).find("--tls-key"),
            std::string::npos);
  EXPECT_NE(refusal_of({.https = {.port = 0, .folder = missing, .names = {"not a name"}}}).find("not a name"),
            std::string::npos);
}

TEST(Server, AKeyOfTokensHasThirtyTwoBytesToFourThousand) {
  const Folder folder;
  const std::string file = folder.file("key");
  const auto refusal_with = [&](const std::string &bytes) {
    std::ofstream(file) << bytes;
    return refusal_of({.token_key_file = file});
  };
  for (const std::string &few : {std::string(), std::string(31, 'k'), std::string(31, 'k') + "\n\n"}) {
    EXPECT_NE(
        refusal_with(few).find("fewer than 32 bytes, white space at its end aside; make one with: head"),
        std::string::npos)
        << few;
  }
  EXPECT_NE(refusal_with(std::string(4097, 'k')).find("larger than 4096 bytes"), std::string::npos);
  for (const std::size_t enough : {32, 4096}) {
    std::ofstream(file) << std::string(enough, 'k');
    EXPECT_NO_THROW(Server({.token_key_file = file})) << enough;
  }
}

TEST(Server, AKeyOfTokensThatCannotBeReadIsRefusedWithTheReason) {
  const Folder folder;
  const std::string missing = folder.file("missing");
  EXPECT_EQ(refusal_of({.token_key_file = missing}),
            "--token-key-file: the file " + missing +
                " cannot be read: No such file or directory; make one " +
                "with: head -c 32 /dev/urandom | base64 > " + missing);
  EXPECT_NE(refusal_of({.token_key_file = folder.file("")}).find("Is a directory"), std::string::npos);
  const std::string endless = refusal_of({.token_key_file = "/dev/zero"});
  EXPECT_TRUE(endless.ends_with("base64 > another-file"))
      << "what is there is not to be replaced: " << endless;
}

TEST(Server, AKeyOfTokensMayComeThroughAPipe) {
  const Folder folder;
  const std::string fifo = folder.file("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(fifo) << std::string(44, 'k') << '\n'; });
  EXPECT_NO_THROW(Server({.token_key_file = fifo}));
  writer.join();
}

TEST(Server, ASeedMayComeThroughAPipe) {
  const Folder folder;
  const std::string fifo = folder.file("fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(fifo) << R"({"flows":[],"runs":[]})"; });
  EXPECT_NO_THROW(Server({.seed_files = {fifo}}));
  writer.join();
}

TEST(Server, AStoreThatIsNoneIsNamedAndTheSettingsSayWhichItIs) {
  EXPECT_NE(refusal_of({.store = "redis:x"}).find("'redis:x' is none of memory, sqlite:FILE and postgresql"),
            std::string::npos);
  for (const char *none : {"sqlite:", "sqlite::memory:"}) {
    EXPECT_NE(refusal_of({.store = none}).find("needs the name of a file"), std::string::npos) << none;
  }
  const Folder folder;
  Server lasting({.store = "sqlite:" + folder.file("store.db")});
  EXPECT_NE(lasting.control("GET", "/settings").body.find(R"("store":"sqlite")"), std::string::npos);
  Server forgetful;
  EXPECT_NE(forgetful.control("GET", "/settings").body.find(R"("store":"memory")"), std::string::npos);
}

TEST(Server, AnAddressThatItCannotListenOnIsNamed) {
  Server first;
  first.start();
  Server second({.port = first.port()});
  try {
    second.start();
    FAIL() << "two servers on one port";
  } catch (const Error &error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(first.port())), std::string::npos)
        << error.what();
  }
}

TEST(Server, LogsTheLeastThatIsAskedFor) {
  for (const auto &[level, lines_of_a_request] : {std::pair(LogLevel::info, 1U), {LogLevel::warn, 0U}}) {
    std::mutex mutex;
    std::vector<std::string> lines;
    Server server({.log =
                       [&](LogLevel, std::string_view line) {
                         const std::lock_guard lock(mutex);
                         lines.emplace_back(line);
                       },
                   .log_level = level});
    server.start();
    status_of(server, kGoodGet);
    server.stop();
    const std::lock_guard lock(mutex);
    EXPECT_EQ(lines.size(), lines_of_a_request) << testing::PrintToString(lines);
  }
}

} // namespace
} // namespace flow_mock
