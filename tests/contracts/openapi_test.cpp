#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "common/percent_encoding.hpp"
#include "common/text.hpp"
#include "contracts/model/errors.hpp"
#include "contracts/model/operations.hpp"
#include "contracts/suite/run.hpp"
#include "mock_server/http/error.hpp"
#include "mock_server/service.hpp"
#include "tests/contracts/described.hpp"
#include "tests/contracts/each_reading.hpp"
#include "tests/mock_server/support.hpp"

/// The description of the service (openapi.json) against what the mock answers.
namespace flow::contract {

namespace {

using Names = std::set<std::string>;
using mock::test::Ask;

constexpr const char *kJson = "application/json";

std::string listed(const std::vector<std::string> &all) {
  std::string text;
  for (const std::string &each : all) {
    text += "\n  " + each;
  }
  return text;
}

/// Calls `visit` with the path, the method in upper case and the description of each operation.
template <typename Visit> void each_described(Visit visit) {
  for (const auto &path : description().at("paths").items()) {
    for (const auto &method : path.value().items()) {
      std::string name = method.key();
      std::transform(name.begin(), name.end(), name.begin(), ::toupper);
      visit(path.key(), name, method.value());
    }
  }
}

TEST(ServiceDescription, HasEachOperationAndNoOther) {
  Names described;
  Names ids;
  each_described([&](const std::string &path, const std::string &method, const Json &operation) {
    described.insert(method + " " + path);
    EXPECT_TRUE(ids.insert(operation.at("operationId")).second) << operation["operationId"];
  });
  Names served;
  for (const OperationEntry &entry : operations()) {
    std::string path = entry.at_origin ? "" : std::string(kBasePath);
    for (const std::string &segment : entry.path) {
      path += "/" + segment;
    }
    served.insert(entry.method + " " + path);
  }
  EXPECT_EQ(described, served);
}

TEST(ServiceDescription, HasTheParametersOfEachOperation) {
  for (const OperationEntry &entry : operations()) {
    if (entry.at_origin) {
      continue; // in a form
    }
    each_described([&](const std::string &path, const std::string &method, const Json &operation) {
      std::string its = std::string(kBasePath);
      for (const std::string &segment : entry.path) {
        its += "/" + segment;
      }
      if (path != its || method != entry.method) {
        return;
      }
      std::vector<std::string> names;
      for (const Json &each : operation.at("parameters")) {
        const Json &parameter = resolved(each);
        if (parameter.at("in") == "query") {
          names.push_back(parameter.at("name"));
        }
      }
      EXPECT_EQ(names, entry.parameters) << entry.name;
    });
  }
}

void check_examples(const std::string &where, const Json &holder) {
  if (!holder.contains("content")) {
    return;
  }
  for (const auto &content : holder["content"].items()) {
    const Json examples = content.value().value("examples", Json::object());
    for (const auto &example : examples.items()) {
      const auto wrong = violations(example.value().at("value"), content.value().at("schema"));
      EXPECT_TRUE(wrong.empty()) << where << ", " << example.key() << listed(wrong);
    }
  }
}

TEST(ServiceDescription, HasExamplesThatItsSchemasAllow) {
  each_described([&](const std::string &path, const std::string &method, const Json &operation) {
    if (operation.contains("requestBody")) {
      check_examples(method + " " + path, operation["requestBody"]);
    }
    for (const auto &response : operation.at("responses").items()) {
      check_examples(method + " " + path + " " + response.key(), resolved(response.value()));
    }
  });
}

TEST(ServiceDescription, DescribesEachError) {
  for (const ErrorEntry &entry : errors()) {
    if (entry.name == "method-not-allowed" || entry.name == "token-method-invalid") {
      continue; // of no operation
    }
    const std::string target =
        entry.form == ErrorForm::token ? "/ims/token/v3" : std::string(kBasePath) + "/runs/x";
    mock::Error error(entry.name);
    error.resource_id = "x";
    const mock::Response response = mock::to_response(error, "request");
    const auto wrong = undescribed({.method = entry.form == ErrorForm::token ? "POST" : "PUT",
                                    .target = target,
                                    .body = "{}",
                                    .status = response.status,
                                    .answer = response.body});
    EXPECT_TRUE(wrong.empty()) << entry.name << listed(wrong);
  }
}

TEST(ServiceDescription, LetsNothingElsePass) {
  const std::string run = std::string(kBasePath) + "/runs/x";
  const auto said = [&](std::string_view method, const std::string &target, int status,
                        std::string_view answer) {
    return undescribed({.method = method, .target = target, .body = "", .status = status, .answer = answer});
  };
  EXPECT_FALSE(said("GET", run, 200, R"({"items": [], "_links": {}})").empty()) << "no run";
  EXPECT_FALSE(said("GET", run, 200, R"({"items": [{"id": "x"}], "_links": {}})").empty()) << "no whole run";
  EXPECT_FALSE(said("GET", run, 200, "{").empty()) << "no JSON";
  EXPECT_FALSE(said("GET", run, 202, "").empty()) << "another status";
  EXPECT_FALSE(said("GET", run, 404, R"({"error": "gone"})").empty()) << "another form of an error";
  EXPECT_FALSE(said("GET", run, 507, "{}").empty()) << "another form of one that no page mentions";
  EXPECT_FALSE(said("DELETE", std::string(kBasePath) + "/flows/x", 204, "{}").empty()) << "a body";
  const auto body = undescribed({.method = "POST",
                                 .target = std::string(kBasePath) + "/runs",
                                 .body = "{}",
                                 .status = 201,
                                 .answer = R"({"items": [{"id": "x", "etag": "y"}]})"});
  EXPECT_FALSE(body.empty()) << "a body that should have been refused";
}

/// The mock without a socket; what it answers is held against the description.
class Server {
public:
  explicit Server(const Reading &reading)
      : service_([&] {
          mock::Settings settings;
          settings.reading = reading;
          return settings;
        }()) {}

