#pragma once

/// The seventh step of a request: keeping what was seen of it.
namespace flow::mock {

struct Exchange;
struct ServiceState;

/// Notes an exchange in the journal, and breaches of the contract in the violation log. Secrets are removed
/// before anything is kept.
void record(ServiceState &state, const Exchange &exchange);

} // namespace flow::mock
