#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mock_server/resources/run.hpp"
#include "mock_server/seed/seeded_documents.hpp"
#include "mock_server/seed/seeded_times.hpp"

namespace flow::mock {

/// How many runs a sandbox can have, where no setting says otherwise.
inline constexpr std::uint64_t kMostRuns = 2'000'000;

/// How many flows a sandbox can have, and how many documents of each other resource.
inline constexpr std::size_t kMostFlows = 100'000;
inline constexpr std::size_t kMostDocuments = 100'000;

/// An application that may ask for tokens.
struct TokenClient {
  std::string id;
  std::string secret;
  std::vector<std::string> scopes; ///< empty: any
};

/// A token that is let in for so long, from the start of the mock or its last reset.
struct TimedToken {
  std::string token;
  std::int64_t life_ms;
};

/// Who is let in. An empty list lets everyone in.
struct Allow {
  std::vector<std::string> tokens{}; ///< all, timed ones too
  std::vector<TimedToken> timed_tokens{};
  std::vector<std::string> api_keys{};
  std::vector<std::string> organisations{};
  std::vector<std::string> sandboxes{};
  std::vector<TokenClient> clients{}; ///< of the token service
};

/// A run of a seed, or as many as it has copies: they differ by their ids (run_ids.hpp) and, but for the
/// first, have fresh etags. They are made where the seed is loaded.
struct SeededRun : Run {
  std::uint64_t copies = 1;
  std::shared_ptr<const SeededTimes> times{}; ///< null: those of the run, which do not depend on now
};

/// The run that a sandbox made at `now_ms` has of it: its times, and its ending, which counted from then.
Run made_at(const SeededRun &seeded, std::int64_t now_ms);

/// What every sandbox starts as a copy of (mock_server/seed/seed.schema.json).
struct Seed {
  Allow allow;
  RetryDefaults defaults;
  std::vector<std::shared_ptr<const Flow>> flows;
  /// Endings count from a sandbox's first touch; scripts are copied with the runs.
  std::vector<SeededRun> runs;
  /// Those of other resources, read when they are first asked for.
  std::function<const SeededDocuments &()> documents = []() -> const SeededDocuments & {
    static const SeededDocuments kNone;
    return kNone;
  };

  [[nodiscard]] std::uint64_t run_count() const; ///< with all copies
};

/// A seed that cannot be used; what() names the file, the place in it as JSON Pointer, and the reason.
struct SeedError : std::runtime_error {
  SeedError(std::string_view file, std::string_view its_pointer, std::string_view its_reason);
  std::string pointer;
  std::string reason;
};

/// The published schema of seeds.
const contract::Json &seed_schema();

/// The seed for a JSON text; `name` is how errors call it. Throws SeedError.
Seed parse_seed(std::string_view text, std::string_view name, std::uint64_t most_runs = kMostRuns);

/// The seed of several files together: all their flows, runs and allowed names; defaults of the last that has
/// some. At most so many runs in all. Throws SeedError.
Seed read_seed_files(const std::vector<std::string> &files, std::uint64_t most_runs = kMostRuns);

/// The documented runs and one for each provider state (mock_server/seed/built-in.json).
const Seed &built_in_seed();
std::string_view built_in_seed_text();

} // namespace flow::mock
