#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "common/host.hpp"
#include "tests/client/tls_identity.hpp"
#include "tests/common/sender_fixture.hpp"

/// Whom the sender asks and trusts: proxies, hosts, certificates.
namespace flow {
namespace {

/// A variable of the environment, for the length of a test.
struct Variable {
  Variable(const char *name, const std::string &value) : name(name) { setenv(name, value.c_str(), 1); }
  ~Variable() { unsetenv(name); }
  Variable(const Variable &) = delete;
  Variable &operator=(const Variable &) = delete;

  const char *name;
};

TEST(HttpSender, AsksAProxyForOtherMachines) {
  Listener proxy;
  const Variable set("http_proxy", proxy.server.url());
  HttpSender().send(get("http://service.invalid/a"), {});
  EXPECT_TRUE(proxy.head.get_future().get().starts_with("GET http://service.invalid/a HTTP/1.1\r\n"));
}

TEST(HttpSender, AsksAProxyForATunnelToHttps) {
  Listener proxy; // its answer is a tunnel that leads nowhere
  const Variable set("HTTPS_PROXY", proxy.server.url());
  const auto failure = failure_of(post("https://service.invalid/a"));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->may_have_arrived);
  EXPECT_TRUE(proxy.head.get_future().get().starts_with("CONNECT service.invalid:443 HTTP/1.1\r\n"));
}

TEST(HttpSender, AsksNoProxyForHostsOfNoProxy) {
  RawServer proxy([](int) {});
  const Variable set("http_proxy", proxy.url());
  const Variable unless("NO_PROXY", "service.invalid");
  const auto failure = failure_of(get("http://service.invalid/a"));
  ASSERT_TRUE(failure);
  EXPECT_STREQ(failure->what(), "could not connect to http://service.invalid: the host is unknown");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(HttpSender, AsksNoProxyForThisMachineHoweverItIsSpelled) {
  RawServer proxy([](int) {});
  RawServer server([](int connection) {
    read_head(connection);
    write_all(connection, kAnswer);
  });
  const Variable set("http_proxy", proxy.url());
  const std::string port = server.url().substr(server.url().rfind(':'));
  for (const char *host : {"127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost",
                           "LOCALHOST", "[::ffff:127.0.0.1]"}) {
    EXPECT_EQ(HttpSender().send(get("http://" + (host + port)), {}).status, 200) << host;
  }
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(Host, IsThisMachineHoweverItIsSpelled) {
  for (const char *host : {"127.0.0.1", "127.255.0.9", "127.1", "0x7f.1", "0", "::1", "0:0:0:0:0:0:0:1",
                           "::", "::ffff:127.0.0.1", "a.localhost", "LocalHost."}) {
    EXPECT_TRUE(is_this_machine(host)) << host;
  }
  for (const char *host : {"128.0.0.1", "notlocalhost", "localhost.example", "127.0.0.1.example", "::2", "",
                           "::ffff:10.0.0.1", "126.1"}) {
    EXPECT_FALSE(is_this_machine(host)) << host;
  }
}

TEST(HttpSender, AHostLongerThanAnyNameIsNotLookedUp) {
  const auto failure = failure_of(get("http://" + std::string(2000, 'a') + "/"));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->passing);
  EXPECT_FALSE(failure->may_have_arrived);
}

TEST(HttpSender, OnlyHttpIsSpoken) {
  for (const char *url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "http://"}) {
    const auto failure = failure_of(get(url));
    ASSERT_TRUE(failure) << url;
    EXPECT_FALSE(failure->passing) << url << ": " << failure->what();
  }
}

/// A file for the length of a test.
struct Kept {
  explicit Kept(const std::string &text)
      : path(std::filesystem::temp_directory_path() /
             ("flow-sender-" + std::to_string(getpid()) + "-" + std::to_string(++files) + ".pem")) {
    std::ofstream(path) << text;
  }
  ~Kept() { std::filesystem::remove(path); }
  Kept(const Kept &) = delete;
  Kept &operator=(const Kept &) = delete;

  static inline int files = 0;
  std::filesystem::path path;
};

struct TlsServer {
  client::TlsIdentity identity;
  RawServer server{[this](int connection) {
    SSL *tls = identity.accept(connection);
    if (tls == nullptr) {
      return;
    }
    if (read_head([=](char *data, std::size_t size) {
          return static_cast<long>(SSL_read(tls, data, static_cast<int>(size)));
        })) {
      SSL_write(tls, kAnswer, static_cast<int>(std::string_view(kAnswer).size()));
    }
    SSL_shutdown(tls);
    SSL_free(tls);
  }};
};

TEST(HttpSender, TrustsTheAuthoritiesOfItsFile) {
  TlsServer tls;
  const Kept file(tls.identity.pem());
  EXPECT_EQ(HttpSender(file.path).send(get(tls.server.url("https")), {}).status, 200);
  const auto failure = failure_of(get(tls.server.url("https")));
  ASSERT_TRUE(failure);
  EXPECT_FALSE(failure->passing);
}

TEST(HttpSender, ItsFileOfAuthoritiesCountsInsteadOfTheEnvironments) {
  TlsServer tls;
  const client::TlsIdentity other;
  const Kept file(tls.identity.pem());
  const Variable set("SSL_CERT_FILE", file.path);
  EXPECT_EQ(HttpSender().send(get(tls.server.url("https")), {}).status, 200);
  const Kept others(other.pem());
  EXPECT_THROW(HttpSender(others.path).send(get(tls.server.url("https")), {}), HttpFailure);
}

TEST(HttpSender, AFileOfAuthoritiesThatIsNotThereIsNamedAtOnce) {
  for (const char *file : {"/no/such.pem", "/tmp"}) {
    try {
      const HttpSender sender(file);
      ADD_FAILURE() << file << " was taken";
    } catch (const std::invalid_argument &error) {
      EXPECT_NE(std::string(error.what()).find(file), std::string::npos) << error.what();
    }
  }
}

TEST(HttpSender, AFileWithoutAuthoritiesIsNamed) {
  TlsServer tls;
  const Kept file("no certificate");
  try {
    HttpSender(file.path).send(get(tls.server.url("https")), {});
    FAIL() << "an answer came";
  } catch (const HttpFailure &failure) {
    EXPECT_NE(std::string(failure.what()).find(file.path), std::string::npos) << failure.what();
    EXPECT_FALSE(failure.passing);
  }
}

} // namespace
} // namespace flow
