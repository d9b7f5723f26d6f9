#include "contracts/model/clause.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "contracts/model/embedded_file.hpp"
#include "contracts/model/json_schema.hpp"
#include "contracts/model/resources.hpp"
#include "contracts/suite/subjects.hpp"

namespace flow::contract {

namespace {

Json retry_clause() {
  return Json::parse(R"({
    "id": "retry/state/failed", "title": "A title", "requirement": "A sentence.", "standing": "inferred",
    "given": "a failed run",
    "when": [{"request": "POST /runs/{run}/action?op=re-trigger"}],
    "then": {"status": 200}
  })");
}

Json file_of(std::vector<Json> clauses) {
  return {{"subject", "retry"},
          {"title", "Retrying a run"},
          {"source", {{"page", "retry-flows"}, {"section", "Response"}}},
          {"clauses", std::move(clauses)}};
}

Clause read(const Json &clause) {
  return read_subject("clauses/retry.json", file_of({clause}).dump()).clauses.at(0);
}

/// What the reader says of a file it refuses; empty when it takes it.
std::string complaint_about_file(const std::string &text) {
  try {
    read_subject("clauses/retry.json", text);
  } catch (const ClauseError &error) {
    return error.what();
  }
  return "";
}

std::string complaint(const Json &clause) {
  return complaint_about_file(file_of({clause}).dump());
}

void expect_mentions(const std::string &text, const std::vector<std::string> &words) {
  for (const std::string &word : words) {
    EXPECT_NE(text.find(word), std::string::npos) << word << " in: " << text;
  }
}

TEST(Clause, IsReadWithAllItSays) {
  const Clause clause = read(retry_clause());
  EXPECT_EQ(clause.id, "retry/state/failed");
  EXPECT_EQ(clause.subject(), "retry");
  EXPECT_EQ(clause.title, "A title");
  EXPECT_EQ(clause.requirement, "A sentence.");
  EXPECT_EQ(clause.standing, Standing::inferred);
  EXPECT_EQ(clause.given, "a failed run");
  ASSERT_EQ(clause.when.size(), 1u);
  EXPECT_EQ(clause.when[0].method, "POST");
  EXPECT_EQ(clause.when[0].path, "/runs/{run}/action?op=re-trigger");
  EXPECT_EQ(clause.when[0].body, std::nullopt);
  EXPECT_EQ(clause.when[0].then.status, 200);
}

TEST(Clause, TellsAnEmptyBodyFromNone) {
  Json json = retry_clause();
  json["when"][0]["body"] = "";
  EXPECT_EQ(read(json).when[0].body, "");
}

TEST(Clause, SendsAnObjectAsJson) {
  Json json = retry_clause();
  json["when"][0]["body"] = {{"flowId", "{run}"}};
  EXPECT_EQ(read(json).when[0].body, R"({"flowId":"{run}"})");
}

TEST(Clause, CanBeginWithAPathItTookFromAnAnswer) {
  Json json = retry_clause();
  json["when"] = Json::parse(R"([{"request": "GET /runs", "capture": {"next": "token:/_links/next/href"}},
                                 {"request": "GET {next}"}])");
  const Clause clause = read(json);
  EXPECT_EQ(clause.when[1].path, "{next}");
  EXPECT_EQ(clause.when[0].captures.at(0).pointer, "/_links/next/href");
  EXPECT_TRUE(clause.when[0].captures.at(0).token);
}

TEST(Clause, AsksTheTokenServiceAtTheOrigin) {
  Json json = retry_clause();
  EXPECT_FALSE(read(json).when[0].at_origin);
  json["when"][0]["at"] = "origin";
  EXPECT_TRUE(read(json).when[0].at_origin);
  EXPECT_TRUE(read(json).when[0].is_token);
}

TEST(Clause, AsksAnotherServiceOfThePlatformAtTheOriginWithTheUsualHeaders) {
  Json json = retry_clause();
  json["when"][0]["at"] = "platform";
  EXPECT_TRUE(read(json).when[0].at_origin);
  EXPECT_FALSE(read(json).when[0].is_token);
  json["when"][0]["at"] = "elsewhere";
  EXPECT_THROW(read(json), ClauseError);
}

TEST(Clause, HoldsWithTheChoicesThatItNames) {
  Json json = retry_clause();
  EXPECT_TRUE(read(json).reading.empty());
  json["reading"] = {{"op", "RE_TRIGGER"}, {"etag-field", "eTag"}};
  EXPECT_EQ(read(json).reading, (ChoiceNames{{"op", "RE_TRIGGER"}, {"etag-field", "eTag"}}));
  json["reading"] = {{"op", "retrigger"}};
  EXPECT_THROW(read(json), ClauseError);
  json["reading"] = {{"opp", "re-trigger"}};
  EXPECT_THROW(read(json), ClauseError);
}

