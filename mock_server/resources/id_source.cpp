#include "mock_server/resources/id_source.hpp"

#include <random>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace flow::mock {

namespace {

/// Writes eight digits.
void put_hexadecimal(char *text, std::uint32_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int place = 7; place >= 0; --place, number >>= 4U) {
    text[place] = kDigits[number & 0xfU];
  }
}

} // namespace

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
  std::string text = "\"........-0000-0200-0000-........0000\"";
  put_hexadecimal(text.data() + text.find('.'), static_cast<std::uint32_t>(next() >> 32U));
  put_hexadecimal(text.data() + text.find('.'), static_cast<std::uint32_t>(at_ms / 1000));
  return text;
}

std::string name_uuid(std::string_view name) {
  const boost::uuids::name_generator_sha1 generate(boost::uuids::ns::url());
  return boost::uuids::to_string(generate(name.data(), name.size()));
}

} // namespace flow::mock
