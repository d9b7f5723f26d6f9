#include "mock_server/tls/certificates.hpp"

#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/whole_file.hpp"
#include "mock_server/http/tls.hpp"
#include "mock_server/tls/trust_advice.hpp"
#include "tests/mock_server/child_process.hpp"

namespace flow::mock {

namespace {

using test::Folder;

constexpr std::time_t kNow = 1'780'000'000; // 2026-05-28
constexpr std::time_t kDay = 86400;

using Signed = std::unique_ptr<X509, decltype([](X509 *certificate) { X509_free(certificate); })>;

Signed signed_in(const std::string &pem) {
  BIO *memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Signed certificate(PEM_read_bio_X509(memory, nullptr, nullptr, nullptr));
  BIO_free(memory);
  return certificate;
}

/// What OpenSSL says of the chain, as a client does; X509_V_OK is 0.
int verdict(const std::string &server, const std::string &authority, std::time_t when) {
  X509_STORE *store = X509_STORE_new();
  const Signed trusted = signed_in(authority);
  const Signed judged = signed_in(server);
  X509_STORE_add_cert(store, trusted.get());
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, judged.get(), nullptr);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), when);
  X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
  X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT); // as Python 3.13
  X509_verify_cert(context);
  const int found = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return found;
}

bool is_for(const std::string &pem, const std::string &name) {
  const Signed certificate = signed_in(pem);
  return X509_check_ip_asc(certificate.get(), name.c_str(), 0) == 1 ||
         X509_check_host(certificate.get(), name.data(), name.size(), 0, nullptr) == 1;
}

mode_t mode_of(const std::string &file) {
  struct stat found {};
  ::stat(file.c_str(), &found);
  return found.st_mode & 0777U;
}

class Certificates : public testing::Test {
protected:
  Folder place;
  const std::string folder = place.file("below/tls"); ///< not there yet

  Certificate ask(const std::vector<std::string> &names = {}, std::time_t now = kNow) const {
    return certificate_in(folder, names, now);
  }
  std::string text(const std::string &name) const { return read_whole(folder + "/" + name); }
};

TEST_F(Certificates, AreTrustedByWhoTrustsTheAuthority) {
  const Certificate made = ask();
  EXPECT_EQ(verdict(made.chain, text("ca.pem"), kNow), X509_V_OK);
  EXPECT_EQ(verdict(made.chain, text("ca.pem"), kNow + 396 * kDay), X509_V_OK);
  EXPECT_NE(verdict(made.chain, text("ca.pem"), kNow + 398 * kDay), X509_V_OK);
  EXPECT_EQ(made.chain, text("server.pem"));
  EXPECT_EQ(made.key, text("server-key.pem"));
}

TEST_F(Certificates, AreForThisMachineAdobesNamesAndThoseGiven) {
  const std::string chain = ask({"mock.test", "10.0.0.7"}).chain;
  for (const char *name : {"localhost", "127.0.0.1", "::1", "platform.adobe.io", "platform-stage.adobe.io",
                           "ims-na1.adobelogin.com", "mock.test", "10.0.0.7"}) {
    EXPECT_TRUE(is_for(chain, name)) << name;
  }
  EXPECT_FALSE(is_for(chain, "example.com"));
}

TEST_F(Certificates, OnlyTheirOwnerReadsTheKeys) {
  ask();
  EXPECT_EQ(mode_of(folder + "/ca-key.pem"), 0600U);
  EXPECT_EQ(mode_of(folder + "/server-key.pem"), 0600U);
  EXPECT_EQ(mode_of(folder + "/ca.pem") & 0444U, 0444U);
  std::filesystem::permissions(folder + "/ca-key.pem", std::filesystem::perms::all);
  ask();
  EXPECT_EQ(mode_of(folder + "/ca-key.pem"), 0600U) << "also where it was opened to others";
}

TEST_F(Certificates, AreUsedAgain) {
  const Certificate first = ask({"mock.test"});
  const std::string authority = text("ca.pem");
  EXPECT_EQ(ask({"mock.test"}).chain, first.chain);
  EXPECT_EQ(ask().key, first.key) << "for fewer names, too";
  EXPECT_EQ(text("ca.pem"), authority);
}

TEST_F(Certificates, TheServersIsRenewedBeforeItsEndTheAuthorityStays) {
  const Certificate first = ask();
  const std::string authority = text("ca.pem");
  EXPECT_EQ(ask({}, kNow + 366 * kDay).chain, first.chain);
  const Certificate second = ask({}, kNow + 368 * kDay);
  EXPECT_NE(second.chain, first.chain);
  EXPECT_EQ(text("ca.pem"), authority);
  EXPECT_EQ(verdict(second.chain, authority, kNow + 700 * kDay), X509_V_OK);
}

