#include "mock_server/query/token_seal.hpp"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace flow::mock {

namespace {

constexpr std::size_t kSignatureSize = 16;

// RFC 4648, 5: base64 with '-' and '_', here without padding.
std::string base64url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data()),
                      reinterpret_cast<const unsigned char *>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  text.resize(std::min(text.find('='), text.size()));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string padded(text);
  if (padded.find_first_of("+/=") != std::string::npos) {
    return std::nullopt;
  }
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  const std::size_t padding = (4 - padded.size() % 4) % 4;
  padded.append(padding, '=');
  std::string bytes(padded.size() / 4 * 3 + 1, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char *>(bytes.data()),
                                     reinterpret_cast<const unsigned char *>(padded.data()),
                                     static_cast<int>(padded.size()));
  if (length < 0 || static_cast<std::size_t>(length) < padding) {
    return std::nullopt;
  }
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

} // namespace

std::string TokenSeal::signature(std::string_view text) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char *>(text.data()), text.size(), digest.data(), &length);
  return {reinterpret_cast<const char *>(digest.data()), kSignatureSize};
}

std::string TokenSeal::seal(std::string_view text) const {
  return base64url(signature(text) + std::string(text));
}

std::optional<std::string> TokenSeal::unseal(std::string_view sealed) const {
  const auto bytes = from_base64url(sealed);
  // Base64 has spare bits at its end: only the one way we write it counts, or a changed token might pass.
  if (!bytes || bytes->size() < kSignatureSize || base64url(*bytes) != sealed) {
    return std::nullopt;
  }
  std::string text = bytes->substr(kSignatureSize);
  if (CRYPTO_memcmp(signature(text).data(), bytes->data(), kSignatureSize) != 0) {
    return std::nullopt;
  }
  return text;
}

} // namespace flow::mock
