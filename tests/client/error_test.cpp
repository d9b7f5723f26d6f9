#include "tests/client/scripted.hpp"

#include "contracts/model/contract.hpp"

namespace flow::client {

namespace {

using contract::ErrorEntry;
using contract::ErrorForm;
using contract::Json;
using AnswerError = ScriptedClient;

/// The documented body of an error.
std::string body_of(const ErrorEntry &entry) {
  if (entry.form == ErrorForm::gateway) {
    return Json{{"error_code", entry.code}, {"message", entry.message}}.dump();
  }
  if (entry.form == ErrorForm::token) {
    return Json{{"error", entry.code}, {"error_description", entry.message}}.dump();
  }
  if (entry.form == ErrorForm::problem) {
    return Json{
        {"type", entry.type}, {"status", entry.status}, {"title", entry.title}, {"detail", entry.message}}
        .dump();
  }
  if (entry.form == ErrorForm::message) {
    return Json{{"errorMessage", entry.message}, {"errorDetails", entry.message}}.dump();
  }
  Json report = {{"detailed-message", entry.message}, {"request-id", "request-1"}};
  if (!entry.resource.empty()) {
    report["type"] = entry.resource;
  }
  return Json{{"type", entry.type}, {"title", entry.title},          {"status", entry.status},
              {"report", report},   {"errorMessage", entry.message}, {"errorDetails", entry.message}}
      .dump();
}

TEST_F(AnswerError, EveryErrorOfTheContractIsRead) {
  settings.retry_policy.attempts = 1;
  for (const ErrorEntry &entry : contract::errors()) {
    const Error error = error_of_get({Response{entry.status, {}, body_of(entry)}});
    EXPECT_EQ(error.status, entry.status) << entry.name;
    EXPECT_EQ(error.title, entry.title) << entry.name;
    EXPECT_EQ(error.detail, entry.message) << entry.name;
    const bool has_flow_code = entry.form == ErrorForm::service && !entry.code.empty();
    EXPECT_EQ(error.code, (has_flow_code ? "FLOW-" : "") + entry.code) << entry.name;
    const bool is_of_gateway = entry.form == ErrorForm::gateway || entry.form == ErrorForm::token;
    EXPECT_EQ(error.kind, is_of_gateway ? ErrorKind::gateway : ErrorKind::service) << entry.name;
    EXPECT_EQ(error.request_id, entry.form == ErrorForm::service ? "request-1" : "") << entry.name;
  }
}

TEST_F(AnswerError, TheAdviceIsTheContracts) {
  settings.retry_policy.attempts = 1;
  for (const ErrorEntry &entry : contract::errors()) {
    const Error error = error_of_get({Response{entry.status, {}, body_of(entry)}});
    const ErrorEntry *shown = contract::error_in(entry.status, body_of(entry));
    ASSERT_NE(shown, nullptr) << entry.name;
    EXPECT_EQ(error.advice, shown->advice) << entry.name;
    EXPECT_EQ(error.place, shown->place) << entry.name;
    EXPECT_NE(error.advice, "") << entry.name;
  }
}

TEST_F(AnswerError, TheAdviceIsTheRunsOrTheFlowsWhereTheyShareTheirCode) {
  for (const char *name : {"run-not-found", "flow-not-found"}) {
    const ErrorEntry &entry = contract::error(name);
    EXPECT_EQ(error_of_get({Response{404, {}, body_of(entry)}}).advice, entry.advice);
  }
}

TEST_F(AnswerError, TheAdviceIsThatOfTheCodeWhereTheTitleIsAnother) {
  const Response answer{400, {}, R"({"type":"FLOW-1387-400","title":"Not now"})"};
  EXPECT_EQ(error_of_get({answer}).advice, contract::error("state-refuses").advice);
}

TEST_F(AnswerError, ThereIsNoAdviceOnACodeThatTheContractDoesNotKnow) {
  const Response answer{400, {}, R"({"type":"https://ns.adobe.com/aep/errors/FLOW-9999-400","title":"New"})"};
  EXPECT_EQ(error_of_get({answer}).advice, "");
  EXPECT_EQ(error_of_get({Response{500, {}, "<html>"}}).advice, "");
}

TEST_F(AnswerError, TheRequestIdIsAlsoReadFromItsHeader) {
  const Response answer{403, {{"X-Request-Id", "request-2"}}, R"({"error_code":"403010","message":"no"})"};
  EXPECT_EQ(error_of_get({answer}).request_id, "request-2");
}

TEST_F(AnswerError, ACodeMayBeANumber) {
  EXPECT_EQ(error_of_get({Response{401, {}, R"({"error_code":401013,"message":"no"})"}}).code, "401013");
}

TEST_F(AnswerError, TheDetailIsTakenFromWhereItStands) {
  const auto detail = [&](const char *members) {
    const std::string type = R"({"type":"https://ns.adobe.com/aep/errors/FLOW-1387-400",)";
    return error_of_get({Response{400, {}, type + members + "}"}}).detail;
  };
  EXPECT_EQ(detail(R"("errorMessage":"a","errorDetails":"b")"), "a");
  EXPECT_EQ(detail(R"("errorDetails":"b")"), "b");
  EXPECT_EQ(detail(R"("report":"none","detail":"c")"), "c");
}

TEST_F(AnswerError, TheSummaryHoldsCodeTitleDetailAndStatus) {
  const ErrorEntry &entry = contract::error("state-refuses");
  const std::string text = error_of_get({Response{400, {}, body_of(entry)}}).what();
  EXPECT_EQ(text, "FLOW-1387-400 Bad Request: " + entry.message + " (HTTP 400)");
}

TEST_F(AnswerError, ABodyThatIsNoDocumentedErrorIsShownShortened) {
  const Error error =
      error_of_get({Response{500, {}, "<html>\r\n\x1b[31mBad\xff</html>" + std::string(5000, 'x')}});
  EXPECT_EQ(error.kind, ErrorKind::gateway);
  EXPECT_EQ(error.status, 500);
  EXPECT_EQ(error.code, "");
  EXPECT_TRUE(error.detail.starts_with("<html>   [31mBad")) << error.detail;
  EXPECT_LT(error.detail.size(), 250u);
}

TEST_F(AnswerError, NoBodyAtAllIsAnErrorAllTheSame) {
  EXPECT_STREQ(error_of_get({Response{500, {}, ""}}).what(), "HTTP 500");
}

TEST_F(AnswerError, JsonOfUnexpectedTypesIsNoHarm) {
  for (const char *body : {"null", "[]", "7", "\"text\"", "{}", R"({"error_code":null,"message":[]})",
                           R"({"type":{},"title":7,"report":[1],"errorMessage":{}})",
                           R"({"title":"t","report":{"request-id":{}}})"}) {
    EXPECT_EQ(error_of_get({Response{400, {}, body}}).status, 400) << body;
  }
}

TEST_F(AnswerError, ARedirectIsNoAnswer) {
  const Error error = error_of_retry({Response{302, {{"Location", "https://elsewhere.test"}}, ""}});
  EXPECT_EQ(error.kind, ErrorKind::malformed_answer);
  EXPECT_EQ(error.status, 302);
}

TEST_F(AnswerError, AnAnswerWithoutARunIsMalformed) {
  for (const char *body :
       {"", "{", "[]", "{}", R"({"items":[]})", R"({"items":[7]})", R"({"items":[{"id":7}]})"}) {
    EXPECT_EQ(error_of_get({Response{200, {}, body}}).kind, ErrorKind::malformed_answer) << body;
  }
}

TEST_F(AnswerError, WithoutAnAnswerTheKindSaysWhy) {
  settings.retry_policy.attempts = 1;
  EXPECT_EQ(error_of_get({refused_connection()}).kind, ErrorKind::connection);
  EXPECT_EQ(error_of_get({lost_answer()}).kind, ErrorKind::connection);
  EXPECT_EQ(error_of_get({lost_answer(true)}).kind, ErrorKind::timeout);
}

} // namespace

} // namespace flow::client
