#include "mock_server/tls/certificates.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "common/host.hpp"
#include "common/whole_file.hpp"
#include "mock_server/http/tls.hpp"

namespace flow::mock {

namespace {

constexpr std::time_t kDay = 24L * 60 * 60;
constexpr std::time_t kAuthorityLasts = 3650 * kDay;
constexpr std::time_t kServerLasts = 397 * kDay; // more is not trusted by all clients
constexpr std::time_t kRenewedBefore = 30 * kDay;
constexpr std::time_t kClocksDiffer = kDay;
constexpr std::chrono::seconds kPatience{10}; // with another process that makes certificates

template <auto free> struct Free {
  template <typename Thing> void operator()(Thing *thing) const { free(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Signed = std::unique_ptr<X509, Free<X509_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free>>;

/// A certificate and the key that belongs to it.
struct Pair {
  Signed certificate;
  Key key;
};

void require_made(bool is_made, const char *what) {
  if (!is_made) {
    ERR_clear_error();
    throw TlsError(std::string("OpenSSL cannot make ") + what);
  }
}

std::string text_of(BIO *memory) {
  char *text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509 *certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  require_made(PEM_write_bio_X509(memory.get(), certificate) == 1, "PEM text");
  return text_of(memory.get());
}

std::string pem_of(EVP_PKEY *key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  require_made(PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
               "PEM text");
  return text_of(memory.get());
}

/// The certificate and key of two PEM texts; without a certificate where they are not both there, or do not
/// belong together.
Pair pair_of(const std::string &certificate_pem, const std::string &key_pem) {
  const auto no_passphrase = [](char *, int, int, void *) { return 0; };
  const Memory certificate_text(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const Memory key_text(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  Pair pair{Signed(PEM_read_bio_X509(certificate_text.get(), nullptr, no_passphrase, nullptr)),
            Key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr))};
  if (pair.certificate &&
      (!pair.key || X509_check_private_key(pair.certificate.get(), pair.key.get()) != 1)) {
    pair.certificate.reset();
  }
  ERR_clear_error();
  return pair;
}

bool lasts_beyond(X509 *certificate, std::time_t time) {
  return X509_cmp_time(X509_get0_notAfter(certificate), &time) > 0;
}

bool is_address(const std::string &name) {
  const std::unique_ptr<ASN1_OCTET_STRING, Free<ASN1_OCTET_STRING_free>> address(a2i_IPADDRESS(name.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

bool is_for(X509 *certificate, const std::string &name) {
  return is_address(name) ? X509_check_ip_asc(certificate, name.c_str(), 0) == 1
                          : X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
}

void extend(X509 *certificate, X509 *issuer, int extension, const std::string &value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> made(
      X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str()));
  require_made(made && X509_add_ext(certificate, made.get(), -1) == 1, "an extension of a certificate");
}

/// A certificate with a fresh key, not yet signed.
Pair fresh_pair(const std::string &name, std::time_t now, std::time_t lasts) {
  Pair pair{Signed(X509_new()), Key(EVP_EC_gen("P-256"))};
  require_made(pair.certificate && pair.key, "a key");
  X509 *certificate = pair.certificate.get();
  std::array<unsigned char, 16> number{};
  require_made(RAND_bytes(number.data(), number.size()) == 1, "a random number");
  number.front() &= 0x7fU; // positive
  const std::unique_ptr<BIGNUM, Free<BN_free>> serial(BN_bin2bn(number.data(), number.size(), nullptr));
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate));
  X509_set_version(certificate, X509_VERSION_3);
  X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -kClocksDiffer, &now);
  X509_time_adj_ex(X509_getm_notAfter(certificate), 0, lasts, &now);
  require_made(X509_set_pubkey(certificate, pair.key.get()) == 1, "a certificate");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char *>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
  return pair;
}

void sign(X509 *certificate, const Pair &issuer) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
  require_made(X509_sign(certificate, issuer.key.get(), EVP_sha256()) > 0, "a signature");
}

Pair fresh_authority(std::time_t now) {
  std::array<char, 9> number{}; // trust stores show several of them by their names
  std::snprintf(number.data(), number.size(), "%08x", std::random_device()());
  Pair made = fresh_pair(std::string("flow-mock CA ") + number.data(), now, kAuthorityLasts);
  X509 *certificate = made.certificate.get();
  extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate, certificate, NID_subject_key_identifier, "hash");
  sign(certificate, made);
  return made;
}

Pair fresh_server(const Pair &authority, const std::set<std::string> &names, std::time_t now) {
  Pair made = fresh_pair("flow-mock", now, kServerLasts);
  X509 *certificate = made.certificate.get();
  X509 *issuer = authority.certificate.get();
  std::string alternatives;
  for (const std::string &name : names) {
    alternatives += (alternatives.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  }
  extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate, issuer, NID_key_usage, "critical,digitalSignature");
  extend(certificate, issuer, NID_ext_key_usage, "serverAuth");
  extend(certificate, issuer, NID_subject_key_identifier, "hash");
  extend(certificate, issuer, NID_authority_key_identifier, "keyid:always");
  extend(certificate, issuer, NID_subject_alt_name, alternatives);
  sign(certificate, authority);
  return made;
}

/// Held while files of the folder are looked at and made; ends with the process, too.
class FolderLock {
public:
  explicit FolderLock(const std::string &folder)
      : file_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    constexpr std::chrono::milliseconds kPause{20};
    const auto end = std::chrono::steady_clock::now() + kPatience;
    int failed = file_ < 0 ? errno : 0;
    while (failed == 0 && ::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      failed = errno == EWOULDBLOCK && std::chrono::steady_clock::now() < end ? 0 : errno;
      std::this_thread::sleep_for(kPause);
    }
    if (failed != 0) {
      ::close(file_);
      throw FileError("the folder " + folder + " cannot be locked: " +
                      (failed == EWOULDBLOCK ? "another process has held it for ten seconds"
                                             : std::generic_category().message(failed)));
    }
  }
  ~FolderLock() { ::close(file_); }
  FolderLock(const FolderLock &) = delete;
  FolderLock &operator=(const FolderLock &) = delete;

private:
  const int file_;
};

std::string text_in(const std::string &file) {
  return std::filesystem::exists(file) ? read_whole(file) : std::string();
}

/// What the folder holds under that name: "ca", "server".
Pair kept_pair(const std::string &folder, const std::string &name) {
  return pair_of(text_in(folder + "/" + name + ".pem"), text_in(folder + "/" + name + "-key.pem"));
}

void keep(const Pair &pair, const std::string &folder, const std::string &name) {
  write_secret(folder + "/" + name + "-key.pem", pem_of(pair.key.get()));
  write_whole(folder + "/" + name + ".pem", pem_of(pair.certificate.get()));
}

void hide_key(const std::string &folder, const std::string &name) {
  using std::filesystem::perms;
  const std::string file = folder + "/" + name + "-key.pem";
  std::error_code failed;
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write, failed);
  if (failed) {
    throw FileError("the file " + file + " cannot be made readable by its owner only: " + failed.message());
  }
}

