#include "mock_server/http/http_server.hpp"

#include <gtest/gtest.h>

#include "tests/mock_server/http_server_fixture.hpp"

/// What the server reads and how it answers: good requests in odd forms, and bad ones.
namespace flow::mock {
namespace {

using namespace test;

TEST_F(ServerOverSockets, DocumentedCurlCallIsAnsweredWithTheDocumentedExample) {
  // What curl sends for the documented command: a POST without Content-Length.
  const Answer answer =
      send("POST " + kRuns + std::string(kFailed) +
           "/action?op=re-trigger HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/7.88.1\r\n"
           "Accept: */*\r\nAuthorization: Bearer {ACCESS_TOKEN}\r\nx-api-key: {API_KEY}\r\n"
           "x-gw-ims-org-id: {ORG_ID}\r\nx-sandbox-name: {SANDBOX_NAME}\r\n"
           "Content-Type: application/json\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, contract::example("retry-answer").dump());
}

TEST_F(ServerOverSockets, PostWithoutABodyDoesNotWaitForOne) {
  expect_answered(kGoodRetry, 200);
}

TEST_F(ServerOverSockets, BodyWithALengthIsRead) {
  expect_answered(kRetry + kHeaders + "Content-Length: 2\r\n\r\n{}", 200);
  expect_answered(kRetry + kHeaders + "Content-Length: 0\r\n\r\n", 200);
  expect_answered(kRetry + kHeaders + "Content-Length: 00\r\n\r\n", 200);
  expect_answered(kRetry + kHeaders + "Content-Length: 4\r\n\r\noops", 400);
}

TEST_F(ServerOverSockets, ABodyThatComesInPartsIsReadWholeAndNoFurther) {
  RawClient client(server.port);
  client.send(kRetry + kHeaders + "Content-Length: 30000\r\n\r\n{");
  client.send(std::string(20000, ' '));
  client.send(std::string(9998, ' ') + "}" + kGoodGet);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_TRUE(client.answer().json().contains("items"));
}

TEST_F(ServerOverSockets, APathAsLongAsItMayBeIsAnsweredAlsoWithAChunkedBody) {
  const std::string path = "/" + std::string(7900, 'a');
  expect_answered("POST " + path + " HTTP/1.1\r\n" + kHeaders + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  404);
}

TEST_F(ServerOverSockets, ChunkedBodyIsRead) {
  const std::string head = kRetry + kHeaders + "Transfer-Encoding: chunked\r\n\r\n";
  expect_answered(head + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 200);
  expect_answered(head + "0\r\n\r\n", 200);
  expect_answered(head + "4\r\noops\r\n0\r\n\r\n", 400);
}

TEST_F(ServerOverSockets, BodyOfTheWholeLimitIsRead) {
  const std::string body = '"' + std::string(1024UL * 1024 - 2, 'a') + '"';
  expect_answered(kRetry + kHeaders + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
                  200);
}

TEST_F(ServerOverSockets, BodyPastTheLimitIsTooLarge) {
  const std::string body(1024UL * 1024 + 1, ' ');
  expect_refused(kRetry + kHeaders + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
                 413);
  expect_refused(kRetry + kHeaders + "Content-Length: 999999999999\r\n\r\n{}", 413);
}

TEST_F(ServerOverSockets, ChunksPastTheLimitAreTooLarge) {
  std::string chunks;
  for (int i = 0; i < 40; ++i) {
    chunks += "10000\r\n" + std::string(65536, ' ') + "\r\n";
  }
  expect_refused(kRetry + kHeaders + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n", 413);
}

TEST_F(ServerOverSockets, ChunksOfOneByteAreBoundedToo) {
  std::string chunks;
  for (int i = 0; i < 300000; ++i) {
    chunks += "1;name=value\r\n \r\n";
  }
  expect_refused(kRetry + kHeaders + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n", 413);
}

TEST_F(ServerOverSockets, ChunkSizesThatAreNoneAreRefused) {
  const std::string head = kRetry + kHeaders + "Transfer-Encoding: chunked\r\n\r\n";
  expect_refused(head + "zz\r\n{}\r\n0\r\n\r\n", 400);
  expect_refused(head + "-1\r\n{}\r\n0\r\n\r\n", 400);
}

TEST_F(ServerOverSockets, LinesThatAreNoRequestAreRefused) {
  for (const char *line : {"hello", "FOO / HTTP/1.1", "GET / HTTP/9.9", "GET /", "GET / HTTP/1.1 x",
                           "get / HTTP/1.1", "\x16\x03\x01"}) {
    expect_refused(std::string(line) + "\r\n\r\n", 400);
  }
  expect_refused(kGet.substr(0, kGet.size() - 2) + "\n\n", 400);
}

TEST_F(ServerOverSockets, WhatIsNoHttpIsRefusedBeforeItsFirstLineEnds) {
  expect_refused("\x16\x03\x01\x02", 400);
}

TEST_F(ServerOverSockets, AMethodNobodyKnowsIsNotAllowed) {
  EXPECT_EQ(send("FOO" + kGoodGet.substr(3)).status, 405);
}

TEST_F(ServerOverSockets, NulsAreRefusedInAHeadAndReadInABody) {
  using namespace std::string_literals;
  expect_refused("GET /a\0b HTTP/1.1\r\n"s + kHeaders + "\r\n", 400);
  expect_refused(kGet + kHeaders + "A: b\0c\r\n\r\n"s, 400);
  expect_refused(kGet + kHeaders + "A\0: b\r\n\r\n"s, 400);
  expect_answered(kRetry + kHeaders + "Content-Length: 1\r\n\r\n\0"s, 400);
}

TEST_F(ServerOverSockets, AnOpOfFiveThousandCharactersIsUnsupported) {
  expect_answered(
      "POST " + kRuns + "x/action?op=" + std::string(5000, 'a') + " HTTP/1.1\r\n" + kHeaders + "\r\n", 400);
}

TEST_F(ServerOverSockets, AnOpOfFiftyThousandCharactersIsUnsupportedToo) {
  const std::string line = "POST " + kRuns + "x/action?op=" + std::string(50000, 'a') + " HTTP/1.1\r\n";
  expect_answered(line + kHeaders + "\r\n", 400);
}

TEST_F(ServerOverSockets, ALongLineMayComeInPieces) {
  RawClient client(server.port);
  client.send("GET " + kRuns.substr(0, kRuns.size() - 1) + "?property=id==");
  client.send(std::string(9000, 'a'));
  client.send(" HTTP/1.1\r\n" + kHeaders + "\r\n" + kGoodGet);
  EXPECT_EQ(client.answer().json()["items"], Json::array());
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(ServerOverSockets, ALineOfSeventyThousandCharactersIsTooLong) {
  const std::string line = "POST " + kRuns + "x/action?op=" + std::string(70000, 'a') + " HTTP/1.1\r\n";
  expect_refused(line + kHeaders + "\r\n", 414);
}

TEST_F(ServerOverSockets, ALongPathWithABodyIsNotFound) {
  expect_answered(
      "POST /" + std::string(8000, 'a') + " HTTP/1.1\r\n" + kHeaders + "Content-Length: 2\r\n\r\n{}", 404);
}

TEST_F(ServerOverSockets, HugeHeadersAreTooLarge) {
  expect_answered(kGet + kHeaders + "X: " + std::string(8192 - 3, 'a') + "\r\n\r\n", 200);
  expect_refused(kGet + kHeaders + "X: " + std::string(8192 - 2, 'a') + "\r\n\r\n", 431);
  expect_refused(kGet + kHeaders + "X: " + std::string(1000000, 'a') + "\r\n\r\n", 431);
  expect_refused(std::string(1000000, 'a'), 414);
}

TEST_F(ServerOverSockets, ManyHeadersAreTooLarge) {
  const auto with = [](int count) {
    std::string fields;
    for (int i = 0; i < count; ++i) {
      fields += "X-A: b\r\n";
    }
    return kGet + kHeaders + fields + "\r\n";
  };
  expect_answered(with(128 - 6), 200);
  EXPECT_EQ(send(with(129 - 6)).status, 431);
  EXPECT_EQ(send(with(5000)).status, 431);
  EXPECT_EQ(send(with(100000)).status, 431);
}

TEST_F(ServerOverSockets, PercentGarbageIsABadRequest) {
  for (const char *garbage : {"%zz", "%", "%4", "%-1"}) {
    expect_answered("GET " + kRuns + garbage + " HTTP/1.1\r\n" + kHeaders + "\r\n", 400);
  }
  expect_answered("POST " + kRuns + "x/action?op=%zz HTTP/1.1\r\n" + kHeaders + "\r\n", 400);
}

TEST_F(ServerOverSockets, PathTricksAreNotFound) {
  for (const char *trick : {"../runs/%2e%2e/x", "..%2f..%2fetc%2fpasswd", "%00%ff", "\xff\xfe", "..",
                            "%2e%2e", "x/../x", "x;y", "\\x"}) {
    expect_answered("GET " + kRuns + trick + " HTTP/1.1\r\n" + kHeaders + "\r\n", 404);
  }
}

TEST_F(ServerOverSockets, ContentLengthsThatAreNoneAreRefused) {
  for (const char *length :
       {"-5", "abc", "5x", "+5", "0x5", "99999999999999999999999", "1, 1", "1 1", "1.0"}) {
    expect_refused(kRetry + kHeaders + "Content-Length: " + length + "\r\n\r\n{}", 400);
  }
}

TEST_F(ServerOverSockets, SeveralContentLengthsAreRefused) {
  for (const auto &[one, other] : {std::pair{"2", "2"}, {"0", "5"}, {"5", "0"}}) {
    expect_refused(kRetry + kHeaders + "Content-Length: " + one + "\r\nContent-Length: " + other + "\r\n\r\n",
                   400);
  }
}

TEST_F(ServerOverSockets, LengthAndChunksTogetherAreRefused) {
  expect_refused(kRetry + kHeaders + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400);
  expect_refused(kRetry + kHeaders + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST_F(ServerOverSockets, OtherTransferEncodingsAreRefused) {
  expect_refused(kRetry + kHeaders + "Transfer-Encoding: gzip\r\n\r\n", 400);
  expect_refused(kRetry + kHeaders + "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
                 400);
}

std::string with_content_type(std::string_view type) {
  std::string headers = kHeaders;
  constexpr std::string_view kJson = "application/json";
  return headers.replace(headers.find(kJson), kJson.size(), type);
}

TEST_F(ServerOverSockets, MultipartIsNoContentTypeOfOurs) {
  for (const char *type : {"multipart/form-data", "multipart/form-data; boundary=x"}) {
    const Answer answer = send(kRetry + with_content_type(type) + "Content-Length: 5\r\n\r\nabcde");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.json().value("title", ""), "BadRequestError");
  }
}

TEST_F(ServerOverSockets, FormsAreNoContentTypeOfOurs) {
  expect_answered(kRetry + with_content_type("application/x-www-form-urlencoded") +
                      "Content-Length: 13\r\n\r\nop=re-trigger",
                  400);
}

TEST_F(ServerOverSockets, AGetWithABodyIsAnswered) {
  EXPECT_EQ(send(kGet + kHeaders + "Content-Length: 5\r\n\r\nabcde").status, 200);
  EXPECT_EQ(send(kGet + kHeaders + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status, 200);
}

TEST_F(ServerOverSockets, EncodedBodiesAreNotSupportedAndTheNextRequestIsFound) {
  for (const char *encoding : {"gzip", "deflate", "br", "x", "", "identity, gzip"}) {
    expect_answered(kRetry + kHeaders + "Content-Encoding: " + encoding + "\r\nContent-Length: 2\r\n\r\n{}",
                    415);
  }
  expect_answered(kRetry + kHeaders + "Content-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", 200);
  expect_answered(kRetry + kHeaders + "Content-Encoding: gzip\r\n\r\n", 200);
}

TEST_F(ServerOverSockets, ExpectContinueIsToldToContinueBeforeTheBody) {
  RawClient client(server.port);
  client.send(kRetry + kHeaders + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.answer().status, 100);
  client.send("{}");
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(ServerOverSockets, RangesAreIgnored) {
  expect_answered(kGet + kHeaders + "Range: bytes=0-3\r\n\r\n", 200);
  RawClient client(server.port);
  client.send(kGet + kHeaders + "Range: bytes=0-3\r\n\r\n");
  EXPECT_TRUE(client.answer().json().contains("items"));
}

TEST_F(ServerOverSockets, RangesThatAreNoneOrManyAreIgnoredToo) {
  std::string many = "bytes=0-0";
  for (int i = 0; i < 500; ++i) {
    many += ",0-0";
  }
  for (const std::string &range : {std::string("bytes=z"), many, "bytes=0-" + std::string(7000, '1')}) {
    expect_answered(kGet + kHeaders + "Range: " + range + "\r\n\r\n", 200);
  }
}

TEST_F(ServerOverSockets, HeadHasTheHeadersOfGetAndNoBody) {
  RawClient client(server.port);
  client.send("HEAD" + kGoodGet.substr(3) + kGoodGet);
  const Answer head = client.answer(true);
  const Answer get = client.answer();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), get.header("Content-Length"));
  EXPECT_TRUE(get.json().contains("items")) << get.body;
}

TEST_F(ServerOverSockets, MethodsWeLackAreNotAllowed) {
  for (const char *method : {"OPTIONS", "PATCH", "DELETE", "TRACE"}) {
    const Answer answer = send(method + kGoodGet.substr(3));
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.header("Allow"), "GET, PUT");
  }
  EXPECT_EQ(send("OPTIONS * HTTP/1.1\r\n" + kHeaders + "\r\n").status, 400);
}

TEST_F(ServerOverSockets, AbsoluteFormIsAnswered) {
  expect_answered("POST http://localhost" + kGoodRetry.substr(5), 200);
}

TEST_F(ServerOverSockets, HeaderNamesAreReadInAnyCase) {
  expect_answered(kRetry + "HOST: x\r\nauthorization: Bearer t\r\nX-API-KEY: k\r\nX-Gw-Ims-Org-Id: o\r\n"
                           "X-SANDBOX-NAME: s\r\ncontent-type: application/json; charset=utf-8\r\n\r\n",
                  200);
}

TEST_F(ServerOverSockets, HeaderValuesAreTakenLiterally) {
  const auto with = [](std::string_view sandbox) {
    return kGet +
           "Host: x\r\nAuthorization: Bearer a%2Bb\r\nx-api-key: k\r\nx-gw-ims-org-id: "
           "o\r\nx-sandbox-name: " +
           std::string(sandbox) + "\r\n\r\n";
  };
  const Answer answer = send(with("a%2fb"));
  EXPECT_EQ(answer.json()["items"][0]["sandboxName"], "a%2fb");
  EXPECT_EQ(send(with("a%0aX-Forged: yes")).status, 404);
}

} // namespace
} // namespace flow::mock
