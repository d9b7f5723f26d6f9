#include "mock_server/pipeline/gateway.hpp"

#include <gtest/gtest.h>

#include "tests/mock_server/support.hpp"

namespace flow::mock {
namespace {

using test::Ask;

std::variant<Credentials, Error> check(const Ask &asked, const Allow &allow = {}, bool strict = false) {
  Settings settings;
  settings.seed.allow = allow;
  settings.strict = strict;
  const Request request = asked.request();
  return check_headers(request, given_headers(request, settings.reading), &contract::operation("get_run"),
                       settings, [](std::string_view token) {
                         return token == "issued"    ? TokenStanding::holds
                                : token == "expired" ? TokenStanding::expired
                                                     : TokenStanding::unknown;
                       });
}

/// The name of the error, or "" where the headers pass.
std::string gateway_refusal(const Ask &asked, const Allow &allow = {}, bool strict = false) {
  const auto checked = check(asked, allow, strict);
  const Error *error = std::get_if<Error>(&checked);
  return error == nullptr ? "" : error->entry->name;
}

Ask documented() {
  return test::retry(test::kFailed);
}

struct HeaderErrors {
  const char *header;
  const char *missing;
  const char *invalid;
};

constexpr HeaderErrors kHeaders[] = {
    {"Authorization", "token-missing", "token-invalid"},
    {"x-api-key", "api-key-missing", "api-key-invalid"},
    {"x-gw-ims-org-id", "org-missing", "org-not-entitled"},
    {"x-sandbox-name", "sandbox-header-missing", "sandbox-not-found"},
    {"Content-Type", "content-type-invalid", "content-type-invalid"},
};

TEST(Gateway, LetsTheDocumentedHeadersPass) {
  const Ask asked = documented();
  const auto checked = check(asked);
  ASSERT_TRUE(std::holds_alternative<Credentials>(checked));
  const auto &credentials = std::get<Credentials>(checked);
  EXPECT_EQ(credentials.token, "{ACCESS_TOKEN}");
  EXPECT_EQ(credentials.api_key, "{API_KEY}");
  EXPECT_EQ(credentials.organisation, "{ORG_ID}");
  EXPECT_EQ(credentials.sandbox, "{SANDBOX_NAME}");
}

TEST(Gateway, EachMissingHeaderHasItsError) {
  for (const HeaderErrors &row : kHeaders) {
    EXPECT_EQ(gateway_refusal(documented().drop(row.header)), row.missing) << row.header;
  }
}

TEST(Gateway, AnEmptyHeaderCountsAsMissing) {
  for (const HeaderErrors &row : kHeaders) {
    EXPECT_EQ(gateway_refusal(documented().set(row.header, "")), row.missing) << row.header;
  }
}

TEST(Gateway, AMalformedHeaderIsNotValid) {
  for (const char *malformed : {"two words", "tab\there", "nul\x01", "\xc3\xa9", "a, b", "\x7f"}) {
    for (const HeaderErrors &row : kHeaders) {
      EXPECT_EQ(gateway_refusal(documented().set(row.header, malformed)), row.invalid)
          << row.header << malformed;
    }
  }
}

TEST(Gateway, AHeaderGivenTwiceIsNotValid) {
  for (const HeaderErrors &row : kHeaders) {
    Ask asked = documented();
    const std::string value = asked.headers[static_cast<std::size_t>(&row - kHeaders)].second;
    EXPECT_EQ(gateway_refusal(asked.add(row.header, value)), row.invalid) << row.header;
  }
}

TEST(Gateway, AHeaderGivenTwiceIsNotValidAlsoWhereOneOfThemIsEmpty) {
  for (const HeaderErrors &row : kHeaders) {
    const Ask asked = documented();
    const std::string value = asked.headers[static_cast<std::size_t>(&row - kHeaders)].second;
    EXPECT_EQ(gateway_refusal(Ask(asked).add(row.header, "")), row.invalid) << row.header;
    EXPECT_EQ(gateway_refusal(Ask(asked).set(row.header, "").add(row.header, value)), row.invalid)
        << row.header;
  }
}

TEST(Gateway, HeaderNamesAreReadInAnyCase) {
  Ask shouting = documented();
  for (auto &[name, value] : shouting.headers) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  }
  EXPECT_EQ(gateway_refusal(shouting), "");
  Ask whispering = documented();
  for (auto &[name, value] : whispering.headers) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  }
  EXPECT_EQ(gateway_refusal(whispering), "");
}

TEST(Gateway, OnlyABearerTokenIsAToken) {
  for (const char *valid : {"Bearer t", "bearer t", "BEARER eyJ.a-b_c~+/="}) {
    EXPECT_EQ(gateway_refusal(documented().set("Authorization", valid)), "") << valid;
  }
  for (const char *invalid : {"Bearer", "Bearer ", "Bearer  ", "t", "Basic dTpw", "Bearert", "Bearer a b"}) {
    EXPECT_EQ(gateway_refusal(documented().set("Authorization", invalid)), "token-invalid") << invalid;
  }
}

