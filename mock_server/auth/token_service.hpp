#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mock_server/auth/shared_tokens.hpp"
#include "mock_server/clock/clock.hpp"
#include "mock_server/clock/steerable_clock.hpp"
#include "mock_server/http/http_message.hpp"
#include "mock_server/resources/id_source.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"
#include "mock_server/seed/seed.hpp"

namespace flow::mock {

enum class TokenStanding { unknown, holds, expired };

/// Adobe's token endpoint, as far as server-to-server credentials need it (ims): POST /ims/token/v3, and /v2.
/// Safe to use from several threads.
class TokenService {
public:
  /// Without `clients`, anyone is given a token. Tokens expire on `clock`; `most` hold at once. `timed` are
  /// known although they were not given out here; so are, with `shared`, those of other mocks with its key.
  TokenService(const std::vector<TokenClient> &clients, const Clock &clock, IdSource &ids, std::size_t most,
               const std::vector<TimedToken> &timed = {}, std::optional<SharedTokens> shared = {});

  /// From now on the lives of the timed tokens count.
  void start_lives();

  /// {"access_token","token_type":"bearer","expires_in"}, or an error as RFC 6749, 5.2 has it.
  Response answer(const Request &request);

  /// A token that holds as one that was asked for; empty where as many hold as may.
  std::string issue();

  std::string issue_own();

  /// Whether the token was given out here, or by a mock with the same key, and still holds. It ages with
  /// time, and also by what the clock of the sandbox it is used in, which may be null, has been moved since:
  /// of another mock's, since it was first used here. `sandbox_clock` is asked only then.
  TokenStanding standing(std::string_view token,
                         const std::function<const SteerableClock *()> &sandbox_clock);

private:
  const std::vector<TokenClient> &clients_;
  const Clock &clock_;
  IdSource &ids_;
  const std::size_t most_;
  struct Issue {
    std::int64_t at_ms;
    std::uint64_t mark; ///< SteerableClock::mark
    std::int64_t life_ms;
  };

  /// Drops those that hold no more by time. With `mutex_` held.
  void drop_expired(std::int64_t now_ms);
  /// False, and nothing done, where as many hold as may. With `mutex_` held.
  bool keep(const std::string &token, Issue issue);
  /// Keeps a token of another mock with the same key, where it is one and there is room.
  std::optional<Issue> taken_in(std::string_view token);

  const std::vector<TimedToken> timed_;
  const std::optional<SharedTokens> shared_;
  std::atomic<bool> has_issued_ = false; ///< spares those a lock who bring tokens of their own
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Issue, TextHash, std::equal_to<>> issued_; ///< by token
  std::queue<const std::string *> oldest_; ///< of `issued_`, as they came; no timed ones
};

} // namespace flow::mock
