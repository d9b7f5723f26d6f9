#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flow::mock {

/// Takes the chunks of a body apart as they come (RFC 9112, 7.1). Strict: a size is hexadecimal digits, with
/// an extension behind a semicolon at most; lines end in CR and LF; the body ends in a chunk of size 0.
/// Extensions and trailers are read and ignored.
class ChunkedBody {
public:
  struct Limits {
    std::size_t body_bytes;    ///< of all data together
    std::size_t chunk_bytes;   ///< of all sizes, extensions and line breaks
    std::size_t trailer_bytes; ///< of all trailers
  };
  enum class State { incomplete, whole, malformed, body_too_large, trailers_too_large };

  explicit ChunkedBody(const Limits &limits) : limits_(limits) {}

  /// Takes what it can off the front of `received` and appends its data to `body`; to be called again with
  /// what was left and more while `incomplete`.
  State take(std::string_view &received, std::string &body);

private:
  enum class Part { size, data, data_end, trailer };

  State take_size(std::string_view line);
  [[nodiscard]] State take_trailer(std::string_view line) const;
  State take_line(std::string_view &received);
  void take_data(std::string_view &received, std::string &body);

  Limits limits_;
  Part part_ = Part::size;
  std::size_t left_ = 0; ///< of the data of the current chunk
  std::size_t body_bytes_ = 0;
  std::size_t line_bytes_ = 0; ///< of sizes and extensions; later of trailers
};

} // namespace flow::mock
