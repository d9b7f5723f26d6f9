#include "mock_server/http/chunked_body.hpp"

#include "tests/fuzz/targets.hpp"

namespace flow::fuzz {

namespace {

constexpr mock::ChunkedBody::Limits kChunkLimits{.body_bytes = 512, .chunk_bytes = 512, .trailer_bytes = 256};

/// What became of the bytes, `step` of which come at a time.
struct Read {
  Read(std::string_view bytes, std::size_t step) {
    using State = mock::ChunkedBody::State;
    mock::ChunkedBody chunks(kChunkLimits);
    std::string_view unread;
    for (std::size_t end = 0; state == State::incomplete && end < bytes.size();) {
      const std::size_t more = std::min(step, bytes.size() - end);
      end += more;
      unread = bytes.substr(end - more - unread.size(), unread.size() + more);
      state = chunks.take(unread, body);
      taken = end - unread.size();
    }
  }

  mock::ChunkedBody::State state = mock::ChunkedBody::State::incomplete;
  std::string body;
  std::size_t taken = 0;
};

} // namespace

/// The bytes are the body of a request in chunks, and what follows it.
void chunked_body(std::string_view bytes) {
  const Read at_once(bytes, bytes.size());
  require(at_once.body.size() <= kChunkLimits.body_bytes, "a body keeps its limit");
  for (const std::size_t step : {1, 3}) {
    const Read in_parts(bytes, step);
    require(in_parts.state == at_once.state, "it does not matter how chunks are cut");
    if (at_once.state == mock::ChunkedBody::State::whole) {
      require(in_parts.body == at_once.body && in_parts.taken == at_once.taken,
              "the same body comes of them");
    }
  }
}

} // namespace flow::fuzz
