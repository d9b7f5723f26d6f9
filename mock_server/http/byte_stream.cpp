#include "mock_server/http/byte_stream.hpp"

#include <utility>

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

namespace flow::mock {

namespace {

class PlainStream final : public ByteStream {
public:
  explicit PlainStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
    asio::error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  asio::awaitable<asio::error_code> begin() override { co_return asio::error_code(); }
  bool is_secure() const override { return false; }

  asio::awaitable<std::size_t> read_some(std::span<char> room, asio::error_code &error) override {
    return socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                   asio::redirect_error(asio::use_awaitable, error));
  }

  std::size_t write_now(std::string_view bytes, asio::error_code &error) override {
    const std::size_t sent = socket_.write_some(asio::buffer(bytes), error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      error.clear();
    }
    return sent;
  }

  asio::awaitable<std::size_t> write_some(std::string_view bytes, asio::error_code &error) override {
    return socket_.async_write_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
  }

  void end_sending() override {
    asio::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }

protected:
  asio::ip::tcp::socket &socket() override { return socket_; }

private:
  asio::ip::tcp::socket socket_;
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

std::unique_ptr<ByteStream> plain_stream(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

} // namespace flow::mock
