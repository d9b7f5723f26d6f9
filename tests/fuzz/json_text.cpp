#include "common/json_text.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

/// The bytes are a JSON text: read like nlohmann reads it, but for the bounds, and written as it was read.
void json_text(std::string_view bytes) {
  const auto read = read_json(bytes);
  if (const auto *refused = std::get_if<JsonProblem>(&read)) {
    require(refused->byte <= bytes.size(), "a problem's place is within the text");
    require(refused->flaw != JsonFlaw::not_json || !nlohmann::json::accept(bytes), "JSON is read");
    return;
  }
  const auto &document = std::get<nlohmann::ordered_json>(read);
  require(nlohmann::json::accept(bytes), "only JSON is read");
  const std::string written = document.dump();
  require(json_or_discarded(written) == document, "what was read and written reads the same: " + written);
}

} // namespace flow::fuzz
