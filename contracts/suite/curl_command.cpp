#include "contracts/suite/curl_command.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/printable.hpp"
#include "contracts/suite/masked.hpp"

namespace flow::contract {

namespace {

/// Bytes that must not reach a terminal as they are, for the shell to make: "$(printf '\\033')".
std::string made_by_shell(std::string_view bytes) {
  std::string word = "'\"$(printf '";
  for (const char c : bytes) {
    std::array<char, 8> octal{};
    std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned char>(c));
    word += octal.data();
  }
  return word + "')\"'";
}

/// How many bytes at the beginning of `text` are beyond ASCII, or hidden; line feeds stay, as `printf` in a
/// command substitution would lose them.
std::size_t length_unprintable(std::string_view text) {
  const auto is_plain = [](char c) { return (c >= ' ' && c < 0x7f) || c == '\n'; };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_plain) - text.begin());
}

/// For within single quotes: the shell leaves it alone, and makes what a terminal would not show.
std::string within_quotes(std::string_view text) {
  std::string word;
  while (!text.empty()) {
    if (const std::size_t length = length_unprintable(text); length > 0) {
      const std::string_view bytes = text.substr(0, length);
      word += is_printable(bytes) ? std::string(bytes) : made_by_shell(bytes);
      text.remove_prefix(length);
      continue;
    }
    word += text.front() == '\'' ? std::string("'\\''") : std::string(1, text.front());
    text.remove_prefix(1);
  }
  return word;
}

/// In single quotes; only the secret stands outside of them, as a variable.
std::string quoted(std::string_view text, std::string_view secret) {
  std::string word = "'";
  for (std::size_t at = find_whole(text, secret); at != std::string_view::npos;
       at = find_whole(text, secret)) {
    word += within_quotes(text.substr(0, at)) + "'\"$FLOW_TOKEN\"'";
    text.remove_prefix(at + secret.size());
  }
  return word + within_quotes(text) + "'";
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
