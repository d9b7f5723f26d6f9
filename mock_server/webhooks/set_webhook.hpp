#pragma once

#include "mock_server/webhooks/webhook.hpp"

namespace flow::mock {

struct Sandbox;
struct ServiceState;

/// Lets a sandbox tell the ends of its runs to that webhook from now on. False, and nothing done, where as
/// many sandboxes have one as may.
bool set_webhook(ServiceState &state, Sandbox &sandbox, const Webhook &webhook);

} // namespace flow::mock
