#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flow::mock {

/// Whether a text may have escapes other than those which every JSON text of ours has, of quotes.
bool has_escapes(std::string_view text);

/// A text without its escapes of percent-encoding and of JSON, also where it was escaped up to four times,
/// and where each byte of it stood. What is no valid escape stays as it is.
class Unescaped {
public:
  explicit Unescaped(std::string_view text);

  /// Whether there is still something to undo.
  [[nodiscard]] bool is_escaped_more() const { return is_escaped_more_; }
  [[nodiscard]] std::string_view text() const {
    return levels_.empty() ? raw_ : std::string_view(levels_.back().text);
  }
  /// How often something was undone, and the text then; 0 is the first time.
  [[nodiscard]] std::size_t levels() const { return levels_.size(); }
  [[nodiscard]] std::string_view text(std::size_t level) const { return levels_.at(level).text; }
  /// Where the byte at `at` of that text stood in the text that was given; of its end: where that ended.
  [[nodiscard]] std::size_t origin(std::size_t level, std::size_t at) const {
    return levels_.at(level).origins.at(at);
  }

private:
  struct Level {
    std::string text;
    std::vector<std::uint32_t> origins; ///< in the text that was given; one more than bytes
  };
  static bool undo(std::string_view text, Level &undone);

  std::string_view raw_;
  std::vector<Level> levels_;
  bool is_escaped_more_ = false;
};

} // namespace flow::mock
