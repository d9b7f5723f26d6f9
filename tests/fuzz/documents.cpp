#include <array>

#include "common/json_text.hpp"
#include "tests/fuzz/service.hpp"

namespace flow::fuzz {

namespace {

constexpr std::string_view kRoot = "/data/foundation/flowservice/";

/// One of each resource, by which a request can be about something that is there: of the built-in seed, and
/// what the requests before have made.
struct Made {
  std::string_view resource;
  std::string id;
};

mock::Response asked_of(mock::FlowService &service, std::string_view method, const std::string &path,
                        std::string_view body) {
  const std::string target = std::string(kRoot) + path;
  mock::Response response = asked(service, {.method = method,
                                            .target = target,
                                            .headers = {{"Host", "localhost:8080"},
                                                        {"Authorization", "Bearer t"},
                                                        {"x-api-key", "k"},
                                                        {"x-gw-ims-org-id", "o"},
                                                        {"x-sandbox-name", "s"},
                                                        {"Content-Type", "application/json"},
                                                        {"If-Match", "*"}},
                                            .body = body,
                                            .unreadable = {}});
  require(response.status < 500, "nothing goes wrong inside: " + response.body);
  require(response.body.empty() || nlohmann::json::accept(response.body), "a body is JSON: " + response.body);
  return response;
}

/// What is made is what the next requests are about.
void note_made(Made &made, const mock::Response &response) {
  const auto json = json_or_discarded(response.body);
  if (response.status == 201 && json.is_object() && json.contains("id")) {
    made.id = json["id"].get<std::string>();
  }
}

void ask(mock::FlowService &service, Made &made, unsigned verb, std::string_view body) {
  const std::string resource(made.resource);
  const std::string one = resource + "/" + made.id;
  switch (verb) {
  case 0:
    note_made(made, asked_of(service, "POST", resource, body));
    break;
  case 1:
    note_made(made, asked_of(service, "POST", resource + "?mode=draft", body));
    break;
  case 2:
    asked_of(service, "PATCH", one, body);
    break;
  case 3:
    asked_of(service, "PUT", one, body);
    break;
  case 4:
    asked_of(service, "POST", resource + "/search", body);
    break;
  case 5:
    asked_of(service, "POST", one + "/action?op=publish", body);
    break;
  case 6:
    asked_of(service, "DELETE", one, "");
    break;
  default:
    asked_of(service, "POST", "runs", body);
    break;
  }
  asked_of(service, "GET", one, "");
}

/// A text that a client of the control API is not shown, as it looks like a secret, is no id any more.
void expect_restorable(mock::FlowService &service) {
  const mock::Response taken = control(service, "GET", "/sandboxes/o/s/snapshot");
  require(taken.status == 200, "a snapshot can be taken: " + taken.body);
  if (taken.body.find("(not kept)") != std::string::npos) {
    return;
  }
  const mock::Response restored = control(service, "POST", "/sandboxes/o/other/restore", taken.body);
  require(restored.status == 200, "a snapshot is a seed: " + restored.body + " of " + taken.body);
  const mock::Response again = control(service, "GET", "/sandboxes/o/other/snapshot");
  require(again.body == taken.body, "it restores the same: " + again.body + " of " + taken.body);
}

} // namespace

/// The bytes are requests that make and change documents, apart from each other by a record separator (0x1e):
/// a byte says of which resource, one what is asked for, and the rest is the body. None ends in a 5xx, and
/// what they leave can be restored from its snapshot.
void documents(std::string_view bytes) {
  mock::FlowService service(reproducible_settings());
  std::array<Made, 6> made = {{{"connectionSpecs", "ecadc60c-7455-4d87-84dc-2a0e293d997b"},
                               {"connections", "4cb0c374-d3bb-4557-b139-5712880adc55"},
                               {"flowSpecs", "9753525b-82c7-4dce-8a9b-5ccfce2b9876"},
                               {"flows", "3abea21c-7e36-4be1-bec1-d3bad0e3e0de"},
                               {"sourceConnections", "26b53912-1005-49f0-b539-12100559f0e2"},
                               {"targetConnections", "dbc5c132-bc2a-4625-85c1-32bc2a262558"}}};
  constexpr unsigned kVerbs = 8;
  for (int requests = 0; !bytes.empty() && requests < 16; ++requests) {
    std::string_view request = take_until(bytes, "\x1e");
    Made &one = made.at(take_byte(request) % made.size());
    const unsigned verb = take_byte(request) % kVerbs;
    ask(service, one, verb, request);
  }
  expect_restorable(service);
}

} // namespace flow::fuzz
