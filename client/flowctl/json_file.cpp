#include "client/flowctl/json_file.hpp"

#include <iostream>
#include <iterator>
#include <stdexcept>

#include "common/json_text.hpp"
#include "common/whole_file.hpp"

namespace flow::client {

CLI::Option *add_json_file(CLI::App &command, std::string &file, const char *what) {
  return command.add_option("-f,--file", file, std::string(what) + ", JSON; -: standard input")
      ->type_name("FILE");
}

std::string json_of_file(const std::string &file) {
  const bool is_standard_input = file == "-";
  std::string text =
      is_standard_input ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : read_whole(file);
  const auto read = read_json(text);
  if (const auto *problem = std::get_if<JsonProblem>(&read)) {
    throw std::invalid_argument((is_standard_input ? "standard input" : file) + " " + problem->what);
  }
  return text;
}

} // namespace flow::client
