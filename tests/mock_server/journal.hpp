#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/mock_server/steered.hpp"

/// What the tests of the journal, of violations and of coverage share.
namespace flow::mock::test {

inline constexpr std::string_view kSandbox = "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D";

/// GET of the control API, which has to succeed.
inline Json told(Stage &stage, std::string_view path) {
  const Response response = stage(admin_ask("GET", path));
  EXPECT_EQ(response.status, 200) << path << "\n" << response.body;
  return body_of(response);
}

/// The same of the sandbox that the documented headers name.
inline Json told_of_sandbox(Stage &stage, const std::string &path) {
  return told(stage, std::string(kSandbox) + path);
}

/// The ids of the clauses that were broken, in their order.
inline std::vector<std::string> broken(Stage &stage, const std::string &where = "") {
  std::vector<std::string> ids;
  const Json body = told(stage, where + "/violations"); // kept: items refer to it
  for (const Json &entry : body.at("violations")) {
    ids.push_back(entry.at("clause"));
  }
  return ids;
}

} // namespace flow::mock::test
