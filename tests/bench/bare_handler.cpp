#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include <httplib.h>
#include <nlohmann/json.hpp>

/// The ceiling that the mock is measured against: cpp-httplib, and a handler that knows its bytes beforehand.
/// usage: bare-handler PORT ANSWERS [--unrouted]
/// ANSWERS is a file: {"GET": {"headers": {…}, "body": "…"}, "POST": …}. It listens on 127.0.0.1.
/// --unrouted answers before httplib matches the path with its regular expressions.
namespace {

constexpr std::size_t kThreads =
    256; // as many as there are connections: each holds one while it is kept alive
constexpr int kBacklog = 1024;
constexpr std::size_t kRequestsPerConnection = 1'000'000'000;
constexpr const char *kRun = "/data/foundation/flowservice/runs/([^/]+)";
constexpr const char *kAction = "/data/foundation/flowservice/runs/([^/]+)/action";

struct Answer {
  httplib::Headers headers;
  std::string body;

  void send(httplib::Response &sent) const {
    for (const auto &[name, value] : headers) {
      sent.set_header(name, value);
    }
    sent.set_content(body, "application/json");
  }
};

Answer read_answer(const nlohmann::json &json) {
  Answer answer{.headers = {}, .body = json.at("body")};
  for (const auto &[name, value] : json.at("headers").items()) {
    answer.headers.emplace(name, value.get<std::string>());
  }
  return answer;
}

void route(httplib::Server &server, const Answer &run, const Answer &retried) {
  server.Get(kRun, [&](const httplib::Request &, httplib::Response &sent) { run.send(sent); });
  // With a reader, as otherwise an old httplib waits for a body that nobody announced.
  server.Post(kAction, [&](const httplib::Request &, httplib::Response &sent,
                           const httplib::ContentReader &) { retried.send(sent); });
}

void answer_unrouted(httplib::Server &server, const Answer &run, const Answer &retried) {
  server.set_pre_routing_handler([&](const httplib::Request &received, httplib::Response &sent) {
    (received.method == "GET" ? run : retried).send(sent);
    return httplib::Server::HandlerResponse::Handled;
  });
}

int serve(int port, const char *answers_file, bool unrouted) {
  const auto answers = nlohmann::json::parse(std::ifstream(answers_file));
  const Answer run = read_answer(answers.at("GET"));
  const Answer retried = read_answer(answers.at("POST"));
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_max_count(kRequestsPerConnection);
  server.set_tcp_nodelay(true);
  int listening = -1;
  server.set_socket_options([&](auto socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    listening = socket;
  });
  unrouted ? answer_unrouted(server, run, retried) : route(server, run, retried);
  if (!server.bind_to_port("127.0.0.1", port)) {
    std::cerr << "bare-handler: cannot listen on port " << port << "; choose a free one\n";
    return EXIT_FAILURE;
  }
  // An old httplib's backlog of 5 would let many clients that connect at once wait for a second.
  ::listen(listening, kBacklog);
  return server.listen_after_bind() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char **argv) {
  const bool unrouted = argc == 4 && std::string_view(argv[3]) == "--unrouted";
  if (argc != 3 && !unrouted) {
    std::cerr << "usage: bare-handler PORT ANSWERS [--unrouted]\n";
    return 2;
  }
  try {
    return serve(std::atoi(argv[1]), argv[2], unrouted);
  } catch (const std::exception &error) {
    std::cerr << "bare-handler: " << argv[2] << ": " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
