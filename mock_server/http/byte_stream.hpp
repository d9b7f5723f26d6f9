#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include <asio/error_code.hpp>
#include <asio/ip/tcp.hpp>

#include "mock_server/http/task.hpp"

namespace flow::mock {

struct TlsContext;

/// A client's, in one loop.
using LoopSocket = asio::basic_stream_socket<asio::ip::tcp, LoopExecutor>;

/// The bytes between a client and us, both ways. Used by the thread of its event loop only.
class ByteStream {
public:
  ByteStream() = default;
  virtual ~ByteStream() = default; ///< closes
  ByteStream(const ByteStream &) = delete;
  ByteStream &operator=(const ByteStream &) = delete;

  /// What both sides have to agree on before anything is sent.
  virtual Task<asio::error_code> begin() = 0;
  /// Waits for some bytes; 0 with an error where none come any more.
  virtual Task<std::size_t> read_some(std::span<char> room, asio::error_code &error) = 0;
  /// Sends some without waiting: 0 where the client takes none for now. What it did not send is to be sent
  /// next.
  virtual std::size_t write_now(std::string_view bytes, asio::error_code &error) = 0;
  /// Waits until some could be sent.
  virtual Task<std::size_t> write_some(std::string_view bytes, asio::error_code &error) = 0;
  /// Tells the client that nothing more comes. What is read from then on is only to be thrown away.
  virtual void end_sending() = 0;

  /// Whether it is encrypted.
  virtual bool is_secure() const = 0;

  /// What waits ends, with an error.
  void interrupt();
  /// The client sees the connection reset.
  void reset();

protected:
  virtual LoopSocket &socket() = 0;
};

std::unique_ptr<ByteStream> plain_stream(LoopSocket socket);

/// TLS, the server's side (tls.hpp).
std::unique_ptr<ByteStream> tls_stream(LoopSocket socket, std::shared_ptr<TlsContext> context);

} // namespace flow::mock
