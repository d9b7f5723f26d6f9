#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace flow::mock {

/// Where fresh ids and etags come from. The same seed gives the same sequence.
/// Safe to use from several threads, without a lock.
class IdSource {
public:
  explicit IdSource(std::uint64_t seed) : state_(seed) {}

  /// Seeded from the system's randomness.
  static std::uint64_t random_seed();

  /// The sequence from its first again, of that seed.
  void start_over(std::uint64_t seed) { state_ = seed; }
  /// The seed of what follows from here on.
  [[nodiscard]] std::uint64_t seed_from_here() const { return state_; }

  /// A random UUID (version 4), 36 characters.
  std::string uuid();

  /// A fresh etag in the documented form, with its double quotes: "xxxxxxxx-0000-0200-0000-tttttttt0000",
  /// where tttttttt is `at_ms` in hexadecimal epoch seconds (facts: inferred from every documented etag).
  std::string etag(std::int64_t at_ms);

private:
  /// SplitMix64: one atomic addition a number, so that it needs neither a lock nor much memory.
  std::uint64_t next();

  std::atomic<std::uint64_t> state_;
};

/// The UUID (version 5) that stands for `name`: the same name, the same UUID.
std::string name_uuid(std::string_view name);

} // namespace flow::mock
