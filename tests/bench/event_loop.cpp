#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <pthread.h>

#include <nlohmann/json.hpp>

#include "mock_server/http/http_server.hpp"

/// The ceiling of flow-mock's design: its network layer, and a handler that knows its bytes beforehand.
/// usage: event-loop PORT ANSWERS
/// ANSWERS is a file, as bare-handler reads it. It listens on 127.0.0.1.
namespace {

flow::mock::Response read_answer(const nlohmann::json &json) {
  flow::mock::Response answer{.status = 200, .headers = {}, .body = json.at("body")};
  for (const auto &[name, value] : json.at("headers").items()) {
    answer.headers.emplace_back(name, value.get<std::string>());
  }
  return answer;
}

int serve(int port, const char *answers_file) {
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  const auto answers = nlohmann::json::parse(std::ifstream(answers_file));
  const flow::mock::Response run = read_answer(answers.at("GET"));
  const flow::mock::Response retried = read_answer(answers.at("POST"));
  flow::mock::HttpServer server(
      [&](const flow::mock::Request &request) { return request.method == "GET" ? run : retried; });
  server.start("127.0.0.1", port);
  int received = 0;
  sigwait(&stop_signals, &received);
  return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: event-loop PORT ANSWERS\n";
    return 2;
  }
  try {
    return serve(std::atoi(argv[1]), argv[2]);
  } catch (const std::exception &error) {
    std::cerr << "event-loop: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
