#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <flow_client/transport.hpp>

#include "tests/mock_server/child_process.hpp"

/// flow-mock with HTTPS, as its users start it.
namespace flow::mock {
namespace {

using test::ChildProcess;
using test::Folder;

/// How it ends when it cannot start; "" where it could.
std::string refusal_of(std::vector<std::string> options) {
  options.insert(options.end(), {"--port", "0"});
  ChildProcess process(options);
  if (!process.first_line().empty()) {
    return "";
  }
  EXPECT_EQ(process.exit_code(), 2);
  return process.error_text();
}

auto answer_over(const std::string &url, const std::string &ca_file, const std::string &method,
                 const std::string &target) {
  constexpr std::chrono::seconds kPatience{20};
  return client::http_transport(url, ca_file)
      ->send({.method = method,
              .target = target,
              .headers = {},
              .body = "",
              .connect_timeout = kPatience,
              .read_timeout = kPatience,
              .idempotent = true});
}

int status_over(const std::string &url, const std::string &ca_file) {
  return answer_over(url, ca_file, "GET", "/__admin/health/ready").status;
}

TEST(FlowMockHttps, SaysWhereAndIsTrustedByItsAuthority) {
  const Folder folder;
  ChildProcess mock({"--port", "0", "--port-file", folder.file("port"), "--https-port", "0",
                     "--https-port-file", folder.file("https-port"), "--tls-auto", folder.file("tls"),
                     "--quiet"});
  const std::string http = mock.first_line();
  const std::string https = mock.next_line();
  const std::string number = https.substr(https.rfind(':') + 1);
  EXPECT_EQ(status_over("https://localhost:" + number, folder.file("tls/ca.pem")), 200);
  EXPECT_EQ(status_over("http://localhost:" + http.substr(http.rfind(':') + 1), ""), 200);
  const std::string lease =
      answer_over("https://localhost:" + number, folder.file("tls/ca.pem"), "POST", "/__admin/leases").body;
  EXPECT_NE(lease.find("\"url\":\"https://localhost:" + number + "\""), std::string::npos) << lease;
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
  EXPECT_EQ(mock.output(), http + "\nflow-mock listening on https://127.0.0.1:" + number + "\n");
  EXPECT_EQ(Folder::read(folder.file("https-port")), number + "\n");
  EXPECT_EQ(http + "\n", "flow-mock listening on http://127.0.0.1:" + Folder::read(folder.file("port")));
}

TEST(FlowMockHttps, SaysHowToTrustItsAuthority) {
  const Folder folder;
  ChildProcess mock({"--port", "0", "--https-port", "0", "--tls-auto", folder.file("tls")});
  mock.first_line();
  mock.signal(SIGTERM);
  EXPECT_EQ(mock.exit_code(), 0);
  const std::string file = folder.file("tls/ca.pem");
  for (const std::string &words :
       {"curl --cacert " + file, "REQUESTS_CA_BUNDLE=" + file, "NODE_EXTRA_CA_CERTS=" + file,
        std::string("keytool -importcert"), std::string("update-ca-certificates"),
        std::string("--resolve platform.adobe.io:"), std::string("/etc/hosts")}) {
    EXPECT_NE(mock.output().find(words), std::string::npos) << words << "\n" << mock.output();
  }
}

TEST(FlowMockHttps, ServesWithTheCertificateOfTwoFiles) {
  const Folder folder;
  { // the files of another mock serve as well as any
    ChildProcess first({"--port", "0", "--https-port", "0", "--tls-auto", folder.file("tls"), "--quiet"});
    ASSERT_NE(first.first_line(), "");
  }
  ChildProcess mock({"--port", "0", "--https-port", "0", "--tls-cert", folder.file("tls/server.pem"),
                     "--tls-key", folder.file("tls/server-key.pem")});
  mock.first_line();
  const std::string line = mock.next_line();
  EXPECT_EQ(status_over(line.substr(line.find("https://")), folder.file("tls/ca.pem")), 200);
}

TEST(FlowMockHttps, OptionsThatLackOrContradictEachOtherAreRefused) {
  const Folder folder;
  const std::string file = folder.write("file.pem", "nonsense");
  struct Case {
    std::vector<std::string> options;
    std::string says;
  };
  for (const Case &each : std::vector<Case>{
           {{"--https-port", "0"}, "--https-port needs a certificate: --tls-auto FOLDER makes one"},
           {{"--tls-auto", folder.file("tls")}, "--https-port is missing"},
           {{"--https-port-file", folder.file("port")}, "--https-port-file: needs --https-port"},
           {{"--https-port", "0", "--tls-cert", file}, "--tls-key is missing"},
           {{"--https-port", "0", "--tls-key", file}, "--tls-cert is missing"},
           {{"--https-port", "0", "--tls-auto", folder.file("tls"), "--tls-cert", file, "--tls-key", file},
            "not both"},
           {{"--https-port", "0", "--tls-cert", file, "--tls-key", file, "--tls-name", "mock"},
            "--tls-name is for certificates that --tls-auto makes"},
           {{"--https-port", "0", "--tls-auto", folder.file("tls"), "--tls-name", "a b"},
            "'a b' is neither a host name nor an address"},
           {{"--https-port", "0", "--tls-auto", file}, "--tls-auto " + file + ": "},
           {{"--https-port", "0", "--tls-auto", file + "/below"}, "cannot be made"},
           {{"--https-port", "0", "--tls-cert", folder.file("none"), "--tls-key", file},
            folder.file("none") + " cannot be read"},
           {{"--https-port", "0", "--tls-cert", file, "--tls-key", file},
            "--tls-cert " + file + " with --tls-key " + file + ": the certificate cannot be used"},
           {{"--https-port", "0", "--tls-auto", folder.file("tls"), "--https-port-file",
             folder.file("no/such")},
            "--https-port-file: "},
       }) {
    const std::string error = refusal_of(each.options);
    EXPECT_NE(error.find(each.says), std::string::npos) << each.says << "\n" << error;
  }
}

TEST(FlowMockHttps, APortThatIsTakenIsSaidSo) {
  const Folder folder;
  ChildProcess first({"--port", "0"});
  const std::string line = first.first_line();
  const std::string error =
      refusal_of({"--https-port", line.substr(line.rfind(':') + 1), "--tls-auto", folder.file("tls")});
  EXPECT_NE(error.find("choose another --host or --https-port"), std::string::npos) << error;
}

} // namespace
} // namespace flow::mock
