#include <algorithm>

#include "contracts/model/resources.hpp"
#include "tests/client/flowctl_fixture.hpp"

namespace flow::client {

namespace {

using testing::StartsWith;

constexpr const char *kS3 = "4cb0c374-d3bb-4557-b139-5712880adc55";
constexpr const char *kTables = "5e73e5a2-dc36-45a8-9f16-93c7a43af318";
constexpr const char *kNewConnection =
    R"({"name":"Mine","auth":{"specName":"Access Key","params":{"s3AccessKey":"k","s3SecretKey":"s"}},
        "connectionSpec":{"id":"ecadc60c-7455-4d87-84dc-2a0e293d997b"}})";
constexpr const char *kRename = R"([{"op":"replace","path":"/name","value":"Renamed"}])";

struct FlowctlResources : Flowctl {
  std::string id_of_new(const Arguments &options = {}) {
    Arguments create{"--json", "connection", "create", "-f", write_file("new.json", kNewConnection)};
    create.insert(create.end(), options.begin(), options.end());
    const Ended made = run(create);
    EXPECT_EQ(made.code, 0) << made.err;
    return json::parse(made.out).at("id");
  }

  json shown(const std::string &id) { return json::parse(run({"--json", "connection", id}).out); }
};

std::string word(std::string words) {
  std::replace(words.begin(), words.end(), ' ', '-');
  return words;
}

TEST_F(FlowctlResources, EachVerbOfADescriptorIsACommand) {
  const std::string all = run({"--help"}).out;
  for (const contract::Resource &resource : contract::resources()) {
    const std::string help = run({"help", word(resource.singular)}).out;
    for (const contract::ResourceVerb &verb : resource.verbs) {
      const bool is_list = verb.verb == "list";
      const std::string command = is_list ? word(resource.plural) : (verb.verb == "get" ? "show" : verb.verb);
      EXPECT_THAT(is_list ? all : help, HasSubstr("\n  " + command + " ")) << resource.name;
    }
  }
  EXPECT_THAT(run({"help", "connection-spec"}).out, Not(HasSubstr("\n  delete ")));
  EXPECT_THAT(run({"help", "source-connection"}).out, Not(HasSubstr("\n  search ")));
  EXPECT_THAT(all, Not(HasSubstr("\n  runs "))) << "they have commands of their own";
}

TEST_F(FlowctlResources, DocumentsAreATable) {
  const Ended ended = run({"connections", "--property", std::string("id==") + kS3});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "CONNECTION                            STATE    UPDATED (UTC)        NAME\n"
                       "4cb0c374-d3bb-4557-b139-5712880adc55  enabled  2020-02-05 22:28:49  S3 Connection\n");
  EXPECT_THAT(run({"source-connections"}).out, StartsWith("SOURCE CONNECTION "));
  EXPECT_THAT(run({"target-connections"}).out, StartsWith("TARGET CONNECTION "));
}

TEST_F(FlowctlResources, SpecificationsHaveIdAndName) {
  const Ended ended = run({"connection-specs", "--property", "name==Amazon S3", "--limit", "1"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, StartsWith("CONNECTION SPEC                       NAME\n"));
  EXPECT_EQ(asked().size(), 1u);
  EXPECT_THAT(asked().back(), testing::EndsWith("/connectionSpecs?property=name%3D%3DAmazon%20S3"))
      << "only what is documented is sent";
  EXPECT_EQ(run({"flow-specs", "--orderby", "name"}).code, 2);
  EXPECT_EQ(json::parse(run({"--json", "flow-specs", "--limit", "2"}).out).at("items").size(), 2u);
}

TEST_F(FlowctlResources, ListsAreOrderedLimitedAndCounted) {
  const json two = json::parse(run({"--json", "connections", "--orderby=createdAt", "--limit", "2"}).out);
  EXPECT_EQ(two.at("more"), true);
  EXPECT_EQ(two.at("items").size(), 2u);
  EXPECT_EQ(two.at("items").at(0).at("id"), kS3) << "the oldest";
  EXPECT_EQ(run({"connections", "--property", std::string("id==") + kS3, "--count"}).out, "1\n");
}

TEST_F(FlowctlResources, ADocumentIsShownWithWhatItRefersTo) {
  const Ended ended = run({"connection", kS3});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "id                   4cb0c374-d3bb-4557-b139-5712880adc55\n"
                       "name                 S3 Connection\n"
                       "state                enabled\n"
                       "connectionSpec       ecadc60c-7455-4d87-84dc-2a0e293d997b\n"
                       "created              2020-02-05 22:28:49 UTC\n"
                       "updated              2020-02-05 22:28:49 UTC\n"
                       "etag                 \"1700d77b-0000-0200-0000-5e3b41a10000\"\n");
  EXPECT_EQ(shown(kS3).at("auth").at("specName"), "Access Key");
}