TEST(Clause, TellsAnEmptyHeaderFromOneLeftOut) {
  Json json = retry_clause();
  json["when"][0]["headers"] = {{"x-api-key", ""}, {"Authorization", nullptr}};
  const auto headers = read(json).when[0].headers;
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers[0].second, "");
  EXPECT_EQ(headers[1].second, std::nullopt);
}

TEST(Clause, TakesItsFilesSourceWhereItNamesNone) {
  Json json = retry_clause();
  EXPECT_EQ(read(json).source.section, "Response");
  json["source"] = {{"section", "Request"}};
  EXPECT_EQ(read(json).source.page, "retry-flows");
  EXPECT_EQ(read(json).source.section, "Request");
}

TEST(Clause, CapturesFromBodyAndHeader) {
  Json json = retry_clause();
  json["when"][0]["capture"] = {{"new", "/id"}, {"request_id", "header:x-request-id"}, {"all", ""}};
  const auto captures = read(json).when[0].captures;
  ASSERT_EQ(captures.size(), 3u);
  EXPECT_EQ(captures[0].pointer, "/id");
  EXPECT_EQ(captures[1].header, "x-request-id");
  EXPECT_EQ(captures[2].pointer, "");
}

TEST(ClauseReader, SaysWhichFileIsNoJson) {
  expect_mentions(complaint_about_file("{"), {"clauses/retry.json", "parse error"});
}

TEST(ClauseReader, SaysWhichClauseLacksWhat) {
  Json json = retry_clause();
  json.erase("requirement");
  expect_mentions(complaint(json), {"clauses/retry.json", "retry/state/failed", "requirement"});
}

TEST(ClauseReader, RefusesAMemberNobodyReads) {
  Json json = retry_clause();
  json["then"]["statsu"] = 200;
  expect_mentions(complaint(json), {"retry/state/failed", "/clauses/0/then", "statsu"});
}

TEST(ClauseReader, RefusesAnotherSubjectsId) {
  Json json = retry_clause();
  json["id"] = "runs/state/failed";
  expect_mentions(complaint(json), {"clauses/retry.json", "runs/state/failed", "subject"});
}

TEST(ClauseReader, RefusesAnIdTwice) {
  const std::string text = complaint_about_file(file_of({retry_clause(), retry_clause()}).dump());
  expect_mentions(text, {"retry/state/failed", "same id"});
}

TEST(ClauseReader, RefusesAnUnknownProviderState) {
  Json json = retry_clause();
  json["given"] = "a tired run";
  expect_mentions(complaint(json), {"retry/state/failed", "a tired run"});
}

TEST(ClauseReader, RefusesAnUnknownError) {
  Json json = retry_clause();
  json["then"] = {{"error", "no-such-error"}};
  expect_mentions(complaint(json), {"retry/state/failed", "no-such-error"});
}

TEST(ClauseReader, RefusesAnUnknownSchema) {
  Json json = retry_clause();
  json["then"] = {{"schema", {{"", "no-such-schema"}}}};
  expect_mentions(complaint(json), {"retry/state/failed", "no-such-schema"});
}

TEST(ClauseReader, RefusesAnUnknownExample) {
  Json json = retry_clause();
  json["then"] = {{"example", "no-such-example"}};
  expect_mentions(complaint(json), {"retry/state/failed", "no-such-example"});
}

TEST(ClauseReader, RefusesAPlaceholderWithoutValue) {
  Json json = retry_clause();
  json["when"][0]["request"] = "GET /runs/{new}";
  expect_mentions(complaint(json), {"retry/state/failed", "{new}"});
}

TEST(ClauseReader, RefusesTheRunOfNoState) {
  Json json = retry_clause();
  json.erase("given");
  expect_mentions(complaint(json), {"retry/state/failed", "{run}"});
}

TEST(ClauseReader, RefusesTheRunOfAFlow) {
  Json json = retry_clause();
  json["given"] = "a flow with several runs";
  expect_mentions(complaint(json), {"retry/state/failed", "{run}"});
}

TEST(ClauseReader, RefusesACaptureUsedBeforeItIsMade) {
  Json json = retry_clause();
  json["when"] = Json::parse(R"([{"request": "GET /runs/{new}"},
                                 {"request": "POST /runs/{run}/action", "capture": {"new": "/id"}}])");
  expect_mentions(complaint(json), {"{new}"});
}

