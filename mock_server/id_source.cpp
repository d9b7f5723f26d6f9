#include "mock_server/id_source.hpp"

#include <array>
#include <cstdio>
#include <random>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace flow::mock {

std::uint64_t IdSource::random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

std::uint64_t IdSource::next() {
  constexpr std::uint64_t kIncrement = 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_.fetch_add(kIncrement, std::memory_order_relaxed) + kIncrement;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::string IdSource::uuid() {
  struct Bits {
    using result_type = std::uint64_t;
    IdSource *source;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()() const { return source->next(); }
  };
  Bits bits{this};
  return boost::uuids::to_string(boost::uuids::basic_random_generator<Bits>(bits)());
}

std::string IdSource::etag(std::int64_t at_ms) {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "\"%08x-0000-0200-0000-%08x0000\"",
                                   static_cast<unsigned>(next() >> 32U), static_cast<unsigned>(at_ms / 1000));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string name_uuid(std::string_view name) {
  const boost::uuids::name_generator_sha1 generate(boost::uuids::ns::url());
  return boost::uuids::to_string(generate(name.data(), name.size()));
}

} // namespace flow::mock
