#include "mock_server/http/tls.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <asio/ssl/context.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "mock_server/http/byte_stream.hpp"
#include "mock_server/http/error.hpp"

namespace flow::mock {

struct TlsContext {
  asio::ssl::context context{asio::ssl::context::tls_server};
};

namespace {

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

/// What a client's socket does for OpenSSL. OpenSSL's own functions for sockets end the process by SIGPIPE
/// where the client has gone.
int write_to_socket(BIO *bio, const char *bytes, int length) {
  asio::error_code error;
  const std::size_t sent = static_cast<LoopSocket *>(BIO_get_data(bio))
                               ->write_some(asio::buffer(bytes, static_cast<std::size_t>(length)), error);
  BIO_clear_retry_flags(bio);
  if (error == asio::error::would_block) {
    BIO_set_retry_write(bio);
  }
  return error ? -1 : static_cast<int>(sent);
}

int read_from_socket(BIO *bio, char *room, int length) {
  asio::error_code error;
  const std::size_t received = static_cast<LoopSocket *>(BIO_get_data(bio))
                                   ->read_some(asio::buffer(room, static_cast<std::size_t>(length)), error);
  BIO_clear_retry_flags(bio);
  if (error == asio::error::would_block) {
    BIO_set_retry_read(bio);
  }
  return error == asio::error::eof ? 0 : error ? -1 : static_cast<int>(received);
}

long control_socket(BIO * /*bio*/, int command, long /*number*/, void * /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0; // nothing is kept back
}

const BIO_METHOD *socket_method() {
  static const BIO_METHOD *const kMethod = [] {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client's socket");
    if (method == nullptr) {
      throw std::bad_alloc();
    }
    BIO_meth_set_write(method, write_to_socket);
    BIO_meth_set_read(method, read_from_socket);
    BIO_meth_set_ctrl(method, control_socket);
    return method;
  }();
  return kMethod;
}

bool has_read_plain_http(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST;
}

/// OpenSSL reads and writes the socket itself, and Asio waits until it can: the bytes are copied once.
class TlsStream final : public ByteStream {
public:
  TlsStream(LoopSocket socket, std::shared_ptr<TlsContext> context)
      : context_(std::move(context)), socket_(std::move(socket)),
        tls_(SSL_new(context_->context.native_handle())) {
    BIO *bio = tls_ ? BIO_new(socket_method()) : nullptr;
    if (bio == nullptr) {
      throw std::bad_alloc();
    }
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls_.get(), bio, bio);
    asio::error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  bool is_secure() const override { return true; }

  Task<asio::error_code> begin() override {
    asio::error_code error;
    co_await carried_out(SSL_accept, error);
    is_begun_ = !error;
    if (has_come_without_tls_) {
      answer_plainly();
    }
    co_return error;
  }

  Task<std::size_t> read_some(std::span<char> room, asio::error_code &error) override {
    return has_ended_sending_
               ? read_over(room, error)
               : carried_out(
                     [room](SSL *tls) { return SSL_read(tls, room.data(), static_cast<int>(room.size())); },
                     error);
  }

  std::size_t write_now(std::string_view bytes, asio::error_code &error) override {
    ERR_clear_error();
    const int sent = write(tls_.get(), bytes);
    if (sent > 0) {
      return static_cast<std::size_t>(sent);
    }
    const int reason = SSL_get_error(tls_.get(), sent);
    if (reason != SSL_ERROR_WANT_WRITE && reason != SSL_ERROR_WANT_READ) {
      fail(error);
    }
    return 0;
  }

  Task<std::size_t> write_some(std::string_view bytes, asio::error_code &error) override {
    return carried_out([bytes](SSL *tls) { return write(tls, bytes); }, error);
  }

  void end_sending() override {
    has_ended_sending_ = true;
    if (is_begun_) {
      ERR_clear_error();
      SSL_shutdown(tls_.get()); // says so, and does not wait for the client to say the same
    }
    asio::error_code ignored;
    socket_.shutdown(LoopSocket::shutdown_send, ignored);
  }

protected:
  LoopSocket &socket() override { return socket_; }

private:
  static int write(SSL *tls, std::string_view bytes) {
    constexpr std::size_t kMost = 1U << 30U;
    return SSL_write(tls, bytes.data(), static_cast<int>(std::min(bytes.size(), kMost)));
  }

  /// Reads what is not decrypted any more.
  Task<std::size_t> read_over(std::span<char> room, asio::error_code &error) {
    const Ended ended = co_await Operation([this, room](Resumption resumption) {
      socket_.async_read_some(asio::buffer(room.data(), room.size()), resumption);
    });
    error = ended.error;
    co_return ended.bytes;
  }

  /// Takes a step, as SSL_read is one, until it is done: waits for the socket as often as that takes. Returns
  /// what the step does; 0 with an error where it cannot be done.
  template <typename Step> Task<std::size_t> carried_out(Step step, asio::error_code &error) {
    for (bool has_waited = false;; has_waited = true) {
      ERR_clear_error(); // which all connections of this thread share
      const int outcome = step(tls_.get());
      if (outcome > 0) {
        if (!has_waited) { // nor has any other connection of this loop had its turn
          co_await other_turns(socket_.get_executor());
        }
        co_return static_cast<std::size_t>(outcome);
      }
      const int reason = SSL_get_error(tls_.get(), outcome);
      if (reason == SSL_ERROR_WANT_READ) {
        const Ended ended = co_await until_readable(socket_);
        error = ended.error;
      } else if (reason == SSL_ERROR_WANT_WRITE) {
        const Ended ended = co_await until_writable(socket_);
        error = ended.error;
      } else if (reason == SSL_ERROR_ZERO_RETURN) {
        error = asio::error::eof;
      } else {
        has_come_without_tls_ = has_read_plain_http(ERR_peek_error());
        fail(error);
      }
      if (error) {
        co_return 0;
      }
    }
  }

  /// After such an error, nothing may be said any more (SSL_shutdown).
  void fail(asio::error_code &error) {
    is_begun_ = false;
    error = asio::error::connection_reset;
  }

  /// To a client that did not begin with TLS.
  void answer_plainly() {
    Error error("bad-request");
    error.with("reason", "it came without TLS to a port for https");
    asio::error_code ignored;
    socket_.write_some(asio::buffer(closing_text(to_response(error, "-"), "Bad Request")), ignored);
  }

  const std::shared_ptr<TlsContext> context_;
  LoopSocket socket_;
  const std::unique_ptr<SSL, decltype([](SSL *tls) { SSL_free(tls); })> tls_;
  bool is_begun_ = false; ///< and has not failed
  bool has_come_without_tls_ = false;
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
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(native, 1); // a record's head and rest in one go
  return made;
}

std::unique_ptr<ByteStream> tls_stream(LoopSocket socket, std::shared_ptr<TlsContext> context) {
  return std::make_unique<TlsStream>(std::move(socket), std::move(context));
}

} // namespace flow::mock
