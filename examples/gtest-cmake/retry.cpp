#include "retry.hpp"

using flow::client::Run;
using flow::client::RunState;

Run retry_until_success(const flow::client::Client &client, const std::string &run_id, int limit) {
  Run run = client.get(run_id);
  for (int retries = 0; run.state == RunState::failed && retries < limit; ++retries) {
    run = client.wait(client.retry(run.id).id, std::chrono::minutes(10));
  }
  return run;
}
