#include "contracts/model/embedded_file.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace flow::contract {

std::string_view text_of(std::span<const EmbeddedFile> files, std::string_view name) {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const EmbeddedFile &file) { return file.name == name; });
  if (found == files.end()) {
    throw std::out_of_range("the contract holds no file named " + std::string(name));
  }
  return found->text;
}

} // namespace flow::contract
