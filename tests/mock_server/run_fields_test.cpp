#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "contracts/model/resources.hpp"
#include "mock_server/seed/seed.hpp"
#include "tests/mock_server/described_answers.hpp"
#include "tests/mock_server/steered.hpp"

/// Seed, update, list and snapshot, held to the fields of a run that resources/runs.json has.
namespace flow::mock::test {
namespace {

using contract::ResourceField;
using contract::ValueKind;

/// A value of the field's kind; that of `mark` differs from others'.
Json value_of(const ResourceField &field, const std::string &mark) {
  const std::string text = mark + " " + field.path;
  switch (field.kind) {
  case ValueKind::text:
  case ValueKind::status:
    return text;
  case ValueKind::number:
  case ValueKind::time:
    return mark.size();
  case ValueKind::object:
    return {{mark, field.path}};
  case ValueKind::objects:
    return Json::array({{{mark, field.path}}});
  case ValueKind::texts:
    return Json::array({text, "b"});
  case ValueKind::any:
    break;
  }
  return nullptr;
}

std::vector<ResourceField> top_fields() {
  std::vector<ResourceField> fields;
  for (const ResourceField &field : contract::fields_of_run()) {
    if (field.is_at_top()) {
      fields.push_back(field);
    }
  }
  return fields;
}

/// A run that gives every field that a seed can give.
Json whole_run() {
  Json run = Json::parse(R"({
    "id": "whole", "flowId": "f", "createdAt": 1600000000001, "updatedAt": 1600000000002,
    "createdBy": "maker", "updatedBy": "changer", "createdClient": "client", "updatedClient": "other client",
    "sandboxId": "s", "sandboxName": "s", "imsOrgId": "o", "flowSpec": {}, "etag": "\"e-1\"", "state": "failed",
    "params": {"startTime": "1"},
    "activities": [{"id": "copyActivity"}],
    "metrics": {
      "statusSummary": {"status": "Failed"},
      "durationSummary": {"startedAtUTC": 1600000000003, "completedAtUTC": 1600000000004},
      "sizeSummary": {"inputBytes": 5, "outputBytes": 6},
      "recordSummary": {"inputRecordCount": 7, "createdRecordCount": 8, "outputRecordCount": 9,
                        "failedRecordCount": 10},
      "fileSummary": {"inputFileCount": 11, "outputFileCount": 12}
    }
  })");
  for (const ResourceField &field : top_fields()) {
    if (field.kept) {
      run[field.path] = value_of(field, "seeded");
    }
  }
  return run;
}

Seed seed_of(const Json &run) {
  const Json seed = {{"flows", {{{"id", "f"}, {"flowSpec", {{"id", "spec"}, {"version", "1.0"}}}}}},
                     {"runs", {run, {{"id", "another"}, {"flowId", "f"}, {"state", "success"}}}}};
  return parse_seed(seed.dump(), "a test's seed");
}

Steered mock_with(const Json &run) {
  return Steered([&](Settings &settings) { settings.seed = seed_of(run); });
}

Response updated(Steered &mock, const Json &body) {
  return mock.call(update("whole", body.dump(), mock.run("whole").at("etag").get<std::string>()));
}

bool finds_whole(Steered &mock, const ResourceField &field, const std::string &value) {
  const Response listed = mock.call(with_property(field.path + "==" + value));
  EXPECT_EQ(listed.status, 200) << field.path << ": " << listed.body;
  const auto ids = ids_in(listed);
  return std::find(ids.begin(), ids.end(), "whole") != ids.end();
}

TEST(RunFields, AreAllGivenAndShown) {
  const Json given = whole_run();
  Steered mock = mock_with(given);
  const Json shown = mock.run("whole");
  for (const ResourceField &field : top_fields()) {
    EXPECT_TRUE(given.contains(field.path)) << field.path;
    EXPECT_TRUE(shown.contains(field.path) || field.path == "state") << field.path;
  }
  for (const auto &member : shown.items()) {
    EXPECT_NE(contract::field_of_run(member.key()), nullptr) << member.key();
  }
}

TEST(RunFields, AreAllThatASeedTakesBesidesWhatIsTheMocks) {
  const std::set<std::string> of_the_mock = {"copies",    "ends",      "endedAt", "retries",
                                             "retriesOf", "startedAt", "window"};
  const Json &run = seed_schema().at("/properties/runs/items/properties"_json_pointer);
  for (const auto &property : run.items()) {
    EXPECT_NE(contract::field_of_run(property.key()) != nullptr, of_the_mock.contains(property.key()))
        << property.key();
  }
}

TEST(RunFields, EachFilters) {
  Steered mock = mock_with(whole_run());
  const Json shown = mock.run("whole");
  for (const ResourceField &field : contract::fields_of_run()) {
    std::string pointer = "/" + field.path;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    const Json value = field.path == "state" ? Json("FAILED") : shown.at(Json::json_pointer(pointer));
    if (value.is_primitive()) {
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      EXPECT_TRUE(finds_whole(mock, field, "\"" + text + "\"")) << field.path;
    }
    EXPECT_FALSE(finds_whole(mock, field, "17")) << field.path;
  }
}

TEST(RunFields, EachFiltersInItsOtherSpellingToo) {
  Steered mock([](Settings &settings) {
    settings.seed = seed_of(whole_run());
    settings.reading.take("openapi");
  });
  const Json shown = mock.run("whole");
  int others = 0;
  for (const ResourceField &field : contract::fields_of_run()) {
    if (!field.openapi.empty()) {
      ++others;
      EXPECT_TRUE(shown.contains(field.openapi)) << field.openapi;
      EXPECT_EQ(mock.call(with_property(field.openapi + "==17")).status, 200) << field.openapi;
    }
  }
  EXPECT_EQ(others, 2) << "etag and activities";
}

TEST(RunFields, OfTheServicesOwnAreLeftAsTheyAreByAnUpdate) {
  const NotAsDescribed values_of_other_kinds;
  Steered mock = mock_with(whole_run());
  for (const ResourceField &field : top_fields()) {
    if (field.read_only) {
      const Response answer = updated(mock, {{field.path, true}}); // whatever is sent back
      EXPECT_EQ(answer.status, 200) << field.path << ": " << answer.body;
      EXPECT_NE(body_of(answer).value(field.path, Json()), true) << field.path;
    }
  }
}

TEST(RunFields, OfTheClientsAreChangedByAnUpdate) {
  const NotAsDescribed values;
  Steered mock = mock_with(whole_run());
  for (const ResourceField &field : top_fields()) {
    if (field.read_only || field.path == "flowId") {
      continue;
    }
    const Json value = value_of(field, "updated");
    const Response answer = updated(mock, {{field.path, value}});
    EXPECT_EQ(answer.status, 200) << field.path << ": " << answer.body;
    Json shown = mock.run("whole").at(field.path);
    if (field.path == "metrics") {
      shown.erase("statusSummary"); // every run has one
    }
    EXPECT_EQ(shown, value) << field.path;
    const Response refused = updated(mock, {{field.path, true}});
    EXPECT_EQ(error_in(refused), "1312-400") << field.path;
    EXPECT_NE(refused.body.find(field.path), std::string::npos) << refused.body;
  }
}

TEST(RunFields, AreKeptBySnapshotAndSeed) {
  Steered mock = mock_with(whole_run());
  for (const ResourceField &field : top_fields()) {
    if (field.kept) {
      EXPECT_EQ(mock.run("whole").at(field.path), value_of(field, "seeded")) << field.path;
      updated(mock, {{field.path, value_of(field, "updated")}});
    }
  }
  const Json shown = mock.run("whole");
  const std::string snapshot = mock.steer("GET", "/snapshot").body;
  Steered again([&](Settings &settings) { settings.seed = parse_seed(snapshot, "snapshot"); });
  const Json kept = again.run("whole");
  for (const ResourceField &field : top_fields()) {
    EXPECT_EQ(kept.value(field.path, Json()), shown.value(field.path, Json())) << field.path;
  }
  EXPECT_EQ(again.steer("GET", "/snapshot").body, snapshot);
}

TEST(RunFields, ThatAreKeptAreGivenASeedInTheirKind) {
  for (const ResourceField &field : top_fields()) {
    if (field.kept) {
      Json run = whole_run();
      run[field.path] = 17;
      try {
        seed_of(run);
        ADD_FAILURE() << field.path;
      } catch (const SeedError &error) {
        EXPECT_NE(std::string(error.what()).find("/runs/0/" + field.path), std::string::npos) << error.what();
      }
    }
  }
}

} // namespace
} // namespace flow::mock::test
