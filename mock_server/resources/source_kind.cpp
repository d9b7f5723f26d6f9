#include "mock_server/resources/source_kind.hpp"

#include <array>
#include <cstddef>

namespace flow::mock {

namespace {

// Specs: Amazon S3 and HTTP API into the data lake (collect/cloud-storage, create/streaming/http); the
// profile store into Amazon S3 (connect-activate-batch-destinations).
constexpr std::array<SourceTraits, 3> kSources = {{
    {SourceKind::batch, "batch", "ecadc60c-7455-4d87-84dc-2a0e293d997b",
     "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "isSourceFlow"},
    {SourceKind::streaming, "streaming", "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb",
     "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "isSourceFlow"},
    {SourceKind::destination, "destination", "8a9c3494-9708-43d7-ae3f-cda01e5030e1",
     "4890fc95-5a1f-4983-94bb-e060c08e3f81", "isDestinationFlow"},
}};

} // namespace

const SourceTraits &traits_of(SourceKind kind) {
  return kSources.at(static_cast<std::size_t>(kind));
}

std::optional<SourceKind> source_named(std::string_view name) {
  for (const SourceTraits &source : kSources) {
    if (source.name == name) {
      return source.kind;
    }
  }
  return std::nullopt;
}

} // namespace flow::mock
