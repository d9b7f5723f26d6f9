// GCC 12 under AddressSanitizer sees uninitialized members in std::regex that are not there (GCC bug 105562).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include "contracts/model/json_schema.hpp"

#include <array>
#include <limits>
#include <locale>
#include <numeric>
#include <stdexcept>

// Without it, valijson ends the program where a schema is not one.
#define VALIJSON_USE_EXCEPTIONS 1
// valijson is not free of warnings at the level we hold ourselves to.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wshadow"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

namespace flow::contract {

namespace {

/// libstdc++ fills a locale's table of narrowed characters as they are asked for, without a lock, and
/// std::regex asks whenever a pattern is compiled: by valijson for each document, by cpp-httplib too. So the
/// table is filled while the program has one thread.
bool fill_narrowed() noexcept {
  std::array<char, std::numeric_limits<unsigned char>::max() + 1> all{};
  std::iota(all.begin(), all.end(), '\0');
  std::array<char, all.size()> narrowed{};
  std::use_facet<std::ctype<char>>(std::locale()).narrow(all.begin(), all.end(), '\0', narrowed.begin());
  return true;
}
[[maybe_unused]] const bool kNarrowed = fill_narrowed();

/// valijson names a place as `<root>[items][0][id]`; we as `/items/0/id`.
std::string pointer_of(const std::vector<std::string> &context) {
  std::string pointer;
  for (const std::string &part : context) {
    if (part.size() >= 2 && part.front() == '[' && part.back() == ']') {
      pointer += "/";
      for (const char c : part.substr(1, part.size() - 2)) {
        pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
      }
    }
  }
  return pointer;
}

} // namespace

struct CompiledSchema::Parts {
  explicit Parts(const Json &json) : plain(json) {}

  nlohmann::json plain; ///< outlives what is made of it
  valijson::Schema schema;
  std::string unusable; ///< why it is no schema; else empty
};

CompiledSchema::CompiledSchema(const Json &schema) : parts_(std::make_unique<Parts>(schema)) {
  valijson::SchemaParser parser;
  try {
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(parts_->plain), parts_->schema);
  } catch (const std::runtime_error &error) {
    parts_->unusable = error.what();
  }
}

CompiledSchema::~CompiledSchema() = default;
CompiledSchema::CompiledSchema(CompiledSchema &&other) noexcept = default;
CompiledSchema &CompiledSchema::operator=(CompiledSchema &&other) noexcept = default;

std::vector<SchemaViolation> CompiledSchema::violations(const Json &document) const {
  if (!parts_->unusable.empty()) {
    return {{"", parts_->unusable}};
  }
  const nlohmann::json plain_document = document;
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  std::vector<SchemaViolation> violations;
  if (validator.validate(parts_->schema, valijson::adapters::NlohmannJsonAdapter(plain_document), &results)) {
    return violations;
  }
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    violations.push_back({pointer_of(error.context), error.description});
  }
  return violations;
}

std::vector<SchemaViolation> validate(const Json &document, const Json &schema) {
  return CompiledSchema(schema).violations(document);
}

} // namespace flow::contract
