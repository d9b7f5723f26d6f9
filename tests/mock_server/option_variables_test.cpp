#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/raw_client.hpp"

/// The options of the program flow-mock, given in the environment.
namespace flow::mock {
namespace {

using test::ChildProcess;
using test::Folder;
using test::RawClient;

/// What it says on standard error when it cannot start.
std::string refused(const std::vector<std::string> &arguments, const std::vector<std::string> &environment) {
  ChildProcess process(arguments, {}, environment);
  EXPECT_EQ(process.exit_code(), 2);
  return process.error_text();
}

TEST(OptionVariables, GiveWhatTheCommandLineDoesNot) {
  const Folder folder;
  ChildProcess process({"--host", "127.0.0.1"}, {},
                       {"FLOW_MOCK_HOST=no-such-host", "FLOW_MOCK_PORT=0",
                        "FLOW_MOCK_PORT_FILE=" + folder.file("port"), "FLOW_MOCK_STRICT=true",
                        "FLOW_MOCK_ALLOW=token=t\r\napi-key=k\n\norg=o\nsandbox=prod\n",
                        "FLOW_MOCK_ADMIN_TOKEN="});
  const std::string line = process.first_line();
  const int port = std::stoi(line.substr(line.rfind(':') + 1));
  const auto status = [&](const std::string &key) {
    RawClient client(port);
    client.send("GET /data/foundation/flowservice/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                "t\r\nx-api-key: " +
                key + "\r\nx-gw-ims-org-id: o\r\nx-sandbox-name: prod\r\n\r\n");
    return client.answer().status;
  };
  EXPECT_EQ(status("k"), 200);
  EXPECT_EQ(status("other"), 403);
  process.signal(SIGTERM);
  EXPECT_EQ(process.exit_code(), 0);
  EXPECT_EQ(Folder::read(folder.file("port")), std::to_string(port) + "\n");
}

TEST(OptionVariables, OfAValueThatCannotBeUsedAreNamed) {
  EXPECT_NE(
      refused({}, {"FLOW_MOCK_PORT=70000"}).find("--port is given by FLOW_MOCK_PORT in the environment"),
      std::string::npos);
  EXPECT_NE(refused({"--port", "0"}, {"FLOW_MOCK_ALLOW=sandbox=a\nnobody"}).find("FLOW_MOCK_ALLOW"),
            std::string::npos);
  EXPECT_NE(refused({"--port", "0"}, {"FLOW_MOCK_STRICT=perhaps"}).find("FLOW_MOCK_STRICT"),
            std::string::npos);
}

TEST(OptionVariables, AreNotToBlameForTheCommandLine) {
  EXPECT_EQ(refused({"--port", "abc"}, {"FLOW_MOCK_PORT=0"}).find("FLOW_MOCK_PORT"), std::string::npos);
  EXPECT_EQ(refused({"--port=abc"}, {"FLOW_MOCK_PORT=0"}).find("FLOW_MOCK_PORT"), std::string::npos);
  EXPECT_NE(refused({"--port-file", "p"}, {"FLOW_MOCK_PORT=1\n2"}).find("--port"), std::string::npos);
}

TEST(OptionVariables, ThatKubernetesSetsAreIgnoredWithAWarning) {
  const std::vector<std::string> of_kubernetes{"FLOW_MOCK_PORT=tcp://10.0.0.1:8080"};
  const std::string error = refused({"--host", "no-such-host"}, of_kubernetes);
  EXPECT_NE(error.find("FLOW_MOCK_PORT=tcp://10.0.0.1:8080 is ignored"), std::string::npos) << error;
  EXPECT_NE(error.find("no-such-host"), std::string::npos) << "which is why it does not start";
  ChildProcess process({"--port", "0"}, {}, of_kubernetes);
  EXPECT_NE(process.first_line(), "");
  EXPECT_EQ(process.error_text().find("FLOW_MOCK_PORT"), std::string::npos) << "the command line comes first";
}

TEST(OptionVariables, AreToldOnceByTheHelp) {
  ChildProcess process({"--help"});
  EXPECT_EQ(process.exit_code(), 0);
  EXPECT_NE(process.output().find("FLOW_MOCK_<OPTION>"), std::string::npos);
  EXPECT_EQ(process.output().find("Env:"), std::string::npos);
}

} // namespace
} // namespace flow::mock
