#include "contracts/model/operations.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "contracts/model/clause.hpp"
#include "contracts/model/contract.hpp"
#include "contracts/model/embedded_file.hpp"
#include "contracts/suite/subjects.hpp"
#include "tests/contracts/answered.hpp"

namespace flow::contract {

namespace {

std::vector<std::string> below_base(std::vector<std::string> path) {
  path.insert(path.begin(), {"data", "foundation", "flowservice"});
  return path;
}

/// The operation's name and its id; "405" for another method, "404" for an unknown path.
std::string asked_for(std::string_view method, const std::vector<std::string> &segments) {
  const Identified found = identify(method, segments);
  if (found.operation == nullptr) {
    return found.is_path_known ? "405" : "404";
  }
  return found.operation->name + (found.id.empty() ? "" : " " + std::string(found.id));
}

TEST(Operations, AreIdentifiedByMethodAndPath) {
  for (const OperationEntry &entry : operations()) {
    std::vector<std::string> path = entry.path;
    std::replace(path.begin(), path.end(), std::string("{id}"), std::string("x"));
    const bool has_id = path != entry.path;
    EXPECT_EQ(asked_for(entry.method, entry.at_origin ? path : below_base(path)),
              entry.name + (has_id ? " x" : ""));
    EXPECT_EQ(asked_for(entry.method, entry.at_origin ? below_base(path) : path), "404") << entry.name;
  }
}

TEST(Operations, OfTheSamePathAreToldApartByMethod) {
  EXPECT_EQ(asked_for("PUT", below_base({"runs", "x"})), "update_run x");
  EXPECT_EQ(asked_for("HEAD", below_base({"runs", "x"})), "get_run x");
  EXPECT_EQ(asked_for("DELETE", below_base({"runs", "x"})), "405");
  EXPECT_EQ(asked_for("GET", {"ims", "token", "v3"}), "405");
  EXPECT_EQ(asked_for("POST", below_base({"flows", "search"})), "search_flows");
  EXPECT_EQ(asked_for("GET", below_base({"flows", "search"})), "get_flow search");
}

TEST(Operations, AreNotFoundAtOtherPaths) {
  for (const std::vector<std::string> &path :
       std::vector<std::vector<std::string>>{{},
                                             {"runs"},
                                             {"data", "foundation", "flowservice"},
                                             below_base({"Runs"}),
                                             below_base({"runs", ""}),
                                             below_base({"runs", "x", "actions"}),
                                             below_base({"runs", "x", "action", "y"})}) {
    EXPECT_EQ(asked_for("GET", path), "404");
  }
}

TEST(Operations, TellWhichMethodsAPathHas) {
  EXPECT_EQ(allowed_methods(below_base({"runs", "x"})), "GET, PUT");
  EXPECT_EQ(allowed_methods(below_base({"runs", "x", "action"})), "POST");
  EXPECT_EQ(allowed_methods(below_base({"run"})), "");
}

TEST(Operations, ThatDoNotWriteAreSafeToRepeat) {
  for (const OperationEntry &entry : operations()) {
    EXPECT_TRUE(entry.method != "GET" || entry.repeat == Repeat::safe) << entry.name;
    EXPECT_TRUE(entry.repeat != Repeat::safe || entry.method == "GET" || entry.path.back() == "search")
        << entry.name;
  }
  for (const char *name : {"retry_run", "create_run"}) {
    const auto entry = std::find_if(operations().begin(), operations().end(),
                                    [&](const OperationEntry &each) { return each.name == name; });
    EXPECT_EQ(entry->repeat, Repeat::another_run);
  }
}

TEST(ErrorIn, IsTheEntryThatAnAnswerShows) {
  for (const ErrorEntry &entry : errors()) {
    const ErrorEntry *shown = error_in(entry.status, answer_with(entry));
    ASSERT_NE(shown, nullptr) << entry.name;
    EXPECT_TRUE(is_alike(*shown, entry)) << entry.name << ", " << shown->name;
  }
}

TEST(ErrorIn, IsNoneForAnotherStatusOrForm) {
  EXPECT_EQ(error_in(200, answer_with(error("run-not-found"))), nullptr);
  EXPECT_EQ(error_in(400, answer_with(error("run-not-found"))), nullptr);
  for (const char *answer : {"", "<html>", "{}", R"({"type":"about:blank"})", R"({"error_code":404})"}) {
    EXPECT_EQ(error_in(404, answer), nullptr) << answer;
  }
}

/// The pairs of reasons that nobody outside can tell apart, the earlier first.
std::set<std::pair<std::string, std::string>> alike_reasons() {
  std::set<std::pair<std::string, std::string>> alike;
  const auto &all = errors();
  for (auto one = all.begin(); one != all.end(); ++one) {
    for (auto other = std::next(one); other != all.end(); ++other) {
      if (is_alike(*one, *other)) {
        alike.emplace(one->name, other->name);
      }
    }
  }
  return alike;
}

TEST(Errors, ThatAreAnsweredAlikeSayWhyTheyAreTwo) {
  const Json document = Json::parse(text_of(catalogue::embedded_files(), "errors.json"));
  std::set<std::pair<std::string, std::string>> sharing;
  std::map<std::string, std::vector<std::string>> groups; // by the first of them
  for (const Json &entry : document.at("errors")) {
    if (entry.contains("shares")) {
      const Json &shares = entry.at("shares");
      std::vector<std::string> &group = groups[shares.at("with")];
      group.insert(group.begin(), group.empty() ? 1 : 0, shares.at("with").get<std::string>());
      for (const std::string &earlier : group) {
        sharing.emplace(earlier, entry.at("name"));
      }
      group.push_back(entry.at("name"));
      EXPECT_NE(shares.at("because"), "") << entry.at("name");
    }
  }
  EXPECT_EQ(alike_reasons(), sharing);
}

TEST(Errors, ThatAreAnsweredAlikeAreToldByTheRequest) {
  const auto alike = alike_reasons();
  const auto shares = [&](const std::string &name) {
    return std::any_of(alike.begin(), alike.end(),
                       [&](const auto &pair) { return pair.first == name || pair.second == name; });
  };
  for (const Subject &subject : subjects()) {
    for (const Clause &clause : subject.clauses) {
      if (clause.violation && clause.applies && shares(clause.applies->error)) {
        EXPECT_FALSE(clause.applies->query.empty() && clause.applies->operations.empty()) << clause.id;
      }
    }
  }
}

} // namespace

} // namespace flow::contract
