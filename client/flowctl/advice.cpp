#include "client/flowctl/advice.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "contracts/model/resources.hpp"

namespace flow::client {

namespace {

/// Where flowctl takes a part of its requests from, or which command shows a value for it.
struct Means {
  std::string_view place; ///< as errors.json has it
  std::string_view text;  ///< RUN at its end stands for the id of the run
};

constexpr std::string_view kDeltaColumn =
    "--delta-column COLUMN; the flow's transformations are shown by: flowctl --json flow";

constexpr std::array kMeans{
    Means{"header Authorization", "FLOW_TOKEN, token in the settings file, or client credentials, with "
                                  "which flowctl requests new tokens itself"},
    Means{"header x-api-key", "FLOW_API_KEY, api_key in the settings file, or --api-key"},
    Means{"header x-gw-ims-org-id", "FLOW_ORG, org in the settings file, or --org"},
    Means{"header x-sandbox-name", "FLOW_SANDBOX, sandbox in the settings file, or --sandbox"},
    Means{"header If-Match", "--if-match ETAG; the run's etag is shown by: flowctl get RUN"},
    Means{"form field client_id", "FLOW_CLIENT_ID and FLOW_CLIENT_SECRET, or the settings file"},
    Means{"form field scope", "FLOW_SCOPES, scopes in the settings file, or --scopes"},
    Means{"path", "FLOW_BASE_URL or --base-url; flowctl adds the documented path to a URL without one"},
    Means{"body /params/deltaColumn", kDeltaColumn},
    Means{"body /params/deltaColumn/name", kDeltaColumn},
    Means{"body /flowId", "flowctl flows"},
    Means{"flow", "flowctl flows"},
    Means{"run", "flowctl get RUN"},
};

std::string for_run(std::string_view text, const std::string &run_id) {
  const bool names_run = text.ends_with(" RUN");
  return names_run ? std::string(text.substr(0, text.size() - 3)) + run_id : std::string(text);
}

/// The means for that place, empty: there are none.
std::string means_for(const std::string &place, const std::string &run_id) {
  const auto means =
      std::find_if(kMeans.begin(), kMeans.end(), [&](const Means &each) { return each.place == place; });
  if (means != kMeans.end()) {
    return for_run(means->text, run_id);
  }
  for (const contract::Resource &resource : contract::resources()) {
    if (place == "id of the " + resource.singular && !resource.verbs.empty()) {
      return "flowctl " + command_word(resource.plural);
    }
  }
  return "";
}

/// What the contract advises, and how that is done with flowctl.
std::string contracts_advice(const Error &error, const std::string &run_id) {
  const std::string means = means_for(error.place, run_id);
  return means.empty() ? error.advice : error.advice + " With flowctl: " + means;
}

std::string on_waiting(const Error &error) {
  if (!error.retry_after) {
    return "";
  }
  const auto wait = std::chrono::ceil<std::chrono::seconds>(*error.retry_after);
  return "The server asks to try again in " + std::to_string(wait.count()) + " s.";
}

} // namespace

std::string command_word(std::string words) {
  std::replace(words.begin(), words.end(), ' ', '-');
  return words;
}

std::string advice_on(const Error &error, const std::string &run_id) {
  switch (error.kind) {
  case ErrorKind::connection:
    return "Check the base URL (FLOW_BASE_URL or --base-url), and that the server is running.";
  case ErrorKind::timeout:
    return "The server accepted the request, but did not answer in time; try again later.";
  case ErrorKind::malformed_answer:
    return "Check the base URL (FLOW_BASE_URL or --base-url).";
  case ErrorKind::service:
  case ErrorKind::gateway:
  case ErrorKind::token_refused:
  case ErrorKind::unknown_outcome: // the command knows where to look
    break;
  }
  const std::string advice = contracts_advice(error, run_id);
  const std::string waiting = on_waiting(error);
  return advice + (advice.empty() || waiting.empty() ? "" : " ") + waiting;
}

} // namespace flow::client
