#include "mock_server/http/tls.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <flow_client/transport.hpp>

#include "mock_server/http/http_server.hpp"
#include "mock_server/tls/certificates.hpp"
#include "tests/mock_server/child_process.hpp"
#include "tests/mock_server/http_server_fixture.hpp"

/// HTTPS over sockets: the same server behind TLS.
namespace flow::mock {

namespace {

using std::chrono::milliseconds;
using test::Folder;
using test::RawClient;

/// What a client says of itself in the handshake.
struct Offer {
  int newest_version = TLS1_3_VERSION;
  int oldest_version = 0;
  std::string protocols{}; ///< as ALPN has them: "\x08http/1.1"
  SSL_SESSION *session = nullptr;
};

/// A client's side of TLS, which verifies nothing and sends what it is told to.
class TlsClient {
public:
  explicit TlsClient(int port, const Offer &offer = {})
      : raw_(port), context_(SSL_CTX_new(TLS_client_method())), tls_(nullptr) {
    SSL_CTX_set_max_proto_version(context_.get(), offer.newest_version);
    SSL_CTX_set_min_proto_version(context_.get(), offer.oldest_version);
    SSL_CTX_set_security_level(context_.get(), 0); // which else refuses old versions itself
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), raw_.socket());
    if (!offer.protocols.empty()) {
      SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char *>(offer.protocols.data()),
                          static_cast<unsigned>(offer.protocols.size()));
    }
    if (offer.session != nullptr) {
      SSL_set_session(tls_.get(), offer.session);
    }
    is_connected = SSL_connect(tls_.get()) == 1;
    ERR_clear_error();
  }

  bool send(std::string_view bytes) {
    return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }
  char first_byte() {
    char byte = 0;
    SSL_read(tls_.get(), &byte, 1);
    return byte;
  }
  /// All that comes until the server ends.
  std::string rest() {
    std::string text;
    std::array<char, 4096> part{};
    int length = 0;
    while ((length = SSL_read(tls_.get(), part.data(), part.size())) > 0) {
      text.append(part.data(), static_cast<std::size_t>(length));
    }
    ended_by_notice = SSL_get_error(tls_.get(), length) == SSL_ERROR_ZERO_RETURN;
    ERR_clear_error();
    return text;
  }
  std::string protocol() {
    const unsigned char *name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(tls_.get(), &name, &length);
    return {reinterpret_cast<const char *>(name), length};
  }
  SSL *tls() { return tls_.get(); }

  bool is_connected = false;
  bool ended_by_notice = false; ///< rest() ended by the server's close_notify

private:
  RawClient raw_;
  std::unique_ptr<SSL_CTX, decltype([](SSL_CTX *context) { SSL_CTX_free(context); })> context_;
  std::unique_ptr<SSL, decltype([](SSL *tls) { SSL_free(tls); })> tls_;
};

const std::string kClosingGet = test::kGet + test::kHeaders + "Connection: close\r\n\r\n";

/// A mock behind HTTP and HTTPS.
class Https : public testing::Test {
protected:
  explicit Https(flow_mock::Limits limits = {})
      : server({.https = {.port = 0, .folder = folder.file("tls")}, .limits = limits}) {
    server.start();
    port = server.https_port();
    certificate = certificate_in(folder.file("tls"), {}, std::time(nullptr));
  }

  Folder folder;
  flow_mock::Server server;
  int port = 0;
  Certificate certificate;
};

