#pragma once

#include <string>

#include <openssl/ssl.h>

namespace flow::client {

/// A fresh key for 127.0.0.1 with a certificate that it signed itself.
class TlsIdentity {
public:
  TlsIdentity();
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity &) = delete;
  TlsIdentity &operator=(const TlsIdentity &) = delete;

  /// The server's side of TLS on `connection`; null where the client broke it off. To be freed.
  SSL *accept(int connection) const;

  /// The certificate, as an authority's file has it.
  std::string pem() const;

private:
  EVP_PKEY *key_;
  X509 *certificate_;
  SSL_CTX *context_;
};

} // namespace flow::client
