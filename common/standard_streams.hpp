#pragma once

#include <optional>
#include <string>

/// Standard input, output and error of a program.
namespace flow {

/// To be called first in main. Where a standard stream was closed by whoever started the program, writing to
/// it fails from now on; else the next file or connection that is opened would take its place, and what is
/// printed would go there. A pipe that nobody reads any more is an error of writing, not the end.
void guard_standard_streams();

/// Writes out what std::cout still holds. Why not all that was printed could be written; nothing where it
/// could.
std::optional<std::string> standard_output_problem();

/// The exit code of a program that ends with `code`, or with `on_problem` where all went well but not all of
/// its output could be written, which is then said on standard error: "flowctl: …".
int exit_code_after_output(const char *program, int code, int on_problem);

} // namespace flow