  mock::Response ask(const mock::Request &request) {
    mock::Response response = service_.handle(request);
    const auto wrong = undescribed({.method = request.method,
                                    .target = request.target,
                                    .body = request.body,
                                    .status = response.status,
                                    .answer = response.body});
    EXPECT_TRUE(wrong.empty()) << request.method << " " << request.target << " " << request.body
                               << listed(wrong) << "\n"
                               << response.body;
    ++asked;
    return response;
  }

  HttpResponse ask(const HttpRequest &request, const Target &target) {
    mock::Request its;
    its.method = request.method;
    its.target = std::string_view(request.url).substr(target.origin().size());
    for (const auto &[name, value] : request.headers) {
      its.headers.push_back({name, value});
    }
    if (request.body) {
      its.body = *request.body;
    }
    mock::Response response = ask(its);
    HttpResponse received;
    received.status = response.status;
    received.headers = std::move(response.headers);
    received.headers.emplace_back("Content-Type", kJson);
    received.body = std::move(response.body);
    return received;
  }

  int asked = 0;

private:
  mock::FlowService service_;
};

TEST(EachClause, IsHeldByExchangesThatAreDescribed) {
  for (const Reading &reading : each_reading()) {
    if (!has_usual_forms(reading)) {
      continue;
    }
    SCOPED_TRACE(told(reading));
    Server server(reading);
    Target target = Target::mock(service_url("http://mock"));
    target.reading = reading;
    for (const Clause *clause : fitting(matching(""), target)) {
      SCOPED_TRACE(clause->id);
      run_clause(*clause, target, [&](const HttpRequest &request) { return server.ask(request, target); });
    }
    EXPECT_GT(server.asked, 100);
  }
}

/// Asks as the description says, with the examples it has.
class Caller {
public:
  mock::Response operator()(const std::string &method, const std::string &path, const Json &operation,
                            const std::string &id) {
    std::string target = path;
    if (const std::size_t place = target.find("{id}"); place != std::string::npos) {
      target.replace(place, std::string_view("{id}").size(), id);
    }
    char before = '?';
    for (const Json &each : operation.value("parameters", Json::array())) {
      const Json &parameter = resolved(each);
      if (parameter.at("in") == "query" && parameter.value("required", false)) {
        const Json &schema = parameter.at("schema");
        const std::string value = schema.contains("enum") ? schema["enum"][0].get<std::string>() : "root";
        target += before + parameter.at("name").get<std::string>() + "=" + value;
        before = '&';
      }
    }
    Ask asked{.method = method, .target = target};
    if (operation.contains("requestBody")) {
      asked.body = body_for(operation["requestBody"]["content"]);
    }
    const std::string shown = asked.method == "GET" ? "" : etag_of(path, id);
    if (!shown.empty()) {
      asked.set("If-Match", shown);
    }
    return server_.ask(asked.request());
  }

private:
  static std::string body_for(const Json &content) {
    if (!content.contains(kJson)) {
      return "grant_type=client_credentials&client_id=id&client_secret=secret&scope=openid";
    }
    return content[kJson].at("examples").front().at("value").dump();
  }

