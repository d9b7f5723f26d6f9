#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/model/contract.hpp"
#include "mock_server/http/http_message.hpp"

/// Servers that break one rule: the proof that each clause can fail.
namespace flow::contract {

/// A request that can be changed before the honest mock sees it.
struct Call {
  std::string method;
  std::string target; ///< without the service path
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The value of the header of that name, in any case; null where there is none.
  const std::string *header(std::string_view name) const;
};

/// The honest mock.
using Honest = std::function<mock::Response(const Call &)>;

/// Plays one mutant, which is data beside its clause (`mutants` of clauses.schema.json): answers as the
/// honest mock does, but for the calls that the mutant speaks of. A mutant may remember, by sandbox.
class Mutant {
public:
  /// `data` may name runs and flows of the built-in seed in braces: "{failed}", "{flow once}", …
  /// Throws std::out_of_range for a name there is none of.
  explicit Mutant(const Json &data);

  mock::Response answer(const Call &call, const Honest &honest);

  /// Whether one who makes these calls, in one sandbox, may get another answer than from the honest mock.
  bool can_be_met_by(const std::vector<Call> &calls) const;

private:
  struct Memory {
    bool is_after = false; ///< what has to come before has come
    std::map<std::string, Json> captured;
  };

  /// `text` or JSON with what is remembered and what the call says: "{first}", "{request If-Match}",
  /// "{count}".
  Json filled(const Json &value, const Call &call, const Memory &memory) const;
  void remember(const Call &call, const mock::Response &answer, Memory &memory);
  Call asked(const Json &ask, Call call) const;
  mock::Response changed(mock::Response response, const Call &call, const Memory &memory) const;

  Json data_;
  std::map<std::string, Memory> memories_; ///< by sandbox
  int count_ = 0;                          ///< calls that were answered otherwise
};

} // namespace flow::contract
