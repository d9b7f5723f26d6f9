#include "mock_server/http/byte_stream.hpp"

#include <utility>

namespace flow::mock {

namespace {

class PlainStream final : public ByteStream {
public:
  explicit PlainStream(LoopSocket socket) : socket_(std::move(socket)) {
    asio::error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  Task<asio::error_code> begin() override { co_return asio::error_code(); }
  bool is_secure() const override { return false; }

  Task<std::size_t> read_some(std::span<char> room, asio::error_code &error) override {
    const Ended ended = co_await Operation([this, room](Resumption resumption) {
      socket_.async_read_some(asio::buffer(room.data(), room.size()), resumption);
    });
    error = ended.error;
    co_return ended.bytes;
  }

  std::size_t write_now(std::string_view bytes, asio::error_code &error) override {
    const std::size_t sent = socket_.write_some(asio::buffer(bytes), error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      error.clear();
    }
    return sent;
  }

  Task<std::size_t> write_some(std::string_view bytes, asio::error_code &error) override {
    const Ended ended = co_await Operation(
        [this, bytes](Resumption resumption) { socket_.async_write_some(asio::buffer(bytes), resumption); });
    error = ended.error;
    co_return ended.bytes;
  }

  void end_sending() override {
    asio::error_code ignored;
    socket_.shutdown(LoopSocket::shutdown_send, ignored);
  }

protected:
  LoopSocket &socket() override { return socket_; }

private:
  LoopSocket socket_;
};

} // namespace

void ByteStream::interrupt() {
  asio::error_code ignored;
  socket().cancel(ignored);
}

void ByteStream::reset() {
  asio::error_code ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  socket().close(ignored);
}

std::unique_ptr<ByteStream> plain_stream(LoopSocket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

} // namespace flow::mock
