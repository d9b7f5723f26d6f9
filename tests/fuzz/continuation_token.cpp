#include "mock_server/query/query.hpp"
#include "mock_server/resources/run_collection.hpp"
#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

/// The bytes are a token as a client sends it, and the text within one of ours: where ids are reproducible
/// the key is no secret, so anybody may have sealed it.
void continuation_token(std::string_view bytes) {
  static const mock::TokenSeal seal("key");
  const auto read = [](const std::string &token) {
    const mock::Target target{.segments = {"runs"}, .query = {{"continuationToken", token}}};
    return mock::parse_query(target, mock::run_fields(), seal);
  };
  const std::string sealed = seal.seal(bytes);
  require(seal.unseal(sealed) == bytes, "a sealed text comes out as it went in");
  require(!seal.of("other").unseal(sealed), "a seal opens only what is its own");
  if (const auto text = seal.unseal(bytes)) {
    require(seal.seal(*text) == bytes, "a text has one seal");
  }
  (void)read(std::string(bytes));
  (void)read(sealed);
}

} // namespace flow::fuzz
