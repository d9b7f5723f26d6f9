#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace flow::mock {

/// Options that the environment gives, each as FLOW_MOCK_<OPTION>: FLOW_MOCK_PORT_FILE for --port-file; true
/// for a flag; several values one a line. Not by CLI11, whose newer versions ignore a value that cannot be
/// used.
class OptionVariables {
public:
  /// Of the options of `app` that are not among the words of the command line. Throws CLI::ValidationError
  /// for a flag that is neither true nor false.
  OptionVariables(const CLI::App &app, const std::vector<std::string> &words);

  /// "--port=0", to be read before the command line's own.
  [[nodiscard]] const std::vector<std::string> &words() const { return words_; }
  /// A sentence about a variable that is not meant, or nothing: Kubernetes sets FLOW_MOCK_PORT=tcp://… where
  /// a service is named flow-mock.
  [[nodiscard]] const std::string &ignored() const { return ignored_; }
  /// Which variable an error about an option comes from, as a sentence; empty if from none.
  [[nodiscard]] std::string behind(const CLI::ParseError &error) const;

private:
  struct Given {
    std::string option, variable;
  };
  void take(const CLI::Option &option, const std::string &name);

  std::vector<Given> given_;
  std::vector<std::string> words_;
  std::string ignored_;
};

} // namespace flow::mock