TEST(ClauseReader, RefusesAClauseThatExpectsNothing) {
  Json json = retry_clause();
  json.erase("then");
  expect_mentions(complaint(json), {"retry/state/failed", "nothing is expected"});
}

TEST(ClauseReader, RefusesTwoExpectationsOfTheLastAnswer) {
  Json json = retry_clause();
  json["when"][0]["then"] = {{"status", 201}};
  expect_mentions(complaint(json), {"retry/state/failed", "then"});
}

TEST(Placeholders, AreLowerCaseNamesInBraces) {
  EXPECT_EQ(placeholders("/runs/{run}/{other_sandbox}"), (std::vector<std::string>{"run", "other_sandbox"}));
  EXPECT_TRUE(placeholders(R"({CREATED_BY} [0-9]{8} {"a":1} {} {a b} {open)").empty());
}

TEST(ClauseFiles, AreAllRead) {
  std::set<std::string> files;
  for (const EmbeddedFile &file : embedded_files()) {
    if (file.name.starts_with("clauses/")) {
      files.emplace(file.name);
    }
  }
  std::set<std::string> read;
  for (const Subject &subject : subjects()) {
    read.insert("clauses/" + subject.name + ".json");
  }
  EXPECT_EQ(read, files);
}

TEST(ClauseFiles, AreReadInTheSameOrderWithStepsAndWithout) {
  const auto ids = [](const std::vector<Subject> &all) {
    std::vector<std::string> found;
    for (const Subject &subject : all) {
      for (const Clause &clause : subject.clauses) {
        found.push_back(clause.id);
      }
    }
    return found;
  };
  EXPECT_EQ(ids(subjects_without_steps()), ids(subjects()));
}

TEST(ClauseFiles, NameASourceForEveryClause) {
  for (const Subject &subject : subjects()) {
    for (const Clause &clause : subject.clauses) {
      EXPECT_FALSE(clause.source.page.empty()) << clause.id;
    }
  }
}

TEST(ClauseFiles, AreNoSurerThanTheErrorsTheyName) {
  for (const Subject &subject : subjects()) {
    for (const Clause &clause : subject.clauses) {
      for (const Step &step : clause.when) {
        if (clause.standing == Standing::documented && !step.then.error.empty()) {
          EXPECT_EQ(error(step.then.error).standing, "documented") << clause.id;
        }
      }
    }
  }
}

TEST(ClauseFiles, UseEveryProviderState) {
  std::set<std::string_view> used;
  for (const Subject &subject : subjects()) {
    for (const Clause &clause : subject.clauses) {
      used.insert(clause.given);
    }
  }
  for (const std::string_view state : provider_states()) {
    EXPECT_TRUE(used.contains(state)) << state;
  }
}

TEST(Schemas, OfRunsHaveOnlyFieldsThatRunsHave) {
  for (const char *name : {"run", "openapi-run"}) {
    for (const auto &property : schema(name).at("properties").items()) {
      EXPECT_NE(field_of_run(property.key()), nullptr) << name << ": " << property.key();
    }
  }
}

TEST(Choices, AreEachJudgedByAClauseOfTheirOwn) {
  std::set<std::pair<std::string, std::string>> judged;
  for (const Subject &subject : subjects()) {
    for (const Clause &clause : subject.clauses) {
      judged.insert(clause.reading.begin(), clause.reading.end());
    }
  }
  for (const Matter &matter : matters()) {
    if (matter.name == "failure-event") {
      continue; // no client asks for events: the suite cannot see them
    }
    for (const Choice &choice : matter.choices) {
      EXPECT_TRUE(judged.contains({matter.name, choice.name})) << matter.name << "=" << choice.name;
    }
  }
}

TEST(Schema, ThatIsNoneIsKeptByNoDocument) {
  for (const Json &schema : {Json{{"maximum", "2022-05-03"}}, Json{{"minItems", nullptr}}}) {
    const auto violations = validate(1, schema);
    ASSERT_EQ(violations.size(), 1U) << schema;
    EXPECT_NE(violations[0].reason, "");
  }
}

TEST(Examples, KeepTheirSchemas) {
  EXPECT_TRUE(validate(example("retry-answer"), schema("retry-answer")).empty());
  EXPECT_TRUE(validate(example("run-answer"), schema("run-answer")).empty());
  EXPECT_TRUE(validate(example("run-answer").at("items").at(0), schema("run")).empty());
}

} // namespace

} // namespace flow::contract
