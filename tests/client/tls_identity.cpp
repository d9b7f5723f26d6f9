#include "tests/client/tls_identity.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace flow::client {

namespace {

void add_extension(X509 *certificate, int name, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, &context, name, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509 *self_signed(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char *>("mock"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1");
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

} // namespace

TlsIdentity::TlsIdentity()
    : key_(EVP_EC_gen("P-256")), certificate_(self_signed(key_)), context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX_use_certificate(context_, certificate_);
  SSL_CTX_use_PrivateKey(context_, key_);
}

TlsIdentity::~TlsIdentity() {
  SSL_CTX_free(context_);
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

SSL *TlsIdentity::accept(int connection) const {
  SSL *tls = SSL_new(context_);
  SSL_set_fd(tls, connection);
  if (SSL_accept(tls) == 1) {
    return tls;
  }
  SSL_free(tls);
  return nullptr;
}

std::string TlsIdentity::pem() const {
  BIO *memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate_);
  char *text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

} // namespace flow::client
