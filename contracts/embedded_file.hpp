#pragma once

#include <span>
#include <string_view>

namespace flow::contract {

/// A data file compiled into the binary by embed.py.
struct EmbeddedFile {
  std::string_view name; ///< path relative to its folder, e.g. "clauses/retry.json"
  std::string_view text;
};

/// Every file of `contracts/` that is data: clauses, errors, examples, schemas.
std::span<const EmbeddedFile> embedded_files();

/// The text of the one of that name; throws std::out_of_range where there is none.
std::string_view embedded_text(std::string_view name);

} // namespace flow::contract
