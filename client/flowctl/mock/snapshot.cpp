#include <memory>

#include "client/flowctl/mock/mock.hpp"
#include "common/printable.hpp"
#include "common/whole_file.hpp"

namespace flow::client {

namespace {

std::string text_of_seed(const Json &seed) {
  return printable_json(seed.dump(2)) + "\n";
}

/// Writes the snapshot to a file and tells what it holds.
MockCall snapshot_to_file(ControlRequest request, const std::string &file) {
  const auto written = [file](const Json &seed) -> Json {
    write_whole(file, text_of_seed(seed));
    return {{"file", file}, {"runs", at(seed, "runs").size()}, {"flows", at(seed, "flows").size()}};
  };
  return {.request = std::move(request),
          .text =
              [written](const Json &seed) {
                const Json summary = written(seed);
                return printable(text(summary["file"])) + ": " + summary["runs"].dump() + " runs, " +
                       summary["flows"].dump() + " flows; flow-mock --seed reads it, too\n";
              },
          .json =
              [written](const Json &seed) {
                return printable_json(written(seed).dump(-1, ' ', false, Json::error_handler_t::replace)) +
                       "\n";
              }};
}

} // namespace

void add_mock_snapshot(CLI::App &mock, Session &session) {
  CLI::App &command =
      add_mock_command(mock, "snapshot", "Write a sandbox as a seed file, as flow-mock --seed reads it");
  const auto file = std::make_shared<std::string>();
  command.add_option("FILE", *file, "File to write; standard output if not given")->type_name("");
  on_mock_call(command, session, [file](const MockSettings &mock) -> MockCall {
    ControlRequest request{"GET", sandbox_path(mock, "/snapshot")};
    return file->empty() ? MockCall{request, text_of_seed} : snapshot_to_file(request, *file);
  });
}

} // namespace flow::client
