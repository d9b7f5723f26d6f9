#pragma once

#include "contracts/contract.hpp"
#include "mock_server/events/webhook_sender.hpp"

namespace flow::mock {

/// A sender's log as the control API shows it: {"events":[{"id","code","runId","atMs","body","state",
/// "attempts":[{"atMs","status" or "error","durationMs"}]}],"dropped"}; times in ms, "body" is the
/// notification as a JSON value.
contract::Json events_json(const WebhookSender &sender);

} // namespace flow::mock
