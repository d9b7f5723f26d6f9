#include "mock_server/tls/trust_advice.hpp"

#include <algorithm>
#include <string_view>

namespace flow::mock {

namespace {

/// A word of a shell's command.
std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "+,-./:=@_";
  const auto is_plain = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPlain.find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return word + "'";
}

} // namespace

std::string trust_advice(const std::string &authority, const std::string &address, int port) {
  const std::string file = shell_word(authority);
  const std::string where = address.find(':') == std::string::npos ? address : "[" + address + "]";
  const std::string number = std::to_string(port);
  return "Clients have to trust the certificate authority in " + file + R"(:
  curl      curl --cacert )" +
         file + R"( https://localhost:)" + number + R"(/__admin/health/ready
  flowctl   export FLOW_CA_FILE=)" +
         file + R"(
  Python    export REQUESTS_CA_BUNDLE=)" +
         file + R"(   (requests; SSL_CERT_FILE for httpx and urllib)
  Node      export NODE_EXTRA_CA_CERTS=)" +
         file + R"(
  Java      keytool -importcert -noprompt -alias flow-mock -storepass changeit -keystore trust.p12 -file )" +
         file + R"(
            java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit …
  Debian    cp )" +
         file + R"( /usr/local/share/ca-certificates/flow-mock.crt && update-ca-certificates
Clients reach the mock by Adobe's names with one of:
  curl      curl --resolve platform.adobe.io:)" +
         number + ":" + where + R"( https://platform.adobe.io:)" + number + R"(/…
  all       a line of /etc/hosts: )" +
         address + R"( platform.adobe.io ims-na1.adobelogin.com   (and --https-port 443)
)";
}

} // namespace flow::mock
