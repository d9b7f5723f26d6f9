#pragma once

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "common/printable.hpp"
#include "contracts/suite/report.hpp"
#include "contracts/suite/run.hpp"
#include "mock_server/http/http_server.hpp"
#include "mock_server/service.hpp"

namespace flow::contract {

struct Ended {
  int status;
  std::string output; ///< both streams
};

/// Runs flow-contract as a user would, in a shell without FLOW_ and GTEST_ variables but `variables`.
inline Ended flow_contract(const std::string &arguments, const std::string &variables = "") {
  const std::string command = "env -i " + variables + " '" FLOW_CONTRACT "' " + arguments + " 2>&1";
  FILE *pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    output.append(part.data(), size);
  }
  return {.status = WEXITSTATUS(pclose(pipe)), .output = output};
}

inline std::string text_of(const std::filesystem::path &file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

inline bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

inline std::size_t count(const std::string &text, const std::string &part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++found;
  }
  return found;
}

/// A mock to judge, and a folder of its own for files.
class FlowContract : public testing::Test {
protected:
  FlowContract() {
    port_ = server_.start("127.0.0.1", 0);
    std::string name = testing::TempDir() + "flow-contract-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~FlowContract() override { std::filesystem::remove_all(folder_); }

  std::string base_url() const { return "--base-url http://127.0.0.1:" + std::to_string(port_); }

  std::string file(const std::string &name, const std::string &text) const {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  /// From now on the server answers each retry with 500.
  void break_retries() { retry_status_ = 500; }

  /// And as it should again.
  void mend_retries() { retry_status_ = 0; }

  /// From now on the server answers each retry with this body.
  void answer_retries(const std::string &body) {
    body_ = body;
    replaces_bodies_ = true;
  }

  /// From now on it does not say that it is a flow-mock.
  void be_another_server() { is_other_ = true; }

  /// How many requests other than GET have come.
  int writes() const { return writes_; }

  std::filesystem::path folder_;

private:
  mock::Response answer(const mock::Request &request) {
    writes_ += request.method == "GET" ? 0 : 1;
    if (is_other_ && request.target.starts_with("/__admin")) {
      mock::Response nothing;
      nothing.status = 404;
      return nothing;
    }
    mock::Response response = service_.handle(request);
    if (request.method == "POST" && retry_status_ != 0) {
      response.status = retry_status_;
    }
    if (request.method == "POST" && replaces_bodies_) {
      response.body = body_;
    }
    return response;
  }

  std::atomic<int> retry_status_ = 0;
  std::atomic<bool> is_other_ = false;
  std::atomic<int> writes_ = 0;
  std::string body_; ///< set before the first request that reads it
  std::atomic<bool> replaces_bodies_ = false;
  mock::FlowService service_{mock::Settings{}};
  mock::HttpServer server_{[this](const mock::Request &request) { return answer(request); }};
  int port_ = 0;
};

} // namespace flow::contract
