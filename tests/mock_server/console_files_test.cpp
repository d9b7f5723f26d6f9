#include <string>

#include <gtest/gtest.h>

#include "tests/mock_server/steered.hpp"

/// The files of the console, as /__admin/ui serves them.
namespace flow::mock::test {
namespace {

std::string header_of(const Response &response, const std::string &name) {
  for (const auto &[its_name, value] : response.headers) {
    if (its_name == name) {
      return value;
    }
  }
  return "";
}

TEST(ConsoleFiles, AreServedWithTheirTypesUnderAStrictPolicy) {
  Steered mock;
  const Response page = mock.admin("GET", "/ui");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(header_of(page, "Content-Type"), "text/html; charset=utf-8");
  const std::string policy = header_of(page, "Content-Security-Policy");
  EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; ")) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
  const Response look = mock.admin("GET", "/ui/look.css");
  EXPECT_EQ(look.status, 200);
  EXPECT_EQ(header_of(look, "Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(header_of(look, "X-Content-Type-Options"), "nosniff");
}

TEST(ConsoleFiles, AreForAnyoneAsTheyTellNothing) {
  Steered mock([](Settings &settings) { settings.control.token = "secret"; });
  EXPECT_EQ(mock.admin("GET", "/ui").status, 200);
  EXPECT_EQ(mock.admin("GET", "/ui/look.css").status, 200);
  EXPECT_EQ(mock.admin("GET", "/stream").status, 401);
  EXPECT_EQ(mock.admin("GET", "/metrics").status, 401);
}

TEST(ConsoleFiles, AreNoOthers) {
  Steered mock;
  for (const char *path : {"/ui/none.js", "/ui/..%2Findex.html", "/ui/vendor/none.js",
                           "/ui/vendor/../index.html", "/ui/%00", "/ui/a/b/c"}) {
    EXPECT_EQ(mock.admin("GET", path).status, 404) << path;
  }
  EXPECT_EQ(mock.admin("POST", "/ui").status, 405);
}

} // namespace
} // namespace flow::mock::test
