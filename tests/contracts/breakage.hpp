#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contracts/contract.hpp"
#include "mock_server/http_message.hpp"

/// Servers that keep every rule but one: the proof that each clause can fail.
namespace flow::contract::breaking {

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

/// Answers in place of the honest mock, which it may ask.
using Rule = std::function<mock::Response(const Call &, const Honest &)>;

/// Which calls a rule speaks of.
using When = std::function<bool(const Call &)>;

/// One rule broken: what of the suite must then be reported.
struct Breakage {
  std::string_view clause;
  Rule rule;
  std::vector<std::string_view> companions{}; ///< clauses that cannot hold on such a server either
};

/// What GoogleTest shows of a breakage.
inline void PrintTo(const Breakage &breakage, std::ostream *out) {
  *out << breakage.clause;
}

std::vector<Breakage> breakages_of_retry();
std::vector<Breakage> breakages_of_runs_and_etags();
std::vector<Breakage> breakages_of_headers_and_order();
std::vector<Breakage> breakages_of_errors_and_routes();
std::vector<Breakage> breakages_of_list();
std::vector<Breakage> breakages_of_flows();
std::vector<Breakage> breakages_of_create();
std::vector<Breakage> breakages_of_update();
std::vector<Breakage> breakages_of_tokens();
std::vector<Breakage> breakages_of_readings();

// The flows and runs of the built-in seed, and the run the documented retry makes.
inline const std::string kSeveralRuns = "3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d";
inline const std::string kOnce = "3abea21c-7e36-4be1-bec1-d3bad0e3e0de";
inline const std::string kTable = "6c2f9e47-8b1a-4d03-b7e5-1f4a3c8d9e52";
inline const std::string kRepeatedly = "c9cef9cb-c934-4467-8ef9-cbc934546741";
inline const std::string kStreamingFlow = "7d1e4a90-5b62-4c38-9f07-2c8b6e5d1a34";
inline const std::string kHalfHourly = "f00c8762-df2f-432b-a7d7-38999fef5e8e";
inline const std::string kDestinationFlow = "df8d079d-11eb-466a-9731-6b5948a009e4";
inline const std::string kFailed = "4fb0418e-1804-45d6-8d56-dd51f05c0baf";
inline const std::string kZeroRecords = "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34";
inline const std::string kWithRecords = "9830305a-985f-47d0-b030-5a985fd7d004";
inline const std::string kInProgress = "c2a7e4d1-6f3b-4b8e-8a95-1e0d7c3f5a62";
inline const std::string kStreaming = "e8d4b6a3-0c5f-4f71-b2e9-7a3c1d9f8045";
inline const std::string kFailedOfDisabledFlow = "a1d94f6e-7c3b-4e52-8f08-6b9e2d5c7a14";
inline const std::string kInProgressOfDisabledFlow = "f3c8a5b0-2e6d-4917-a4b1-9d0e7f6c3b28";
inline const std::string kSecondDocumented = "65b7cfcc-6b2e-47c8-8194-13005b792752";
inline const std::string kPartial = "71c3f0a8-94d5-4b1e-a6f2-5e8d0b9c3a17";
inline const std::string kDestination = "e80e24c1-82de-48de-8352-b2d0fca1c392";
inline const std::string kFailedDestination = "850a3a02-ba0d-452a-aeb3-e9fcc8361342";
inline const std::string kNewRun = "3fb0418e-1804-45d6-8d56-dd51f05c0baf";
inline const std::string kNewEtag = "\"1100c53e-0000-0200-0000-627138980000\"";
inline const std::string kOtherEtag = "\"00000000-0000-0200-0000-000000000000\"";

// Which calls.
When is(std::string method, std::string target);
When starts(std::string method, std::string target);
/// With this text for a body.
When with_body(std::string text);
/// With a JSON object for a body that fulfils the condition.
When with_json(std::function<bool(const Json &body)> condition);
When retry_of(const std::string &run);
When read_of(const std::string &run);
/// A run that nobody has: neither in the seed nor made by a first retry. `method` is POST for its retry.
When about_unknown_run(std::string method, std::string end);
When lacks(std::string header);
When has(std::string header);
When sends(std::string header, std::string value);
When all(std::vector<When> conditions);

// What happens to them; all others are answered honestly.
Rule when(When condition, Rule rule);
/// Only to what the honest mock would have answered with 200.
Rule when_successful(When condition, Rule rule);

Rule answers(int status, std::string body = "{}");
/// A listing of nothing.
Rule lists_nothing();
Rule as_if_with(std::string header, std::string value);
Rule as_if_without(std::string header);
Rule as_if_at(std::string target);
Rule as_if_body(std::string body);
/// As if `run` stood in the path in place of the run that does.
Rule as_if_run(std::string run);
/// The honest answer, but for one thing.
Rule but(std::function<void(Json &body)> change);
Rule but_with(std::string pointer, Json value);
Rule but_without(std::string pointer);
Rule but_status(int status);
/// The honest error of the service, with these words for its message.
Rule but_message(std::string message);
Rule but_header(std::string name, std::string value); ///< an empty value: without it

} // namespace flow::contract::breaking
