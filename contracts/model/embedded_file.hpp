#pragma once

#include <span>
#include <string_view>

namespace flow::contract {

/// A data file compiled into the binary by embed.py.
struct EmbeddedFile {
  std::string_view name; ///< path relative to its folder, e.g. "clauses/retry.json"
  std::string_view text;
};

/// Every file of `contracts/` that is data: clauses, examples, readings, schemas.
std::span<const EmbeddedFile> embedded_files();

namespace catalogue {

/// Those that an application needs, too: errors.json, faults.json, operations.json and resources/.
std::span<const EmbeddedFile> embedded_files();

} // namespace catalogue

} // namespace flow::contract

namespace flow::report {

/// The style sheets of contracts/report/.
std::span<const contract::EmbeddedFile> embedded_files();

} // namespace flow::report

namespace flow::contract {

/// The text of the file of that name; throws std::out_of_range where there is none.
std::string_view text_of(std::span<const EmbeddedFile> files, std::string_view name);

} // namespace flow::contract
