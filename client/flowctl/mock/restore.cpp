#include <memory>
#include <stdexcept>

#include "client/flowctl/mock/answer_text.hpp"
#include "client/flowctl/mock/mock.hpp"
#include "common/printable.hpp"
#include "common/whole_file.hpp"

namespace flow::client {

void add_mock_restore(CLI::App &mock, Session &session) {
  CLI::App &command =
      add_mock_command(mock, "restore", "Replace the contents of a sandbox by those of a seed file");
  const auto file = std::make_shared<std::string>();
  command.add_option("FILE", *file, "A snapshot, or any seed file")->required()->type_name("");
  on_mock_call(command, session, [file](const MockSettings &mock) -> MockCall {
    const std::string seed = read_whole(*file);
    if (seed.empty()) {
      throw std::invalid_argument("the file " + *file + " is empty; a seed file is JSON");
    }
    return {
        {"POST", sandbox_path(mock, "/restore"), seed},
        [name = name_of_sandbox(mock), file](const Json &summary) {
          return printable(name + " is restored from " + *file + ": " + contents_of(summary)) + "\n";
        },
        {{400, "The place is in the file; the sandbox is unchanged."},
         {413, "The control API accepts 1 MiB at most; start a mock with the file: flow-mock --seed FILE"}}};
  });
}

} // namespace flow::client
