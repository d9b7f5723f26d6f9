#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/http_sender.hpp"
#include "contracts/judge/judge.hpp"
#include "contracts/model/clause.hpp"

namespace flow::contract {

/// The server to judge, and the credentials for it.
struct Target {
  std::string base_url; ///< with the service path, without a slash at the end
  std::string token = "flow-contract";
  std::string api_key = "flow-contract";
  std::string org = "flow-contract@AdobeOrg";
  /// Empty: the server is a mock, where a sandbox is a fresh copy of the seed the first time it is named;
  /// each clause then has one of its own. Else all share this one, with whoever else uses it.
  std::string sandbox{};
  std::map<std::string, std::string, std::less<>> states{}; ///< run or flow by provider state
  Reading reading{};                                        ///< how it reads Adobe's contradicting pages
  std::string ca_file{};            ///< of the authorities to trust; empty: see HttpSender
  std::string base_path{kBasePath}; ///< the end of `base_url` that is the service path
  bool may_write = true;            ///< whether requests that could change something may be sent
  HttpLimits limits{.connect = std::chrono::milliseconds(5'000), .whole = std::chrono::milliseconds(10'000)};

  /// The mock at `base_url`, with the runs of its built-in seed.
  static Target mock(std::string base_url);

  bool is_shared() const { return !sandbox.empty(); }
  std::string origin() const { return base_url.substr(0, base_url.size() - base_path.size()); }
};

/// "http://host:8080" or the same with the service path, as `Target::base_url`. `base_path` has no slash at
/// its end.
std::string service_url(std::string_view base_url, std::string_view base_path = kBasePath);

/// The answer as the judge sees it: a view.
inline Exchange exchange_of(const HttpResponse &response) {
  return {.status = response.status, .answer_headers = response.headers, .answer = response.body};
}

/// Sends a request and gives the answer. Throws HttpFailure where no whole one came.
using Ask = std::function<HttpResponse(const HttpRequest &)>;

/// The target's server. `sender` must outlive it.
Ask asking(HttpSender &sender, const Target &target);

enum class Outcome {
  held,
  broken,
  finding, ///< broken, but does not decide the exit code
  skipped
};

/// The result of one clause.
struct Verdict {
  const Clause *clause;
  Outcome outcome = Outcome::held;
  std::string reason{};                ///< why it was skipped
  std::vector<HttpRequest> requests{}; ///< those sent; of a broken clause, the last is the one that broke it
  std::vector<Deviation> deviations{}; ///< of a broken clause
  bool unanswered = false;             ///< it is broken as no answer came
};

/// Judges the server by one clause. `clause` must outlive the verdict. In a sandbox that others use, a clause
/// that only reads is judged again before it is reported as broken: a list may have changed meanwhile.
Verdict run_clause(const Clause &clause, const Target &target, const Ask &ask);
Verdict run_clause(const Clause &clause, const Target &target, HttpSender &sender);

/// The same for each; never stops at a broken one.
std::vector<Verdict> run_clauses(std::span<const Clause *const> clauses, const Target &target);

/// The clauses that `pattern` names: an id, the beginning of ids up to a slash ("retry/op"),
/// or a glob over whole ids ("*/missing"). An empty pattern names all.
std::vector<const Clause *> matching(std::string_view pattern);

/// Those of `clauses` that hold in the target's reading.
std::vector<const Clause *> fitting(std::vector<const Clause *> clauses, const Target &target);

} // namespace flow::contract
