#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

namespace flow {

/// Bounds of a JSON text from outside. A tree of JSON is copied, compared and written recursively, so its
/// depth has to be bounded; an object that keeps the order of its members looks for one of them by going
/// through all, so a large one takes time that grows with its square.
struct JsonBounds {
  std::size_t depth = 64;     ///< arrays and objects within one another
  std::size_t members = 1000; ///< of one object
  std::size_t values =
      10'000'000; ///< in all; a tree of small ones takes some thirty times the memory of its text
};

enum class JsonFlaw { not_json, too_deep, too_wide, too_many };

/// Why a text was not read.
struct JsonProblem {
  JsonFlaw flaw = JsonFlaw::not_json;
  std::size_t byte = 0; ///< where, from 0
  /// With the place, and without a word of the text, which may hold secrets: "is not JSON, at line 2, column
  /// 7".
  std::string what;
};

/// Reads a whole text. Takes time and memory in proportion to its length, whatever it holds; bounds are
/// checked before a tree is made.
std::variant<nlohmann::ordered_json, JsonProblem> read_json(std::string_view text, JsonBounds bounds = {});

/// The same where nobody asks why: a discarded value (nlohmann's word) for what could not be read.
nlohmann::ordered_json json_or_discarded(std::string_view text, JsonBounds bounds = {});

/// A string as it is, any other value as JSON. Throws nlohmann's type_error where what is written as JSON is
/// not UTF-8.
std::string plain_text(const nlohmann::ordered_json &value);

/// The plain texts of an array's values, with ", " between them.
std::string listed(const nlohmann::ordered_json &values);

} // namespace flow
