#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contracts/model/reading.hpp"
#include "mock_server/resources/run.hpp"
#include "mock_server/sandbox/sandbox_objects.hpp"

namespace flow::mock {

/// What the end of a run is called: "sources_flow_run_success", also without ingested records, or
/// "sources_flow_run_failed" (documented, notifications, whose prose has "…_failure": the reading's
/// failure-event). A run that failed in part is a success as long as its errors stay below the flow's
/// threshold (documented there): so a partial success is one, and a partial failure is not (inferred).
/// Nothing for a run that has not ended, and for one of a destination, as the page offers the events of
/// sources alone (assumed).
std::optional<std::string_view> event_code(const Run &run, const contract::Reading &reading);

/// What the platform posts to a webhook when a run has ended, the run as append_run shows it. Success and
/// failure have different envelopes (documented, notifications).
///
/// Success: {"event_id","event":{run…,"slaCreatedAt","processStartTime","header":{"_adobeio":{"imsOrgId",
/// "providerMetadata","eventCode"}},"transformedTime"}}, the times of every durationSummary in seconds, all
/// others in ms. That the three times of its own are those of the end is inferred. Where `client_id` is not
/// empty, "recipient_client_id" stands beside "event" (documented, events, signature verification; the
/// examples of notifications have none).
///
/// Failure: [{"messages":[{"msgType","version","timestamp","imsOrgId","schema","provider",
/// "_eventNotificationMeta":{"category","type"},"value":run}]}], all times in ms. It has no id.
///
/// Throws std::invalid_argument for a run that has no event_code.
std::string notification(std::string_view event_id, const std::string &client_id, const Run &run,
                         const SandboxObjects &sandbox, const contract::Reading &reading);

} // namespace flow::mock
