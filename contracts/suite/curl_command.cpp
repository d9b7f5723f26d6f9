#include "contracts/suite/curl_command.hpp"

namespace flow::contract {

namespace {

/// In single quotes, so that the shell leaves it alone; only the secret stands outside of them, as a
/// variable.
std::string quoted(std::string_view text, std::string_view secret) {
  std::string word = "'";
  while (!text.empty()) {
    if (!secret.empty() && text.starts_with(secret)) {
      word += "'\"$FLOW_TOKEN\"'";
      text.remove_prefix(secret.size());
      continue;
    }
    word += text.front() == '\'' ? std::string("'\\''") : std::string(1, text.front());
    text.remove_prefix(1);
  }
  return word + "'";
}

} // namespace

std::string curl_command(const HttpRequest &request, std::string_view secret) {
  constexpr std::string_view kNextLine = " \\\n  ";
  std::string command = "curl -i --path-as-is -X " + request.method;
  command += kNextLine;
  command += quoted(request.url, secret);
  bool typed = false;
  for (const auto &[name, value] : request.headers) {
    command += kNextLine;
    command += "-H " + quoted(value.empty() ? name + ";" : name + ": " + value, secret);
    typed = typed || name == "Content-Type";
  }
  if (request.body) {
    // Without it curl would name a form's type of content.
    command += typed ? "" : std::string(kNextLine) + "-H 'Content-Type:'";
    command += kNextLine;
    command += "--data-binary " + quoted(*request.body, secret);
  }
  return command;
}

} // namespace flow::contract
