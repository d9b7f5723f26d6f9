#pragma once

#include "contracts/model/contract.hpp"
#include "mock_server/journal/secret_values.hpp"
#include "mock_server/webhooks/webhook_sender.hpp"

namespace flow::mock {

/// A sender's log as the control API shows it: {"events":[{"id","code","runId","atMs","body","state",
/// "attempts":[{"atMs","status" or "error","durationMs"}]}],"dropped","due"}; times in ms, "body" is the
/// notification as a JSON value, without secrets, which its receiver is sent.
contract::Json events_json(const WebhookSender &sender, const KnownSecrets &known);

} // namespace flow::mock