TEST_F(FlowctlResources, AnIdThatIsNamedLikeACommandIsShownByShow) {
  EXPECT_EQ(run({"flow", "show", kNightly}).out, run({"flow", kNightly}).out);
  run({"flow", "show", "create"});
  EXPECT_THAT(asked_last(), testing::EndsWith("/flows/create"));
}

TEST_F(FlowctlResources, WhatIsNotThereIsExitCode1AndSaysWhereToLook) {
  const Ended ended = run({"source-connection", "none"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("FLOW-1439-404"));
  EXPECT_THAT(ended.err, HasSubstr("With flowctl: flowctl source-connections\n"));
}

TEST_F(FlowctlResources, ADocumentIsCreatedFromAFileOrStandardInput) {
  const Ended made = run({"connection", "create", "-f", write_file("new.json", kNewConnection)});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, StartsWith("id        "));
  EXPECT_THAT(made.out, HasSubstr("\netag      \""));
  EXPECT_EQ(shown(id_of_new()).at("state"), "enabled");
  EXPECT_EQ(shown(id_of_new({"--draft"})).at("state"), "draft");
  const Ended empty = run({"connection", "create", "-f", "-"});
  EXPECT_EQ(empty.code, 2) << "standard input is empty here";
  EXPECT_THAT(empty.err, HasSubstr("standard input is not JSON"));
}

TEST_F(FlowctlResources, ASpecificationIsCreatedAndReplacedButHasNoDraft) {
  const std::string file = write_file("spec.json", R"({"id":"my-spec","name":"Mine","providerId":"p"})");
  EXPECT_EQ(run({"connection-spec", "create", "-f", file, "--draft"}).code, 2);
  EXPECT_EQ(run({"connection-spec", "create", "-f", file}).out, "id        my-spec\n");
  const Ended put = run({"--json", "connection-spec", "put", "my-spec", "-f",
                         write_file("other.json", R"({"name":"Other","providerId":"p"})")});
  EXPECT_EQ(json::parse(put.out).at("name"), "Other") << put.err;
}

