#include <flow_mock/sandbox.hpp>

#include <exception>

#include "common/json_text.hpp"
#include "common/percent_encoding.hpp"
#include "contracts/model/contract.hpp"

namespace flow_mock {

namespace {

using flow::percent_encoded;
using flow::plain_text;
using flow::contract::Json;

/// The answer to a call, which has to have been carried out.
Json carried_out(const ControlAnswer &answer) {
  Json document = Json::parse(answer.body);
  if (answer.status >= 400) {
    const Json &error = document.at("errors").at(0);
    const Json place = error.value("/source/pointer"_json_pointer, Json());
    throw Error(plain_text(error.at("title")) + (place.is_null() ? "" : " at " + plain_text(place)) + ": " +
                plain_text(error.at("detail")));
  }
  return document;
}

Json json_of(const std::vector<Outcome> &outcomes) {
  Json list = Json::array();
  for (const Outcome &outcome : outcomes) {
    list.push_back(outcome.duration
                       ? Json{{"outcome", outcome.state}, {"durationMs", outcome.duration->count()}}
                       : Json(outcome.state));
  }
  return list;
}

Json json_of(const RunSetUp &run) {
  Json entry = {{"state", run.state}};
  if (!run.id.empty()) {
    entry["id"] = run.id;
  }
  if (!run.flow.empty()) {
    entry["flowId"] = run.flow;
  }
  if (!run.retries.empty()) {
    entry["retries"] = json_of(run.retries);
  }
  return entry;
}

Json json_of(const Fault &fault) {
  Json entry = {{"type", fault.type}};
  for (const auto &[name, value] : fault.attributes) {
    std::visit([&entry, &name = name](const auto &its) { entry["attributes"][name] = its; }, value);
  }
  if (!fault.method.empty()) {
    entry["match"]["method"] = fault.method;
  }
  if (!fault.operation.empty()) {
    entry["match"]["operation"] = fault.operation;
  }
  if (!fault.path.empty()) {
    entry["match"]["path"] = fault.path;
  }
  if (fault.after > 0) {
    entry["after"] = fault.after;
  }
  if (fault.times) {
    entry["times"] = *fault.times;
  }
  if (!fault.at.empty()) {
    entry["at"] = fault.at;
  }
  return entry;
}

std::string query_of(const RequestFilter &filter) {
  std::string query;
  const auto add = [&query](const char *name, const std::string &value) {
    if (!value.empty()) {
      query += std::string("&") + name + "=" + percent_encoded(value);
    }
  };
  add("method", filter.method);
  add("path", filter.path);
  add("operation", filter.operation);
  add("run", filter.run);
  add("status", filter.status ? std::to_string(*filter.status) : "");
  add("violated", filter.violated ? (*filter.violated ? "true" : "false") : "");
  return query;
}

/// What came instead of what was awaited.
std::string not_come_text(const Json &told) {
  std::string text = plain_text(told.at("errors").at(0).at("detail"));
  for (const Json &near : told.at("nearest")) {
    text += "\n  " + plain_text(near.at("request").at("method")) + " " +
            plain_text(near.at("request").at("target"));
    for (const Json &difference : near.at("differences")) {
      text += "\n    " + plain_text(difference.at("filter")) + " is " + plain_text(difference.at("is")) +
              ", awaited " + plain_text(difference.at("wanted"));
    }
  }
  return text;
}

} // namespace

Sandbox::Sandbox(Server &mock) : mock_(mock) {
  const Json lease = carried_out(mock_.control("POST", "/leases"));
  id_ = lease.at("id");
  name_ = {.organisation = lease.at("organisation"), .sandbox = lease.at("sandbox")};
  token_ = lease.at("token");
  api_key_ = lease.at("apiKey");
  url_ = mock_.url();
  path_ = "/sandboxes/" + percent_encoded(name_.organisation) + "/" + percent_encoded(name_.sandbox);
}

Sandbox::~Sandbox() {
  try {
    mock_.control("DELETE", "/leases/" + id_);
  } catch (const std::exception &) { // NOLINT(bugprone-empty-catch)
    // It ends by itself.
  }
}

std::vector<std::pair<std::string, std::string>> Sandbox::headers() const {
  return {{"Authorization", "Bearer " + token_},
          {"x-api-key", api_key_},
          {"x-gw-ims-org-id", name_.organisation},
          {"x-sandbox-name", name_.sandbox}};
}

// They change the sandbox, which is in the mock.
// NOLINTBEGIN(readability-make-member-function-const)

std::vector<std::string> Sandbox::put_runs(const std::vector<RunSetUp> &runs) {
  Json entries = Json::array();
  for (const RunSetUp &run : runs) {
    entries.push_back(json_of(run));
  }
  const Json put = carried_out(control("PUT", "/runs", Json{{"runs", std::move(entries)}}.dump()));
  std::vector<std::string> ids;
  for (const Json &run : put.at("runs")) {
    ids.push_back(run.at("id"));
  }
  return ids;
}

void Sandbox::script(std::string_view run, const std::vector<Outcome> &outcomes) {
  carried_out(control("PUT", "/runs/" + percent_encoded(run) + "/script",
                      Json{{"retries", json_of(outcomes)}}.dump()));
}

std::string Sandbox::state_of(std::string_view run) {
  return carried_out(control("GET", "/runs/" + percent_encoded(run))).at("state");
}

std::string Sandbox::add_fault(const Fault &fault) {
  return carried_out(control("POST", "/faults", json_of(fault).dump())).at("id");
}

void Sandbox::clear_faults() {
  carried_out(control("DELETE", "/faults"));
}

void Sandbox::freeze() {
  carried_out(control("PUT", "/clock", R"({"frozen":true})"));
}

void Sandbox::resume() {
  carried_out(control("PUT", "/clock", R"({"frozen":false,"mode":"normal"})"));
}

void Sandbox::advance(std::chrono::milliseconds by) {
  carried_out(control("PUT", "/clock", Json{{"advanceMs", by.count()}}.dump()));
}

void Sandbox::skip_time() {
  carried_out(control("PUT", "/clock", R"({"mode":"auto"})"));
}

// NOLINTEND(readability-make-member-function-const)

std::vector<SeenRequest> Sandbox::requests(RequestFilter filter) const {
  filter.sandbox = name_;
  return mock_.journal(filter);
}

std::vector<SeenRequest> Sandbox::await(RequestFilter filter, std::size_t count,
                                        std::chrono::milliseconds patience) const {
  const ControlAnswer answer =
      control("GET", "/requests/await?count=" + std::to_string(count) +
                         "&timeoutMs=" + std::to_string(patience.count()) + query_of(filter));
  if (answer.status == 408) {
    throw NotCome(not_come_text(Json::parse(answer.body)));
  }
  carried_out(answer);
  return requests(std::move(filter));
}

std::string Sandbox::violations_text() const {
  std::string text;
  const Json log = carried_out(control("GET", "/violations"));
  for (const Json &violation : log.at("violations")) {
    text += plain_text(violation.at("clause")) + ", " + plain_text(violation.at("place")) + ": " +
            plain_text(violation.at("mend")) + "\n";
  }
  return text;
}

std::string Sandbox::unused_text() const {
  return mock_.unused_text(name_);
}

ControlAnswer Sandbox::control(std::string_view method, std::string_view path, std::string_view body) const {
  return mock_.control(method, path_ + std::string(path), body);
}

} // namespace flow_mock