client::Request documented_get() {
  return {.method = "GET",
          .target = test::kRuns + std::string(test::kSuccess),
          .headers = {{"Authorization", "Bearer t"},
                      {"x-api-key", "k"},
                      {"x-gw-ims-org-id", "o"},
                      {"x-sandbox-name", "prod"}},
          .body = "",
          .connect_timeout = milliseconds(10'000),
          .read_timeout = milliseconds(10'000),
          .idempotent = true};
}

TEST_F(Https, AClientThatVerifiesIsAnsweredUnderEachNameOfThisMachine) {
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    const auto transport =
        client::http_transport("https://" + host + ":" + std::to_string(port), folder.file("tls/ca.pem"));
    EXPECT_EQ(transport->send(documented_get()).status, 200) << host;
    EXPECT_EQ(transport->send(documented_get()).status, 200) << "on the same connection";
  }
}

TEST_F(Https, AClientWithoutTheAuthorityRefusesTheServer) {
  const auto other = certificate_in(folder.file("other"), {}, std::time(nullptr));
  const auto transport =
      client::http_transport("https://127.0.0.1:" + std::to_string(port), folder.file("other/ca.pem"));
  EXPECT_THROW(transport->send(documented_get()), client::TransportFailure);
}

TEST_F(Https, HttpIsServedBesideIt) {
  RawClient client(server.port());
  client.send(test::kGoodGet);
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(Https, RequestsOneBehindTheOtherAreAnsweredInTheirOrder) {
  TlsClient client(port);
  ASSERT_TRUE(
      client.send(test::kGoodGet + "GET /no/such HTTP/1.1\r\n" + test::kHeaders + "\r\n" + kClosingGet));
  const std::string answers = client.rest();
  const std::size_t first = answers.find("HTTP/1.1 200");
  const std::size_t second = answers.find("HTTP/1.1 404");
  const std::size_t third = answers.find("HTTP/1.1 200", first + 1);
  EXPECT_EQ(first, 0U) << answers;
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
}

TEST_F(Https, ALongAnswerComesWhole) {
  HttpServer sends_much([](const Request &) {
    return Response{.status = 200, .headers = {}, .body = std::string(3'000'000, 'x')};
  });
  const int its_port = sends_much.start("127.0.0.1", 0, tls_context(certificate.chain, certificate.key));
  TlsClient client(its_port);
  client.send(kClosingGet);
  const std::string answer = client.rest();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 3'000'000U);
}

TEST_F(Https, TheEndIsSaidSoThatNobodyCanCutAnAnswerUnseen) {
  TlsClient client(port);
  client.send(kClosingGet);
  client.rest();
  EXPECT_TRUE(client.ended_by_notice);
}

TEST_F(Https, VersionsBelow12AreRefused) {
  EXPECT_FALSE(TlsClient(port, {.newest_version = TLS1_1_VERSION}).is_connected);
  EXPECT_TRUE(TlsClient(port, {.newest_version = TLS1_2_VERSION}).is_connected);
  EXPECT_TRUE(TlsClient(port, {.oldest_version = TLS1_3_VERSION}).is_connected);
}

TEST_F(Https, Http11IsChosenAmongTheProtocolsOffered) {
  EXPECT_EQ(TlsClient(port, {.protocols = "\x02h2\x08http/1.1"}).protocol(), "http/1.1");
  EXPECT_EQ(TlsClient(port).protocol(), "") << "a client that offers none";
}

TEST_F(Https, AClientThatSpeaksHttp2AloneIsRefused) {
  EXPECT_FALSE(TlsClient(port, {.protocols = "\x02h2"}).is_connected);
}

TEST_F(Https, SessionsAreResumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient first(port, {.newest_version = version});
    first.send(kClosingGet);
    first.rest(); // TLS 1.3 brings the ticket with it
    SSL_SESSION *session = SSL_get1_session(first.tls());
    TlsClient second(port, {.newest_version = version, .session = session});
    EXPECT_TRUE(second.is_connected);
    EXPECT_EQ(SSL_session_reused(second.tls()), 1) << version;
    SSL_SESSION_free(session);
  }
}

TEST_F(Https, HttpSentToItIsAnsweredPlainly) {
  RawClient client(port);
  client.send(test::kGoodGet);
  const test::Answer answer = client.answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("without TLS to a port for https"), std::string::npos) << answer.body;
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Https, GarbageEndsTheConnectionAndNothingElse) {
  for (const std::string &garbage : {std::string("\x16\x03\x01\x00\x05hello", 10), std::string(70000, '\xff'),
                                     std::string("\x16\x03\x01\xff\xff", 5) + std::string(70000, '\0')}) {
    RawClient client(port);
    client.send(garbage);
    client.take(1);
    EXPECT_TRUE(TlsClient(port).is_connected);
  }
}

