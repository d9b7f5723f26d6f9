#pragma once

#include <memory>

#include "mock_server/webhooks/webhook.hpp"

namespace flow::mock {

struct Sandbox;
struct ServiceState;
class WebhookSender;

/// Lets a sandbox tell the ends of its runs to that webhook from now on. False, and nothing done, where as
/// many sandboxes have one as may. `going_on`: the sender that does so; null: a new one.
bool set_webhook(ServiceState &state, Sandbox &sandbox, const Webhook &webhook,
                 const std::shared_ptr<WebhookSender> &going_on = nullptr);

} // namespace flow::mock
