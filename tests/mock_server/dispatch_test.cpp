#include "mock_server/pipeline/dispatch.hpp"

#include <gtest/gtest.h>

namespace flow::mock {
namespace {

/// "get ID", "retry ID", or the error's name with its Allow header.
std::string route(std::string_view method, std::string_view path) {
  const auto target = parse_target(path);
  if (!target) {
    return "garbage";
  }
  const contract::Identified identified = contract::identify(method, target->segments);
  const auto found = mock::route(method, identified, *target);
  if (const Operation *to = std::get_if<Operation>(&found)) {
    return (*to == get_document ? "get " : "retry ") + std::string(identified.id);
  }
  const Error &error = std::get<Error>(found);
  std::string text = error.entry->name;
  for (const auto &[name, value] : error.headers) {
    text += " " + name + ": " + value;
  }
  return text;
}

TEST(Routes, ARunIsReadAndRetried) {
  EXPECT_EQ(route("GET", "/data/foundation/flowservice/runs/x"), "get x");
  EXPECT_EQ(route("POST", "/data/foundation/flowservice/runs/x/action?op=re-trigger"), "retry x");
}

TEST(Routes, ATrailingSlashIsTheSameResource) {
  EXPECT_EQ(route("GET", "/data/foundation/flowservice/runs/x/"), "get x");
  EXPECT_EQ(route("POST", "/data/foundation/flowservice/runs/x/action/"), "retry x");
}

TEST(Routes, HeadGoesWhereGetGoes) {
  EXPECT_EQ(route("HEAD", "/data/foundation/flowservice/runs/x"), "get x");
}

TEST(Routes, AnotherMethodIsToldWhatIsAllowed) {
  for (const char *method : {"POST", "DELETE", "OPTIONS", "PATCH", "get", "TRACE"}) {
    EXPECT_EQ(route(method, "/data/foundation/flowservice/runs/x"), "method-not-allowed Allow: GET, PUT")
        << method;
  }
  for (const char *method : {"GET", "HEAD", "PUT", "DELETE"}) {
    EXPECT_EQ(route(method, "/data/foundation/flowservice/runs/x/action/"), "method-not-allowed Allow: POST")
        << method;
  }
}

TEST(Routes, AnUnknownPathIsNotFoundWhateverTheMethod) {
  for (const char *path :
       {"/", "/runs/x", "/data/foundation/flowservice", "/data/foundation/flowservice/flowz/x",
        "/data/foundation/flowservice/runs/x/actions", "/data/foundation/flowservice/runs/x/action/y",
        "/data/foundation/flowservice/runs//", "/data/foundation/flowservice/runs//action",
        "/data/foundation/flowservice/Runs/x", "/data/foundation/flowservice/runs/x//",
        "/data/foundation/flowservice/../flowservice/runs/x", "//data/foundation/flowservice/runs/x",
        "/data/foundation/catalog/runs/x"}) {
    EXPECT_EQ(route("GET", path), "route-not-found") << path;
    EXPECT_EQ(route("POST", path), "route-not-found") << path;
  }
}

TEST(Routes, AnEncodedSlashBelongsToTheId) {
  EXPECT_EQ(route("GET", "/data/foundation/flowservice/runs/a%2Faction"), "get a/action");
}

} // namespace
} // namespace flow::mock