TEST_F(Certificates, AreMadeAnewForANameThatIsNotYetInThem) {
  const Certificate first = ask();
  const std::string authority = text("ca.pem");
  const Certificate second = ask({"mock.test"});
  EXPECT_NE(second.chain, first.chain);
  EXPECT_TRUE(is_for(second.chain, "mock.test"));
  EXPECT_EQ(text("ca.pem"), authority);
}

TEST_F(Certificates, TheAuthorityIsRenewedBeforeItsEnd) {
  ask();
  const std::string authority = text("ca.pem");
  const std::time_t later = kNow + 3630 * kDay;
  const Certificate second = ask({}, later);
  EXPECT_NE(text("ca.pem"), authority);
  EXPECT_EQ(verdict(second.chain, text("ca.pem"), later), X509_V_OK);
}

TEST_F(Certificates, AServersPairThatIsDamagedOrOfAnotherAuthorityIsReplaced) {
  ask();
  const Folder other;
  certificate_in(other.file("tls"), {}, kNow);
  for (const std::string &pem :
       {std::string("nonsense"), std::string(), read_whole(other.file("tls/server.pem"))}) {
    write_whole(folder + "/server.pem", pem);
    EXPECT_EQ(verdict(ask().chain, text("ca.pem"), kNow), X509_V_OK) << pem;
  }
  write_whole(folder + "/server-key.pem", "nonsense");
  const Certificate made = ask();
  EXPECT_NO_THROW(tls_context(made.chain, made.key));
}

TEST_F(Certificates, AnAuthorityWhoseKeyIsNotThereIsNotReplaced) {
  ask();
  const std::string authority = text("ca.pem");
  write_whole(folder + "/ca-key.pem", text("server-key.pem"));
  EXPECT_THROW(ask(), TlsError);
  std::filesystem::remove(folder + "/ca-key.pem");
  try {
    ask();
    ADD_FAILURE() << "it was replaced";
  } catch (const TlsError &error) {
    EXPECT_NE(std::string(error.what()).find("remove ca.pem to have a new authority made"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(text("ca.pem"), authority);
  std::filesystem::remove(folder + "/ca.pem");
  EXPECT_NO_THROW(ask());
  EXPECT_NE(text("ca.pem"), authority);
}

TEST_F(Certificates, WhoAsksAtTheSameTimeGetsTheSame) {
  constexpr std::size_t kAskers = 8;
  std::vector<Certificate> made(kAskers);
  std::vector<std::thread> askers;
  for (Certificate &each : made) {
    askers.emplace_back([&each, this] { each = ask(); });
  }
  for (std::thread &asker : askers) {
    asker.join();
  }
  for (const Certificate &each : made) {
    EXPECT_EQ(each.chain, made.front().chain);
    EXPECT_EQ(each.key, made.front().key);
  }
}

TEST_F(Certificates, AFolderThatCannotBeIsNamed) {
  const std::string file = place.write("file", "");
  try {
    certificate_in(file + "/below", {}, kNow);
    ADD_FAILURE() << "it was made";
  } catch (const FileError &error) {
    EXPECT_NE(std::string(error.what()).find(file), std::string::npos) << error.what();
  }
  EXPECT_THROW(certificate_in(file, {}, kNow), FileError);
}

TEST(CertifiableNames, AreHostsAndAddresses) {
  for (const char *name : {"mock", "mock.test", "my_host-1.test", "10.0.0.7", "fe80::1"}) {
    EXPECT_TRUE(is_certifiable(name)) << name;
  }
  for (const std::string &name :
       {std::string(), std::string("a b"), std::string("a,DNS:b"), std::string("a..b"), std::string(".a"),
        std::string("a."), std::string("*.test"), std::string("http://mock"), std::string("mock:8443"),
        std::string("[::1]"), std::string(300, 'a')}) {
    EXPECT_FALSE(is_certifiable(name)) << name;
  }
}

TEST(TrustAdvice, QuotesWhatAShellWouldTakeApart) {
  EXPECT_NE(trust_advice("/it's here/ca.pem", "127.0.0.1", 8443)
                .find("curl --cacert '/it'\\''s here/ca.pem' https://localhost:8443/"),
            std::string::npos);
  EXPECT_NE(trust_advice("/tls/ca.pem", "::1", 8443).find("--resolve platform.adobe.io:8443:[::1] "),
            std::string::npos);
}

} // namespace

} // namespace flow::mock
