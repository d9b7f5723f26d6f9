#include <memory>

#include <flow_client/client.hpp>

#include "client/retry_after.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

namespace {

constexpr const char *kRun = "4fb0418e-1804-45d6-8d56-dd51f05c0baf";

/// "\xc8name: value\n…\n\nbody", the first byte giving the status.
client::Response read_answer(std::string_view text) {
  client::Response answer;
  const unsigned status = take_byte(text);
  answer.status = status < 250 ? 200 : static_cast<int>(status) + 250;
  std::string_view head = take_until(text, "\n\n");
  while (!head.empty()) {
    std::string_view line = take_until(head, "\n");
    const std::string_view name = take_until(line, ": ");
    if (name == "status") {
      answer.status = 100 + std::atoi(std::string(line).c_str()) % 500;
    }
    answer.headers.emplace_back(name, line);
  }
  answer.body = text;
  return answer;
}

/// A server that says what the bytes say, one answer behind the other, then hangs up.
struct HostileServer : client::Transport {
  explicit HostileServer(std::string_view script) : script(script) {}
  client::Response send(const client::Request & /*request*/) override {
    if (script.empty()) {
      throw client::TransportFailure("closed");
    }
    return read_answer(take_until(script, "\x1e"));
  }
  std::string_view script;
};

struct SkippingClock : client::Clock {
  Instant now() override { return Instant(passed); }
  std::chrono::system_clock::time_point today() override {
    return std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + passed;
  }
  void sleep_for(std::chrono::milliseconds time) override {
    require(time >= std::chrono::milliseconds(0), "no pause is negative");
    passed += time;
  }
  std::chrono::milliseconds passed{0};
};

void call(unsigned which, const client::Client &client) {
  client::NewRunRequest request;
  request.flow_id = kRun;
  switch (which % 7) {
  case 0:
    (void)client.get(kRun);
    return;
  case 1:
    (void)client.retry(kRun);
    return;
  case 2:
    (void)client.create(request);
    return;
  case 3:
    (void)client.get_flow(kRun);
    return;
  case 4:
    (void)client.count(client::RunQuery());
    return;
  case 5:
    for (const client::Run &run : client.runs()) {
      (void)run;
    }
    return;
  default:
    for (const client::Flow &flow : client.flows()) {
      (void)flow;
    }
    return;
  }
}

} // namespace

/// The bytes are which call to make, how tokens come, and the answers to it, apart from each other by a
/// record separator (0x1e). Whatever the server says, the call returns or throws Error.
void client_answers(std::string_view bytes) {
  (void)client::parse_retry_after(std::string(bytes), std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
  const unsigned which = take_byte(bytes);
  const auto server = std::make_shared<HostileServer>(bytes);
  const auto clock = std::make_shared<SkippingClock>();
  client::Settings settings;
  settings.base_url = "https://flow.test";
  settings.token =
      which % 2 == 0 ? client::static_token("t")
                     : client::server_to_server({.client_id = "id", .client_secret = "s", .scopes = "openid"},
                                                server, clock);
  settings.retry_policy.jitter = [] { return 1.0; };
  const client::Client client(settings, server, clock);
  try {
    call(which / 2, client);
  } catch (const client::Error &error) {
    require(std::string_view(error.what()).size() > 0, "an error says something");
  }
}

} // namespace flow::fuzz
