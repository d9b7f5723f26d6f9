#pragma once

#include <optional>
#include <string_view>

namespace flow::contract {

/// A value within JSON text, found without reading the whole: for what is asked of every exchange. Allocates
/// nothing, takes linear time, and makes sense of text that is no JSON as far as it can.
class JsonPlace {
public:
  /// The value at a JSON Pointer ("/items/0/id"), or nothing. Names are compared as they are written: one
  /// with escapes is not found.
  static std::optional<JsonPlace> find(std::string_view json, std::string_view pointer);

  /// "", [], {} and null.
  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] bool is_string() const { return rest_.front() == '"'; }
  /// Of a string what stands between its quotes, with its escapes; of all else its text.
  [[nodiscard]] std::string_view text() const;

private:
  explicit JsonPlace(std::string_view rest) : rest_(rest) {}

  std::string_view rest_; ///< from the value's first byte to the end of the text
};

} // namespace flow::contract
