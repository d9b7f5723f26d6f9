#include <memory>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

std::string text_of_webhook(const Json &webhook) {
  const std::string url = text(at(webhook, "url"));
  if (url.empty()) {
    return "no webhook\n";
  }
  std::string sentence = "ended runs are posted to " + url;
  if (number(at(webhook, "timeoutMs"))) {
    sentence += ", to be answered within " + duration(at(webhook, "timeoutMs"));
  }
  const Json &retry = at(webhook, "retry");
  if (at(retry, "forMs") == 0) {
    sentence += ", once";
  } else if (number(at(retry, "forMs"))) {
    sentence += "; retried after " + duration(at(retry, "firstDelayMs")) + ", doubling up to " +
                duration(at(retry, "maxDelayMs")) + ", for " + duration(at(retry, "forMs"));
  }
  return printable(sentence) + "\n";
}

} // namespace

void add_mock_webhook(CLI::App &mock, Session &session) {
  CLI::App &command =
      add_mock_command(mock, "webhook", "Show or set the URL that a sandbox posts ended runs to");
  const auto url = std::make_shared<std::string>();
  command.add_option("URL", *url, "An http or https URL, or off")->type_name("");
  on_mock_call(command, session, [url](const MockSettings &mock) -> MockCall {
    const std::string target = sandbox_path(mock, "/webhook");
    if (url->empty()) {
      return {{"GET", target}, text_of_webhook, {{404, kSetAWebhook}}};
    }
    if (*url == "off") {
      return {{"DELETE", target}, sentence("no webhook"), {{404, kSetAWebhook}}};
    }
    return {{"PUT", target, body_of({{"url", *url}})}, text_of_webhook, {{404, kSetAWebhook}}};
  });
}

} // namespace flow::client
