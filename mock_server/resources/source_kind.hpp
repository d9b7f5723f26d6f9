#pragma once

#include <optional>
#include <string_view>

namespace flow::mock {

/// What a flow takes its data from. A destination flow takes it from the profile store and activates it.
enum class SourceKind { batch, streaming, destination };

/// What is known of the flows of a kind: connection specs are those of flows whose seed names none.
struct SourceTraits {
  SourceKind kind;
  std::string_view name; ///< in seeds
  std::string_view source_spec_id;
  std::string_view target_spec_id;
  std::string_view property; ///< of inheritedAttributes.properties, true for its flows
};

const SourceTraits &traits_of(SourceKind kind);

/// The kind with that name in seeds.
std::optional<SourceKind> source_named(std::string_view name);

} // namespace flow::mock
