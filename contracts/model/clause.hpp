#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/model/applies.hpp"
#include "contracts/model/contract.hpp"
#include "contracts/model/embedded_file.hpp"
#include "contracts/model/reading.hpp"

/// The documented rules, one object each, read from contracts/data/clauses/. All texts of a clause may hold
/// placeholders, `{run}`, which the suite fills in (judge/bindings.hpp).
namespace flow::contract {

/// Where a rule is documented.
struct Source {
  std::string page;    ///< a short name of facts.md, e.g. "retry-flows"
  std::string section; ///< heading or anchor on it
  std::string edition; ///< of the page, where it matters; else empty
};

/// "retry-flows, Retry (2024)"
std::string place_of(const Source &source);

/// What an answer must be. An empty member requires nothing.
struct Expectation {
  std::optional<int> status;
  std::string error;                                      ///< an entry of errors.json: status, body and type
  std::vector<std::string> mentions;                      ///< what that error's message must name
  std::vector<std::pair<std::string, Json>> headers;      ///< name to exact value or JSON Schema
  std::vector<std::pair<std::string, Json>> schema;       ///< JSON Pointer to JSON Schema of the value there
  std::vector<std::pair<std::string, Json>> body;         ///< JSON Pointer to exact value
  std::vector<std::pair<std::string, std::string>> dated; ///< pointer of an etag to that of its epoch ms
  std::string example;                                    ///< every value of this example is in the body,
  std::vector<std::string> except;                        ///< but for those at these pointers

  bool empty() const;
};

/// Takes a value out of an answer for later use as `{name}`.
struct Capture {
  std::string name;
  std::string header;  ///< of this header; where empty,
  std::string pointer; ///< of the body: a JSON Pointer, "" for all of it
  bool token = false;  ///< of a link: what stands behind its first '=', as clients read it
  bool bare = false;   ///< of an etag: what stands between its own quotes
  bool last = false;   ///< of a URL: its last segment
};

/// One request and what its answer must be.
struct Step {
  std::string method;
  std::string path; ///< below the service path, with the query
  bool at_origin =
      false;             ///< the path is not below the service's: of the token service, or of another service
  bool is_token = false; ///< of the token service, to which no usual headers are sent
  std::vector<std::pair<std::string, std::optional<std::string>>>
      headers;                     ///< changes to the usual ones; none: left out
  std::optional<std::string> body; ///< none: neither a body nor a Content-Length
  std::vector<Capture> captures;   ///< made before `then` is judged
  Expectation then;
};

/// One documented rule and how to see whether a server keeps it.
struct Clause {
  std::string id; ///< subject/…, e.g. "retry/op/missing"
  std::string title;
  std::string requirement;
  Standing standing = Standing::documented;
  Source source;
  std::string given;   ///< provider state whose run is `{run}`, or flow `{flow}`; empty: none is needed
  ChoiceNames reading; ///< it holds only where all of these are in force
  std::vector<Step> when;
  std::optional<Applies> applies;     ///< none: one exchange alone cannot tell
  std::optional<Violation> violation; ///< only beside `applies`

  std::string_view subject() const;
};

/// A file of clauses.
struct Subject {
  std::string name; ///< "retry"
  std::string title;
  std::vector<Clause> clauses;
};

/// Thrown with the file, the clause and what is wrong with it.
struct ClauseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads the text of a clause file; throws ClauseError. `file` is its name in `contracts/`.
Subject read_subject(std::string_view file, std::string_view text);

/// The subjects that `files` hold, in the order of the documentation. Throws ClauseError. They are not
/// checked for shape and sense: a test does that, and each start would take longer.
std::vector<Subject> read_subjects(std::span<const EmbeddedFile> files);

/// All subjects with their clauses, these without steps: what it takes to judge anybody's traffic. With their
/// steps: suite/subjects.hpp.
const std::vector<Subject> &subjects_without_steps();

/// The provider states a clause can be given.
std::span<const std::string_view> provider_states();

/// The state whose run or flow does not exist: the suite invents the id.
inline constexpr std::string_view kNoSuchRun = "no such run";
inline constexpr std::string_view kNoSuchFlow = "no such flow";

/// Other states that the suite treats specially.
inline constexpr std::string_view kFailedRun = "a failed run";
inline constexpr std::string_view kRunInProgress = "a run in progress";
inline constexpr std::string_view kFlowScheduledOnce = "a flow scheduled once";

/// What a provider state gives a clause, and the name of its placeholder: "run" or "flow".
std::string_view given_by(std::string_view state);

/// The runs and flows of the mock's built-in seed that are in these states, by state.
const std::vector<std::pair<std::string, std::string>> &built_in_states();

/// The names of the placeholders in `text`, without their braces.
std::vector<std::string> placeholders(std::string_view text);

} // namespace flow::contract
