#include "mock_server/http/error.hpp"

#include <gtest/gtest.h>

namespace flow::mock {
namespace {

TEST(ErrorBody, OfTheGatewayHasCodeAndMessage) {
  const Response response = to_response(Error("token-missing"), "the-id");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body, R"({"error_code":"403010","message":"Oauth token is missing."})");
}

TEST(ErrorBody, OfAProblemHasItsFourFields) {
  const Response response = to_response(Error("content-type-invalid"), "the-id");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, R"({"type":"/placeholder/type/uri","status":400,"title":"BadRequestError",)"
                           R"("detail":"A valid content-type must be specified"})");
}

TEST(ErrorBody, OfTheFormOfDestinationsHasItsMessageTwice) {
  Error error("connection-not-found-message");
  error.with("id", "c1");
  EXPECT_EQ(to_response(error, "the-id").body, R"({"errorMessage":"connections not found with id = [c1]",)"
                                               R"("errorDetails":"connections not found with id = [c1]"})");
}

TEST(ErrorBody, OfTheServiceHasEveryFieldInTheDocumentedOrder) {
  Error error("run-not-found");
  error.with("id", "r1");
  error.resource_id = "r1";
  const Response response = to_response(error, "the-id");
  EXPECT_EQ(response.status, 404);
  const std::string message =
      "The requested runs resource r1 is not found. Verify the resource ID before trying again.";
  EXPECT_EQ(response.body,
            R"({"type":"https://ns.adobe.com/aep/errors/FLOW-1439-404","title":"Resource not found",)"
            R"("status":404,"report":{"detailed-message":")" +
                message + R"(","id":"r1","request-id":"the-id","type":"runs"},"errorMessage":")" + message +
                R"(","errorDetails":")" + message + R"("})");
}

TEST(ErrorBody, OfTheServiceNamesAResourceOnlyWhereOneIsMeant) {
  const Response response = to_response(Error("op-empty"), "the-id");
  const contract::Json report = contract::Json::parse(response.body).at("report");
  EXPECT_EQ(report.size(), 2U);
  EXPECT_TRUE(report.contains("detailed-message"));
  EXPECT_EQ(report.at("request-id"), "the-id");
}

TEST(ErrorBody, IsMadeForEveryEntryWithItsStatus) {
  for (const contract::ErrorEntry &entry : contract::errors()) {
    const Response response = to_response(Error(entry.name), "the-id");
    EXPECT_EQ(response.status, entry.status) << entry.name;
    EXPECT_TRUE(contract::Json::parse(response.body).is_object()) << entry.name;
  }
}

TEST(ErrorBody, ParametersThatAreNotUtf8StayJson) {
  Error error("op-unsupported");
  error.with("flowRunAction", std::string("\xff\xfe\0\"\n\xc3", 6));
  const Response response = to_response(error, "the-id");
  const contract::Json body = contract::Json::parse(response.body, nullptr, false);
  ASSERT_TRUE(body.is_object()) << response.body;
  EXPECT_EQ(body.at("errorMessage"), body.at("errorDetails"));
  EXPECT_EQ(body.at("errorMessage"), body.at("report").at("detailed-message"));
}

TEST(ErrorBody, ResourceIdsThatAreNotUtf8StayJson) {
  Error error("run-not-found");
  error.resource_id = "\xff";
  EXPECT_TRUE(contract::Json::accept(to_response(error, "the-id").body));
}

TEST(ErrorBody, ParametersAreNotFilledAgain) {
  const Response response =
      to_response(Error("op-unsupported").with("flowRunAction", "{flowRunAction}{id}"), "the-id");
  EXPECT_NE(response.body.find("'{flowRunAction}{id}'"), std::string::npos) << response.body;
}

TEST(ErrorBody, CarriesTheErrorsHeaders) {
  Error error("method-not-allowed");
  error.headers.emplace_back("Allow", "GET");
  const Response response = to_response(error, "the-id");
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].first, "Allow");
  EXPECT_EQ(response.headers[0].second, "GET");
}

} // namespace
} // namespace flow::mock
