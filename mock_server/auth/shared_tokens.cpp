#include "mock_server/auth/shared_tokens.hpp"

#include <algorithm>
#include <stdexcept>

#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace flow::mock {

namespace {

using boost::uuids::uuid;

constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kTimeBytes = 6; // 48 bits of milliseconds, as in UUIDs of version 7
constexpr unsigned kByteBits = 8;

/// Nothing where it is not written as we write them.
std::optional<uuid> uuid_in(std::string_view text) {
  try {
    const uuid read = boost::uuids::string_generator()(text.begin(), text.end());
    return boost::uuids::to_string(read) == text ? std::optional(read) : std::nullopt;
  } catch (const std::runtime_error &) {
    return std::nullopt;
  }
}

std::string_view bytes_of(const uuid &id) {
  return {reinterpret_cast<const char *>(id.data), id.size()};
}

/// What says that the key was there.
std::string proof(const TokenSeal &seal, const uuid &given_out) {
  const std::string signature = seal.signature(bytes_of(given_out));
  uuid proof{};
  std::copy_n(signature.begin(), proof.size(), proof.begin());
  return boost::uuids::to_string(proof);
}

} // namespace

std::string SharedTokens::token(std::int64_t at_ms, std::string_view fresh_uuid) const {
  uuid given_out = uuid_in(fresh_uuid).value();
  auto time = static_cast<std::uint64_t>(at_ms);
  for (std::size_t i = kTimeBytes; i-- > 0; time >>= kByteBits) {
    given_out.data[i] = static_cast<std::uint8_t>(time);
  }
  return boost::uuids::to_string(given_out) + proof(seal_, given_out);
}

std::optional<std::int64_t> SharedTokens::given_out_ms(std::string_view token) const {
  if (token.size() != 2 * kUuidLength) {
    return std::nullopt;
  }
  const auto given_out = uuid_in(token.substr(0, kUuidLength));
  if (!given_out || proof(seal_, *given_out) != token.substr(kUuidLength)) {
    return std::nullopt;
  }
  std::int64_t at_ms = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    at_ms = (at_ms << kByteBits) | given_out->data[i];
  }
  return at_ms;
}

} // namespace flow::mock
