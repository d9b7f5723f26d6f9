#include "mock_server/option_variables.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
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

/// The help says once that there are variables.
class WithoutVariables : public CLI::Formatter {
public:
  std::string make_option_opts(const CLI::Option *option) const override {
    std::string text = CLI::Formatter::make_option_opts(option);
    const std::string variable = " (" + get_label("Env") + ":" + option->get_envname() + ")";
    const std::size_t at = text.find(variable);
    return at == std::string::npos ? text : text.erase(at, variable.size());
  }
};

/// Whether a message is about that option, and not about one whose name begins likewise.
bool is_about(std::string_view message, const std::string &option) {
  const std::size_t at = message.find(option);
  const std::size_t behind = at + option.size();
  return at != std::string_view::npos &&
         (behind == message.size() ||
          (message[behind] != '-' && std::isalpha(static_cast<unsigned char>(message[behind])) == 0));
}

} // namespace

std::string let_environment_give(CLI::App &app) {
  constexpr std::string_view kOfKubernetes = "tcp://";
  std::string ignored;
  for (CLI::Option *option : app.get_options()) {
    if (option->get_lnames().empty() || option == app.get_help_ptr() || option == app.get_version_ptr()) {
      continue;
    }
    const std::string variable = variable_of(option->get_lnames().front());
    if (variable == "FLOW_MOCK_PORT" && value_of(variable).starts_with(kOfKubernetes)) {
      ignored = "FLOW_MOCK_PORT=" + value_of(variable) +
                " is ignored: Kubernetes sets it where a service is named flow-mock; use --port";
      continue;
    }
    option->envname(variable);
    if (option->get_items_expected_max() > 1) {
      option->delimiter('\n');
    }
  }
  app.formatter(std::make_shared<WithoutVariables>());
  return ignored;
}

std::string variable_behind(const CLI::App &app, const CLI::ParseError &error) {
  const std::string_view message = error.what();
  for (const CLI::Option *option : app.get_options()) {
    const std::string &variable = option->get_envname();
    // What is on the command line comes first, and is what the error is about then.
    if (!variable.empty() && !value_of(variable).empty() && is_about(message, option->get_name())) {
      return option->get_name() + " is given by " + variable + " in the environment";
    }
  }
  return "";
}

} // namespace flow::mock
