#include "mock_server/option_variables.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <string_view>

namespace flow::mock {

namespace {

/// "FLOW_MOCK_PORT_FILE" of "port-file".
std::string variable_of(const std::string &option) {
  std::string name = "FLOW_MOCK_" + option;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return name;
}

std::string value_of(const std::string &variable) {
  const char *value = std::getenv(variable.c_str()); // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? "" : value;
}

/// The lines that are not empty, without the line breaks of any system.
std::vector<std::string> lines_of(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    if (!line.empty()) {
      lines.push_back(line);
    }
  }
  return lines;
}

/// Whether a message is about that option, and not about one whose name begins likewise.
bool is_about(std::string_view message, const std::string &option) {
  const std::size_t at = message.find(option);
  const std::size_t behind = at + option.size();
  return at != std::string_view::npos &&
         (behind == message.size() ||
          (message[behind] != '-' && std::isalpha(static_cast<unsigned char>(message[behind])) == 0));
}

} // namespace

OptionVariables::OptionVariables(const CLI::App &app, const std::vector<std::string> &words) {
  for (const CLI::Option *option : app.get_options()) {
    if (option->get_lnames().empty() || option == app.get_help_ptr() || option == app.get_version_ptr()) {
      continue;
    }
    const std::string name = "--" + option->get_lnames().front();
    const bool is_among_words = std::any_of(words.begin(), words.end(), [&](const std::string &word) {
      return word == name || word.starts_with(name + "=");
    });
    if (!is_among_words) {
      take(*option, name);
    }
  }
}

void OptionVariables::take(const CLI::Option &option, const std::string &name) {
  constexpr std::string_view kOfKubernetes = "tcp://";
  const std::string variable = variable_of(name.substr(2));
  const std::vector<std::string> lines = lines_of(value_of(variable));
  if (lines.empty()) {
    return;
  }
  if (variable == "FLOW_MOCK_PORT" && lines.front().starts_with(kOfKubernetes)) {
    ignored_ = variable + "=" + lines.front() +
               " is ignored: Kubernetes sets it where a service is named flow-mock; use --port";
    return;
  }
  given_.push_back({name, variable});
  if (option.get_items_expected_max() > 0) {
    for (const std::string &line : lines) { // of an option that takes one value, CLI11 refuses a second one
      words_.push_back(name + "=" + line);
    }
  } else if (lines.front() == "true" && lines.size() == 1) {
    words_.push_back(name);
  } else if (lines.front() != "false" || lines.size() > 1) {
    throw CLI::ValidationError(name, variable + " in the environment is neither true nor false");
  }
}

std::string OptionVariables::behind(const CLI::ParseError &error) const {
  const auto given = std::find_if(given_.begin(), given_.end(),
                                  [&](const Given &each) { return is_about(error.what(), each.option); });
  return given == given_.end() ? ""
                               : given->option + " is given by " + given->variable + " in the environment";
}

} // namespace flow::mock
