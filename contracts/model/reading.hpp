#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Matters on which Adobe's pages contradict each other (readings.json), and a choice for each.
namespace flow::contract {

/// What one of the pages says.
struct Choice {
  std::string name; ///< "RE_TRIGGER"
  std::string says;
  std::vector<std::string> sources;
  bool openapi; ///< of the OpenAPI file
};

struct Matter {
  std::string name; ///< "op"
  std::string about;
  std::vector<Choice> choices; ///< the first counts unless another is chosen
};

/// Every entry of readings.json, in its order.
const std::vector<Matter> &matters();

/// Choices by matter: those in which a rule holds.
using ChoiceNames = std::vector<std::pair<std::string, std::string>>;

/// Thrown for an unknown matter or choice; lists the known ones.
struct UnknownChoice : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// One choice for each matter, initially the first.
class Reading {
public:
  Reading();

  /// The reading with all of these in force, each "MATTER=CHOICE", "openapi" for every matter that its file
  /// speaks of, or "tutorial" for every matter; of two that speak of one, the later counts. Throws
  /// UnknownChoice.
  static Reading of(const std::vector<std::string> &choices);

  /// One of them. Throws UnknownChoice.
  void take(std::string_view choice);

  /// The name of the choice in that matter; throws UnknownChoice where there is no such matter.
  std::string_view choice(std::string_view matter) const;

  /// Whether it is that one; throws UnknownChoice where there is no such matter or choice.
  bool is(std::string_view matter, std::string_view choice) const;

  bool has_all(const ChoiceNames &choices) const;

  /// The choices that are not the first of their matter, as `take` reads them; empty: none.
  std::vector<std::string> differences() const;

  bool operator==(const Reading &) const = default;

private:
  std::vector<std::uint8_t> chosen_; ///< by matter
};

} // namespace flow::contract