TEST_F(FlowctlResources, AFileThatCannotBeReadOrIsNoJsonIsExitCode2BeforeAnythingIsSent) {
  const Ended missing = run({"flow", "create", "-f", "/no/such.json"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("/no/such.json"));
  const Ended broken = run({"flow", "patch", kNightly, "-f", write_file("broken.json", "[{]")});
  EXPECT_EQ(broken.code, 2);
  EXPECT_THAT(broken.err, HasSubstr("broken.json is not JSON, at line 1, column 3"));
  EXPECT_EQ(requests, 0);
}

TEST_F(FlowctlResources, APatchReadsTheEtagUnlessOneIsGiven) {
  const std::string id = id_of_new();
  const std::string file = write_file("patch.json", kRename);
  const std::string etag = shown(id).at("etag");
  const Ended patched = run({"--json", "connection", "patch", id, "-f", file});
  EXPECT_EQ(patched.code, 0) << patched.err;
  EXPECT_EQ(sent("If-Match"), etag);
  EXPECT_EQ(shown(id).at("name"), "Renamed");
  const Ended stale = run({"connection", "patch", id, "-f", file, "--if-match", etag});
  EXPECT_EQ(stale.code, 1);
  EXPECT_THAT(stale.err, HasSubstr("FLOW-1404-412"));
  EXPECT_THAT(stale.err, HasSubstr("the etag is shown by: flowctl connection " + id));
}

TEST_F(FlowctlResources, AnAnswerWithoutAnEtagSaysSo) {
  const std::string file = write_file("patch.json", kRename);
  const Arguments patch = {"connection", "patch", "c-1", "-f", file, "--if-match", "*"};
  answer = [] { return answered(202, ""); };
  EXPECT_EQ(run(patch).out, "id        c-1\netag      not in the answer; a read shows it\n");
  Arguments as_json = patch;
  as_json.insert(as_json.begin(), "--json");
  EXPECT_EQ(json::parse(run(as_json).out), json({{"id", "c-1"}}));
  answer = [] { return answered(201, R"({"id":"c-2"})"); };
  EXPECT_EQ(run({"connection", "create", "-f", write_file("new.json", kNewConnection)}).out,
            "id        c-2\netag      not in the answer; a read shows it\n");
}

TEST_F(FlowctlResources, ADocumentIsDeleted) {
  const std::string id = id_of_new();
  EXPECT_EQ(run({"connection", "delete", id, "--if-match", "\"stale\""}).code, 1);
  const Ended deleted = run({"connection", "delete", id});
  EXPECT_EQ(deleted.code, 0) << deleted.err;
  EXPECT_EQ(deleted.out, "connection " + id + " is deleted\n");
  EXPECT_EQ(run({"connection", "delete", id}).code, 1);
  const std::string other = id_of_new();
  EXPECT_EQ(json::parse(run({"--json", "connection", "delete", other}).out), json({{"id", other}}));
}

TEST_F(FlowctlResources, AFlowIsDisabledAndEnabled) {
  EXPECT_EQ(run({"flow", "disable", kNightly}).code, 0);
  EXPECT_THAT(asked_last(), testing::EndsWith("/flows/" + std::string(kNightly) + "/action?op=disable"));
  EXPECT_THAT(run({"flow", kNightly}).out, HasSubstr("state     disabled\n"));
  EXPECT_EQ(run({"flow", "action", kNightly, "enable"}).code, 0);
  EXPECT_THAT(run({"flow", kNightly}).out, HasSubstr("state     enabled\n"));
  EXPECT_EQ(run({"flow", "enable", kNightly}).code, 1) << "it is enabled";
  const std::string draft = id_of_new({"--draft"});
  EXPECT_EQ(run({"connection", "publish", draft}).code, 0);
  EXPECT_EQ(run({"connection", "enable", draft}).code, 2) << "a connection has no such action";
  EXPECT_EQ(run({"connection", "action", draft, "enable"}).code, 1) << "nor does the service know it";
}

TEST_F(FlowctlResources, ASearchIsAListOfWhatIsFound) {
  const std::string query = std::string("property=id==") + kS3;
  const Ended by_query = run({"connection", "search", "--query", query});
  EXPECT_EQ(by_query.code, 0) << by_query.err;
  EXPECT_THAT(by_query.out, HasSubstr("\n4cb0c374-d3bb-4557-b139-5712880adc55  enabled"));
  const std::string body = json({{"queryString", query}}).dump();
  const Ended by_file = run({"--json", "connection", "search", "-f", write_file("search.json", body)});
  EXPECT_EQ(json::parse(by_file.out).at("items").at(0).at("id"), kS3) << by_file.err;
  const Ended counted = run({"connection", "search", "-f", write_file("count.json", R"({"count":true})")});
  EXPECT_EQ(counted.code, 2);
  EXPECT_THAT(counted.err, HasSubstr("leave count out"));
  EXPECT_EQ(run({"connection", "search"}).code, 2);
  EXPECT_EQ(run({"connection", "search", "--query", query, "-f", "x"}).code, 2);
}

TEST_F(FlowctlResources, AConnectionThatCannotBeUsedIsExitCode1) {
  const Ended good = run({"connection", "test", kS3});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_EQ(good.out, std::string("connection ") + kS3 + " can be used\n");
  for (const char *body : {R"({"result":false})", "false", "{}"}) {
    answer = [body] { return answered(200, body); };
    const Ended bad = run({"connection", "test", kS3});
    EXPECT_EQ(bad.code, 1) << body;
    EXPECT_EQ(bad.out, std::string("connection ") + kS3 + " cannot be used\n");
  }
  answer = [] { return answered(200, "true"); };
  EXPECT_EQ(run({"--json", "connection", "test", kS3}).out, "true\n");
}

TEST_F(FlowctlResources, WhatIsBehindAConnectionIsJson) {
  const Ended root = run({"connection", "explore", kTables, "--type", "root"});
  EXPECT_EQ(json::parse(root.out).at(0).at("path"), "acmeSpringCampaign") << root.err;
  const Ended rows = run(
      {"connection", "explore", kTables, "--type", "table", "--object", "acmeSpringCampaign", "--preview"});
  EXPECT_EQ(json::parse(rows.out).at("data").size(), 2u) << rows.err;
  EXPECT_EQ(run({"connection", "explore", kTables, "--type", "table"}).code, 1) << "which table?";
  const Ended file = run({"connection-spec", "explore", "26f526f2-58f4-4712-961d-e41bf1ccc0e8", "--type",
                          "file", "--object", "dlz-user-container/data8.csv"});
  EXPECT_EQ(json::parse(file.out).at("properties").at("fileType"), "delimited") << file.err;
  EXPECT_EQ(json::parse(run({"connection", "configs", kS3}).out), json::parse(R"({"items":[]})"));
}

TEST_F(FlowctlResources, AChangeWhoseAnswerIsLostIsExitCode6AndNotRepeated) {
  const std::string id = id_of_new();
  const std::string file = write_file("new.json", kNewConnection);
  answer = [] { return answered(502, "{}"); };
  requests = 0;
  const Ended created = run({"connection", "create", "-f", file});
  EXPECT_EQ(created.code, 6);
  EXPECT_THAT(created.err, HasSubstr("flowctl connections --orderby=-createdAt"));
  const Ended patched =
      run({"connection", "patch", id, "-f", write_file("p.json", kRename), "--if-match", "\"1\""});
  EXPECT_EQ(patched.code, 6);
  EXPECT_THAT(patched.err, HasSubstr("To see it: flowctl connection " + id));
  EXPECT_EQ(run({"flow", "disable", kNightly}).code, 6);
  EXPECT_EQ(requests, 3);
}

TEST_F(FlowctlResources, AWordTooManyOrTooFewIsExitCode2) {
  const Ended none = run({"connection"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("see flowctl connection --help"));
  const Ended before = run({"connection", "a", "delete", "b"});
  EXPECT_EQ(before.code, 2);
  EXPECT_THAT(before.err, HasSubstr("\"a\" is a word too many"));
  EXPECT_EQ(run({"connection", "delete", "a", "b"}).code, 2);
  EXPECT_EQ(requests, 0);
}

TEST_F(FlowctlResources, AProtectedProfileHasToBeAgreedToBeforeAChange) {
  const std::string config = write_file("protected.toml", "[prod]\nprotected = true\n");
  const std::string file = write_file("new.json", kNewConnection);
  for (const Arguments &change :
       {Arguments{"connection", "create", "-f", file}, Arguments{"connection-spec", "put", "s", "-f", file},
        Arguments{"connection", "patch", kS3, "-f", file}, Arguments{"connection", "delete", kS3},
        Arguments{"flow", "disable", kNightly}}) {
    Arguments arguments{"--config", config, "--profile", "prod"};
    arguments.insert(arguments.end(), change.begin(), change.end());
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 2) << change.at(1);
    EXPECT_THAT(ended.err, HasSubstr("give --yes")) << change.at(1);
  }
  EXPECT_EQ(requests, 0);
}

} // namespace

} // namespace flow::client
