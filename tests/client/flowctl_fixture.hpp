#pragma once

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "mock_server/http/http_server.hpp"
#include "mock_server/service.hpp"
#include "tests/client/child_process.hpp"
#include "tests/client/seed_ids.hpp"

namespace flow::client {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using Arguments = std::vector<std::string>;

inline mock::Response answered(int status, const std::string &body) {
  return {.status = status, .headers = {}, .body = body};
}

/// flowctl as a child process in an environment of its own, and a server for it to talk to: the mock, unless
/// a test sets `answer`.
struct Flowctl : ::testing::Test {
  Flowctl() {
    std::string pattern = std::filesystem::temp_directory_path() / "flowctl-XXXXXX";
    folder = mkdtemp(pattern.data());
    environment["HOME"] = folder;
    for (const char *kept :
         {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH"}) {
      if (const char *value = std::getenv(kept)) {
        environment[kept] = value;
      }
    }
    base_url = "http://127.0.0.1:" + std::to_string(http.start("127.0.0.1", 0));
  }
  ~Flowctl() override { std::filesystem::remove_all(folder); }

  /// flowctl with nothing but `arguments`.
  Ended run_bare(const Arguments &arguments) {
    Arguments all{std::getenv("FLOWCTL")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_program(all, environment, folder);
  }

  /// flowctl against the server.
  Ended run(const Arguments &arguments) {
    Arguments all{"--base-url", base_url};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_bare(all);
  }

  std::string write_file(const std::string &name, const std::string &text) {
    const std::filesystem::path file = std::filesystem::path(folder) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file;
  }

  /// The value of a header in the last request.
  std::string sent(const std::string &name) {
    const std::lock_guard lock(mutex);
    const auto header = headers.find(name);
    return header == headers.end() ? "" : header->second;
  }

  mock::Response serve(const mock::Request &request) {
    const std::lock_guard lock(mutex);
    headers.clear();
    for (const auto &[name, value] : request.headers) {
      headers[std::string(name)] = value;
    }
    ++requests;
    targets.emplace_back(request.target);
    last = std::string(request.method) + " " + std::string(request.target) +
           (request.body.empty() ? "" : " " + std::string(request.body));
    const auto scripted = answer.get();
    return scripted ? scripted() : service->handle(request);
  }

  /// The targets of the requests so far.
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex);
    return targets;
  }

  /// The last request: "PUT /runs {…}".
  std::string asked_last() {
    const std::lock_guard lock(mutex);
    return last;
  }

  /// What is answered instead of the mock's own answer. Set by the test, read by the threads of the server.
  class Scripted {
  public:
    Scripted &operator=(std::function<mock::Response()> answer) {
      const std::lock_guard lock(mutex_);
      answer_ = std::move(answer);
      return *this;
    }
    std::function<mock::Response()> get() {
      const std::lock_guard lock(mutex_);
      return answer_;
    }

  private:
    std::mutex mutex_;
    std::function<mock::Response()> answer_;
  };

  std::string folder;
  std::map<std::string, std::string> environment;
  Scripted answer;
  std::atomic<int> requests = 0;
  std::string base_url;

  /// A mock with settings of the test's own.
  void serve_as(mock::Settings settings) {
    const std::lock_guard lock(mutex);
    service = std::make_unique<mock::FlowService>(std::move(settings));
  }

private:
  std::mutex mutex;
  std::vector<std::string> targets;
  std::string last;
  std::map<std::string, std::string> headers;
  std::unique_ptr<mock::FlowService> service = std::make_unique<mock::FlowService>(mock::Settings());
  mock::HttpServer http{[this](const mock::Request &request) { return serve(request); }};
};

} // namespace flow::client
