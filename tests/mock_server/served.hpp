#pragma once

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/raw_client.hpp"

/// What the tests of the program share that ask it for something and stop it.
namespace flow::mock::test {

inline const std::string kRetry =
    "/data/foundation/flowservice/runs/4fb0418e-1804-45d6-8d56-dd51f05c0baf/action";

/// A flow-mock that serves, as a program.
struct Served {
  explicit Served(std::vector<std::string> options)
      : process([&] {
          options.insert(options.end(), {"--quiet", "--port", "0"});
          return options;
        }()) {
    const std::string line = process.first_line();
    port = std::stoi(line.substr(line.rfind(':') + 1));
  }

  Answer answer(const std::string &method, const std::string &target, const std::string &body = "",
                const std::string &sandbox = "s") const {
    RawClient client(port);
    client.send(method + " " + target +
                " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nx-api-key: k\r\n"
                "x-gw-ims-org-id: o\r\nx-sandbox-name: " +
                sandbox + "\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.answer();
  }
  int ask(const std::string &method, const std::string &target, const std::string &body = "") const {
    return answer(method, target, body).status;
  }
  int stop() {
    process.signal(SIGTERM);
    return process.exit_code();
  }
  bool said(std::string_view words) const { return process.error_text().find(words) != std::string::npos; }

  ChildProcess process;
  int port = 0;
};

} // namespace flow::mock::test