Pair authority_in(const std::string &folder, std::time_t now) {
  Pair authority = kept_pair(folder, "ca");
  const std::string file = folder + "/ca.pem";
  if (!authority.certificate && std::filesystem::exists(file)) {
    throw TlsError(
        file + " and ca-key.pem beside it are not a certificate and its key: put the right ones there, or "
               "remove ca.pem to have a new authority made, which clients have to be told to trust");
  }
  if (!authority.certificate || !lasts_beyond(authority.certificate.get(), now + kRenewedBefore)) {
    authority = fresh_authority(now);
    keep(authority, folder, "ca");
  }
  hide_key(folder, "ca");
  return authority;
}

bool serves(const Pair &server, const Pair &authority, const std::set<std::string> &names, std::time_t now) {
  X509 *certificate = server.certificate.get();
  const bool serves = certificate != nullptr && X509_verify(certificate, authority.key.get()) == 1 &&
                      lasts_beyond(certificate, now + kRenewedBefore) &&
                      std::all_of(names.begin(), names.end(),
                                  [&](const std::string &name) { return is_for(certificate, name); });
  ERR_clear_error();
  return serves;
}

} // namespace

const std::vector<std::string> &usual_names() {
  static const std::vector<std::string> names = {"localhost",
                                                 "127.0.0.1",
                                                 "::1",
                                                 "platform.adobe.io",
                                                 "platform-stage.adobe.io",
                                                 "ims-na1.adobelogin.com"};
  return names;
}

bool is_certifiable(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (is_address(std::string(name))) {
    return true;
  }
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.' ? label == 0 : !is_plain(c)) {
      return false;
    }
    label = c == '.' ? 0 : label + 1;
  }
  return label > 0 && name.size() <= kLongestHost;
}

Certificate certificate_in(const std::string &folder, const std::vector<std::string> &names,
                           std::time_t now) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    throw FileError("the folder " + folder + " cannot be made: " + failed.message());
  }
  const FolderLock lock(folder);
  const Pair authority = authority_in(folder, now);
  std::set<std::string> all(usual_names().begin(), usual_names().end());
  all.insert(names.begin(), names.end());
  Pair server = kept_pair(folder, "server");
  if (!serves(server, authority, all, now)) {
    server = fresh_server(authority, all, now);
    keep(server, folder, "server");
  }
  hide_key(folder, "server");
  return {.chain = pem_of(server.certificate.get()), .key = pem_of(server.key.get())};
}

} // namespace flow::mock
