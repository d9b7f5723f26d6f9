#include "client/flowctl/advice.hpp"

#include <array>
#include <string_view>

namespace flow::client {

namespace {

struct Advice {
  std::string_view code;
  std::string_view text; ///< RUN stands for the id of the run
};

// Of both catalogues: sources-errors has 1401-400 for it, flow-service-errors 1434-400.
constexpr std::string_view kOpAdvice =
    "The server does not know op=re-trigger: check that the base URL leads to Flow Service.";

constexpr std::array kAdvice{
    Advice{"FLOW-1387-400",
           "Only a failed run, or a successful one that ingested no records, can be retried. "
           "See how it stands: flowctl get RUN"},
    Advice{"FLOW-1388-400", "Enable the flow that the message names, then: flowctl retry RUN"},
    Advice{"FLOW-1333-400", "Only runs of batch sources can be retried; this source is a streaming one."},
    Advice{"FLOW-1382-400", "Leave out --delta-column, or name the one in the flow's Copy transformation: "
                            "flowctl --json flow shows it."},
    Advice{"FLOW-1383-400", "Name the table's delta column: --delta-column COLUMN"},
    Advice{"FLOW-1385-400",
           "Only flows of batch sources can be run on demand; this source is a streaming one."},
    Advice{"FLOW-1386-400", "Only flows that are scheduled once can be run on demand."},
    Advice{"FLOW-1430-400", "Check the flow's id: flowctl flows lists them. Organisation and sandbox must be "
                            "those it is in."},
    Advice{"FLOW-1401-400", kOpAdvice},
    Advice{"FLOW-1434-400", kOpAdvice},
    Advice{"FLOW-1439-404", "Check the id, and that organisation and sandbox are those the run is in."},
    Advice{"FLOW-1404-412", "The run has changed since. Its etag now: flowctl get RUN"},
    Advice{"FLOW-2105-400", "Name the sandbox: FLOW_SANDBOX, sandbox in the settings file, or --sandbox."},
    Advice{"FLOW-2100-404",
           "Check the sandbox's name: FLOW_SANDBOX, sandbox in the settings file, or --sandbox."},
    Advice{"FLOW-2120-403", "Ask an administrator for the permission in this sandbox."},
    Advice{"FLOW-1003-404",
           "The base URL is not that of Flow Service; without a path, flowctl adds the documented one."},
    Advice{"403010", "Give the access token: FLOW_TOKEN, or token in the settings file."},
    Advice{"401013", "The access token is wrong or expired (tokens live 24 hours): make a new one and put it "
                     "in FLOW_TOKEN, or give client credentials, which get a new one by themselves."},
    Advice{"invalid_client",
           "Check client id and secret: FLOW_CLIENT_ID, FLOW_CLIENT_SECRET, or the settings file."},
    Advice{"invalid_scope", "Check the scopes: FLOW_SCOPES, scopes in the settings file, or --scopes."},
    Advice{"403000", "Give the API key: FLOW_API_KEY, api_key in the settings file, or --api-key."},
    Advice{
        "403003",
        "Check the API key (the client id of the developer console's project): FLOW_API_KEY or --api-key."},
    Advice{"400003", "Name the organisation: FLOW_ORG, org in the settings file, or --org."},
    Advice{"403025", "The token does not belong to this organisation: check FLOW_ORG and FLOW_TOKEN."},
};

std::string for_run(std::string_view text, const std::string &run_id) {
  const std::size_t place = text.find("RUN");
  const bool names_run = place != std::string_view::npos && text.ends_with("RUN");
  return names_run ? std::string(text.substr(0, place)) + run_id : std::string(text);
}

std::string on_waiting(const Error &error) {
  if (!error.retry_after) {
    return "";
  }
  const auto wait = std::chrono::ceil<std::chrono::seconds>(*error.retry_after);
  return "The server asks to come back in " + std::to_string(wait.count()) + " s.";
}

} // namespace

std::string advice_on(const Error &error, const std::string &run_id) {
  switch (error.kind) {
  case ErrorKind::unknown_outcome:
    return "The flowId is in: flowctl get " + run_id +
           ". Where two new runs do no harm, --repeat-when-unknown tries again by itself.";
  case ErrorKind::connection:
    return "Check the base URL (FLOW_BASE_URL or --base-url), and that the server runs.";
  case ErrorKind::timeout:
    return "The server took the request, but did not answer in time; try again later.";
  case ErrorKind::malformed_answer:
    return "Check the base URL (FLOW_BASE_URL or --base-url).";
  case ErrorKind::service:
  case ErrorKind::gateway:
  case ErrorKind::token_refused:
    break;
  }
  for (const Advice &advice : kAdvice) {
    if (advice.code == error.code) {
      return for_run(advice.text, run_id);
    }
  }
  return on_waiting(error);
}

} // namespace flow::client
