#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace flow::mock {

/// A part of a text that is not kept.
struct HiddenPart {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_json_value = false; ///< what stands for it is a string of JSON
};

/// Adds the parts of a JSON text that hold secrets by their names: the values of such members, whatever they
/// are; what stands beside such a name, as in {"name": "client_secret", "value": …}; and what strings assign
/// to one. A text that ends too soon is read as far as it goes; where it is no JSON, everything from there on
/// is a secret.
void find_json_secrets(std::string_view json, std::vector<HiddenPart> &parts);

} // namespace flow::mock