TEST_F(Https, StopEndsConnectionsThatAreIdleOrInTheirHandshake) {
  RawClient silent(port);
  TlsClient idle(port);
  idle.send(test::kGoodGet);
  EXPECT_EQ(idle.first_byte(), 'H') << "now the server, too, has come to the end of the handshake";
  EXPECT_TRUE(server.stop(std::chrono::hours(1)));
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(idle.rest().ends_with("}"));
  EXPECT_TRUE(idle.ended_by_notice);
}

class ImpatientHttps : public Https {
protected:
  ImpatientHttps() : Https({.read_timeout = milliseconds(100)}) {}
};

TEST_F(ImpatientHttps, AHandshakeThatDoesNotComeToItsEndIsGivenUp) {
  RawClient client(port);
  client.send(std::string_view("\x16\x03\x01\x02\x00", 5));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Https, FaultsOfDeliveryAreTheSame) {
  HttpServer cuts([](const Request &) {
    return Response{
        .status = 200, .headers = {}, .body = "0123456789", .delivery = {.delay_ms = 1, .truncate_bytes = 4}};
  });
  TlsClient client(cuts.start("127.0.0.1", 0, tls_context(certificate.chain, certificate.key)));
  client.send(test::kGoodGet);
  EXPECT_TRUE(client.rest().ends_with("\r\n\r\n0123"));

  HttpServer resets([](const Request &) {
    return Response{.status = 200, .headers = {}, .body = "{}", .delivery = {.reset = true}};
  });
  TlsClient reset(resets.start("127.0.0.1", 0, tls_context(certificate.chain, certificate.key)));
  reset.send(test::kGoodGet);
  EXPECT_EQ(reset.rest(), "");
  EXPECT_FALSE(reset.ended_by_notice);
}

/// Why a certificate and a key cannot be used.
std::string refusal_of(std::string_view chain, std::string_view key) {
  try {
    tls_context(chain, key);
  } catch (const TlsError &error) {
    return error.what();
  }
  return "";
}

TEST_F(Https, WhatIsNoCertificateOrNotItsKeyIsRefused) {
  const Certificate other = certificate_in(folder.file("other"), {}, std::time(nullptr));
  EXPECT_NE(refusal_of("nonsense", certificate.key).find("the certificate cannot be used"),
            std::string::npos);
  EXPECT_NE(refusal_of("", "").find("the certificate cannot be used"), std::string::npos);
  EXPECT_NE(refusal_of(certificate.chain, "nonsense").find("the key cannot be used"), std::string::npos);
  EXPECT_NE(refusal_of(certificate.chain, other.key).find("the key cannot be used"), std::string::npos);
  EXPECT_EQ(refusal_of(certificate.chain, certificate.key), "");
}

TEST_F(Https, AKeyWithAPassphraseIsRefusedAndNobodyAskedForIt) {
  BIO *text = BIO_new_mem_buf(certificate.key.data(), -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey(text, nullptr, nullptr, nullptr);
  BIO *encrypted = BIO_new(BIO_s_mem());
  std::string passphrase = "secret";
  PEM_write_bio_PKCS8PrivateKey(encrypted, key, EVP_aes_128_cbc(), passphrase.data(), 6, nullptr, nullptr);
  char *begin = nullptr;
  const long size = BIO_get_mem_data(encrypted, &begin);
  EXPECT_NE(
      refusal_of(certificate.chain, {begin, static_cast<std::size_t>(size)}).find("the key cannot be used"),
      std::string::npos);
  BIO_free(encrypted);
  EVP_PKEY_free(key);
  BIO_free(text);
}

} // namespace

} // namespace flow::mock
