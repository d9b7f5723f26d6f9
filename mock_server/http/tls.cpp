#include "mock_server/http/tls.hpp"

#include <array>
#include <string>
#include <utility>

#include <asio/redirect_error.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/use_awaitable.hpp>

#include "mock_server/error.hpp"
#include "mock_server/http/byte_stream.hpp"

namespace flow::mock {

struct TlsContext {
  asio::ssl::context context{asio::ssl::context::tls_server};
};

namespace {

using asio::ip::tcp;

/// As RFC 7301 has it: a client that names protocols, but none of ours, is refused.
int choose_protocol(SSL * /*tls*/, const unsigned char **chosen, unsigned char *length,
                    const unsigned char *offered, unsigned offered_length, void * /*unused*/) {
  static constexpr std::array<unsigned char, 9> kOurs = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char *found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, length, kOurs.data(), kOurs.size(), offered, offered_length);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void require(const asio::error_code &error, const std::string &what) {
  if (error) {
    throw TlsError(what + ": " + error.message());
  }
}

class TlsStream final : public ByteStream {
public:
  TlsStream(tcp::socket socket, std::shared_ptr<TlsContext> context)
      : context_(std::move(context)), stream_(std::move(socket), context_->context) {
    asio::error_code ignored;
    stream_.next_layer().non_blocking(true, ignored);
  }

  asio::awaitable<asio::error_code> begin() override {
    asio::error_code error;
    co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error.category() == asio::error::get_ssl_category() &&
        ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST) {
      answer_plainly();
    }
    co_return error;
  }

  asio::awaitable<std::size_t> read_some(std::span<char> room, asio::error_code &error) override {
    const auto buffer = asio::buffer(room.data(), room.size());
    return has_ended_sending_
               ? stream_.next_layer().async_read_some(buffer,
                                                      asio::redirect_error(asio::use_awaitable, error))
               : stream_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, error));
  }

  // What is encrypted has to be sent before anything else can be.
  std::size_t write_now(std::string_view /*bytes*/, asio::error_code & /*error*/) override { return 0; }

  asio::awaitable<std::size_t> write_some(std::string_view bytes, asio::error_code &error) override {
    return stream_.async_write_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
  }

  asio::awaitable<void> end_sending() override {
    asio::error_code ignored;
    has_ended_sending_ = true;
    co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }

protected:
  tcp::socket &socket() override { return stream_.next_layer(); }

private:
  /// To a client that did not begin with TLS.
  void answer_plainly() {
    Error error("bad-request");
    error.with("reason", "it came without TLS to a port for https");
    asio::error_code ignored;
    stream_.next_layer().write_some(asio::buffer(closing_text(to_response(error, "-"), "Bad Request")),
                                    ignored);
  }

  const std::shared_ptr<TlsContext> context_;
  asio::ssl::stream<tcp::socket> stream_;
  bool has_ended_sending_ = false; ///< what still comes is not decrypted any more
};

} // namespace

std::shared_ptr<TlsContext> tls_context(std::string_view chain, std::string_view key) {
  auto made = std::make_shared<TlsContext>();
  asio::ssl::context &context = made->context;
  asio::error_code error;
  // Else OpenSSL would ask for it at the terminal.
  context.set_password_callback(
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); });
  context.use_certificate_chain(asio::buffer(chain), error);
  require(error, "the certificate cannot be used");
  context.use_private_key(asio::buffer(key), asio::ssl::context::pem, error);
  require(error, "the key cannot be used");
  SSL_CTX *native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF); // clients keep their sessions themselves
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  return made;
}

std::unique_ptr<ByteStream> tls_stream(tcp::socket socket, std::shared_ptr<TlsContext> context) {
  return std::make_unique<TlsStream>(std::move(socket), std::move(context));
}

} // namespace flow::mock