  /// Of the document that a path is about.
  std::string etag_of(const std::string &path, const std::string &id) {
    const std::size_t place = path.find("{id}");
    if (place == std::string::npos) {
      return "";
    }
    const Ask asked{.method = "GET", .target = path.substr(0, place) + id};
    const Json read = Json::parse(server_.ask(asked.request()).body);
    return read.contains("items") ? read["items"][0].value("etag", "") : "";
  }

  Server server_{Reading()};
};

/// A document of each resource that the seed has, and that can be changed as its examples say.
std::string seeded_id(const std::string &path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kIds = {
      {{"/runs/", mock::test::kFailed},
       {"/flows/", "2edc08ac-4df5-4fe6-936f-81a19ce92f5c"},
       {"/connections/", "9e2541a0-b143-4d23-a541-a0b143dd2301"},
       {"/sourceConnections/", "26b53912-1005-49f0-b539-12100559f0e2"},
       {"/targetConnections/", "dbc5c132-bc2a-4625-85c1-32bc2a262558"},
       {"/connectionSpecs/", "26f526f2-58f4-4712-961d-e41bf1ccc0e8"},
       {"/flowSpecs/", "9753525b-82c7-4dce-8a9b-5ccfce2b9876"}}};
  const auto found = std::find_if(
      kIds.begin(), kIds.end(), [&](const auto &each) { return path.find(each.first) != std::string::npos; });
  return found == kIds.end() ? "" : std::string(found->second);
}

TEST(EachDescribedOperation, AnswersItsExamplesAsDescribed) {
  Caller call;
  each_described([&](const std::string &path, const std::string &method, const Json &operation) {
    SCOPED_TRACE(method + " " + path);
    if (method == "DELETE") {
      return; // the seed's documents are in use
    }
    const bool is_update_of_run = operation["operationId"] == "update_run"; // with the documented run
    const mock::Response answer =
        call(method, path, operation, is_update_of_run ? std::string(mock::test::kSuccess) : seeded_id(path));
    const bool is_publish =
        path.find("/action") != std::string::npos && path.find("/runs/") == std::string::npos;
    if (!is_publish) { // of what is no draft
      EXPECT_LT(answer.status, 300) << answer.body;
    }
  });
}

TEST(EachDescribedOperation, DeletesWhatItsExampleCreates) {
  Caller call;
  int deleted = 0;
  each_described([&](const std::string &path, const std::string &method, const Json &operation) {
    SCOPED_TRACE(path);
    if (method != "DELETE") {
      return;
    }
    const std::string of_all = path.substr(0, path.find("/{id}"));
    const Json &create = description()["paths"][of_all]["post"];
    const mock::Response created = call("POST", of_all, create, "");
    ASSERT_EQ(created.status, 201) << created.body;
    const std::string id = Json::parse(created.body).at("id");
    EXPECT_EQ(call("DELETE", path, operation, id).status, 204);
    ++deleted;
  });
  EXPECT_EQ(deleted, 4);
}

} // namespace

} // namespace flow::contract
