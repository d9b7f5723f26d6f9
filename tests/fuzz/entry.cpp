#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

/// What libFuzzer calls; FUZZ_TARGET is set by meson.build, one program each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  flow::fuzz::FUZZ_TARGET({reinterpret_cast<const char *>(data), size});
  return 0;
}