TEST(Gateway, ContentTypeMayHaveParametersAndAnyCase) {
  for (const char *valid : {"application/json; charset=utf-8", "application/json;charset=UTF-8",
                            "Application/JSON", "application/json ; charset=utf-8", "application/json;"}) {
    EXPECT_EQ(gateway_refusal(documented().set("Content-Type", valid)), "") << valid;
  }
  for (const char *invalid : {"text/plain", "application/jsonx", "application/json2; charset=utf-8", "json",
                              "application/x-www-form-urlencoded", "application/json, application/json"}) {
    EXPECT_EQ(gateway_refusal(documented().set("Content-Type", invalid)), "content-type-invalid") << invalid;
  }
}

TEST(Gateway, OnlyMethodsThatSendNeedAContentType) {
  for (const char *method : {"GET", "HEAD", "DELETE", "OPTIONS"}) {
    Ask asked = documented();
    asked.method = method;
    EXPECT_EQ(gateway_refusal(asked.drop("Content-Type")), "") << method;
  }
  for (const char *method : {"POST", "PUT", "PATCH"}) {
    Ask asked = documented();
    asked.method = method;
    EXPECT_EQ(gateway_refusal(asked.drop("Content-Type")), "content-type-invalid") << method;
  }
}

TEST(Gateway, TheFirstWrongHeaderIsTheError) {
  // Every header from the n-th on is wrong: the n-th is the error.
  constexpr std::size_t kCount = std::size(kHeaders);
  for (std::size_t first = 0; first < kCount; ++first) {
    Ask missing = documented();
    Ask invalid = documented();
    for (std::size_t i = first; i < kCount; ++i) {
      missing.drop(kHeaders[i].header);
      invalid.set(kHeaders[i].header, "not valid");
    }
    EXPECT_EQ(gateway_refusal(missing), kHeaders[first].missing);
    EXPECT_EQ(gateway_refusal(invalid), kHeaders[first].invalid);
  }
}

Allow allow_documented() {
  return {.tokens = {"{ACCESS_TOKEN}"},
          .api_keys = {"other", "{API_KEY}"},
          .organisations = {"{ORG_ID}"},
          .sandboxes = {"{SANDBOX_NAME}"},
          .clients = {}};
}

TEST(Gateway, AllowedNamesPassAlsoWhenStrict) {
  EXPECT_EQ(gateway_refusal(documented(), allow_documented(), false), "");
  EXPECT_EQ(gateway_refusal(documented(), allow_documented(), true), "");
}

TEST(Gateway, NamesThatAreNotAllowedHaveTheDocumentedErrors) {
  for (const bool strict : {false, true}) {
    EXPECT_EQ(gateway_refusal(documented().set("Authorization", "Bearer no"), allow_documented(), strict),
              "token-invalid");
    EXPECT_EQ(gateway_refusal(documented().set("x-api-key", "no"), allow_documented(), strict),
              "api-key-invalid");
    EXPECT_EQ(gateway_refusal(documented().set("x-gw-ims-org-id", "no"), allow_documented(), strict),
              "org-not-entitled");
    EXPECT_EQ(gateway_refusal(documented().set("x-sandbox-name", "no"), allow_documented(), strict),
              "sandbox-not-found");
  }
}

TEST(Gateway, AnIssuedTokenPassesWhereOthersAreNotAllowed) {
  EXPECT_EQ(gateway_refusal(documented().set("Authorization", "Bearer issued"), allow_documented(), true),
            "");
}

TEST(Gateway, AllowedNamesAreComparedExactly) {
  EXPECT_EQ(gateway_refusal(documented().set("x-sandbox-name", "{sandbox_name}"), allow_documented()),
            "sandbox-not-found");
}

TEST(Gateway, AnEmptyListLetsEveryoneInUnlessStrict) {
  Allow allow = allow_documented();
  allow.api_keys.clear();
  EXPECT_EQ(gateway_refusal(documented().set("x-api-key", "any"), allow, false), "");
  EXPECT_EQ(gateway_refusal(documented().set("x-api-key", "any"), allow, true), "api-key-invalid");
}

TEST(Gateway, AnUnknownSandboxIsNamedInItsError) {
  const Ask asked = documented().set("x-sandbox-name", "nowhere");
  const auto checked = check(asked, allow_documented());
  ASSERT_TRUE(std::holds_alternative<Error>(checked));
  const Response response = to_response(std::get<Error>(checked), "id");
  EXPECT_NE(response.body.find("'nowhere'"), std::string::npos) << response.body;
}

} // namespace
} // namespace flow::mock
