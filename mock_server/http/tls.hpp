#pragma once

#include <memory>
#include <stdexcept>
#include <string_view>

namespace flow::mock {

/// A certificate or key cannot be used; says why.
struct TlsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a server speaks TLS with: TLS 1.2 and newer, ALPN `http/1.1`, resumption by tickets (RFC 5077).
struct TlsContext;

/// `chain`: the server's certificate, then those between it and its authority; `key`: its private key,
/// without a passphrase. Both are PEM text. Throws TlsError.
std::shared_ptr<TlsContext> tls_context(std::string_view chain, std::string_view key);

} // namespace flow::mock
