#include "mock_server/http/request_head.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/http/chunked_body.hpp"

/// What is read of a request's head and framing, and what is refused: RFC 9112, by the letter.
namespace flow::mock {
namespace {

using namespace std::string_literals;

/// How a head is read that arrives whole: the scan's or the parser's verdict, "" where it is read.
std::string verdict_on(std::string_view received, const HeadLimits &limits = {}) {
  HeadScan scan(limits);
  switch (scan.scan(received)) {
  case HeadScan::State::incomplete:
    return "incomplete";
  case HeadScan::State::unreadable:
    return std::string(scan.unreadable());
  case HeadScan::State::whole:
    break;
  }
  EXPECT_EQ(received.substr(scan.size()), "rest") << "what follows the head is left alone";
  return std::string(parse_head(scan.head(received), limits).unreadable);
}

/// The verdict on a request of this line and these fields, lines with their breaks.
std::string verdict_on_fields(const std::string &fields, const std::string &line = "POST / HTTP/1.1\r\n") {
  return verdict_on(line + fields + "\r\nrest");
}

RequestHead parsed(std::string_view head) {
  RequestHead parsed = parse_head(head, {});
  EXPECT_EQ(parsed.unreadable, "");
  return parsed;
}

TEST(RequestHead, IsTakenApart) {
  const RequestHead head = parsed("POST /a?b=c HTTP/1.1\r\nHost: x:1\r\nA:b\r\nC: \t d  e\t \r\nF:\r\n");
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/a?b=c");
  ASSERT_EQ(head.headers.size(), 4U);
  EXPECT_EQ(head.headers[1].name, "A");
  EXPECT_EQ(head.headers[1].value, "b");
  EXPECT_EQ(head.headers[2].value, "d  e");
  EXPECT_EQ(head.headers[3].value, "");
  EXPECT_FALSE(head.has_body());
  EXPECT_TRUE(head.keeps_alive);
}

struct Case {
  const char *name;
  std::string fields;
};

std::string name_of(const testing::TestParamInfo<Case> &info) {
  return info.param.name;
}

class Doubtful : public testing::TestWithParam<Case> {};

TEST_P(Doubtful, FieldsAreRefused) {
  EXPECT_EQ(verdict_on_fields(GetParam().fields), "malformed-request");
}

const std::string kHost = "Host: x\r\n";

INSTANTIATE_TEST_SUITE_P(
    RequestHead, Doubtful,
    testing::Values(
        Case{"NoHost", ""}, Case{"TwoHosts", kHost + kHost}, Case{"HostWithPath", "Host: a/b\r\n"},
        Case{"HostWithUser", "Host: a@b\r\n"}, Case{"BlankBeforeColon", kHost + "Content-Length : 2\r\n"},
        Case{"TabBeforeColon", kHost + "Content-Length\t: 2\r\n"},
        Case{"FoldedWithBlank", kHost + "A: b\r\n Content-Length: 2\r\n"},
        Case{"FoldedWithTab", kHost + "A: b\r\n\tc\r\n"}, Case{"FoldedFirst", " A: b\r\n" + kHost},
        Case{"NoName", kHost + ": b\r\n"}, Case{"NoColon", kHost + "Content-Length\r\n"},
        Case{"NameInQuotes", kHost + "\"A\": b\r\n"}, Case{"NameBeyondAscii", kHost + "\xc3\xa4: b\r\n"},
        Case{"NulInName", kHost + "A\0: b\r\n"s}, Case{"NulInValue", kHost + "A: b\0c\r\n"s},
        Case{"NulInLength", kHost + "Content-Length: 2\0\r\n"s},
        Case{"BareReturnInValue", kHost + "A: b\rc\r\n"}, Case{"BareReturnAtEnd", kHost + "A: b\r\r\n"},
        Case{"BareFeed", kHost + "A: b\nC: d\r\n"}, Case{"BareFeedBeforeEnd", kHost + "A: b\n"},
        Case{"DeleteInValue", kHost + "A: \x7f\r\n"}, Case{"EscapeInValue", kHost + "A: \x1b[0m\r\n"},
        Case{"EmptyLength", kHost + "Content-Length:\r\n"},
        Case{"LengthWithSign", kHost + "Content-Length: +2\r\n"},
        Case{"NegativeLength", kHost + "Content-Length: -2\r\n"},
        Case{"HexadecimalLength", kHost + "Content-Length: 0x2\r\n"},
        Case{"LengthAndJunk", kHost + "Content-Length: 2 junk\r\n"},
        Case{"LengthWithFraction", kHost + "Content-Length: 2.0\r\n"},
        Case{"LengthsInAList", kHost + "Content-Length: 2, 2\r\n"},
        Case{"LengthOf20Digits", kHost + "Content-Length: 00000000000000000002\r\n"},
        Case{"TwoLengths", kHost + "Content-Length: 2\r\nContent-Length: 2\r\n"},
        Case{"TwoLengthsInOtherCase", kHost + "Content-Length: 2\r\ncontent-length: 0\r\n"},
        Case{"LengthAndChunks", kHost + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"},
        Case{"NoLengthAndChunks", kHost + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"},
        Case{"ChunkedTwice", kHost + "Transfer-Encoding: chunked, chunked\r\n"},
        Case{"TwoCodings", kHost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"},
        Case{"OtherCoding", kHost + "Transfer-Encoding: gzip\r\n"},
        Case{"OtherCodingFirst", kHost + "Transfer-Encoding: gzip, chunked\r\n"},
        Case{"AlmostChunked", kHost + "Transfer-Encoding: xchunked\r\n"},
        Case{"ChunkedInQuotes", kHost + "Transfer-Encoding: \"chunked\"\r\n"},
        Case{"EmptyCoding", kHost + "Transfer-Encoding:\r\n"},
        Case{"Identity", kHost + "Transfer-Encoding: identity\r\n"}),
    name_of);

TEST(RequestHead, LinesThatAreNoRequestLineAreRefused) {
  for (const std::string &line : {"GET"s,
                                  "GET /"s,
                                  "GET  / HTTP/1.1"s,
                                  "GET / HTTP/1.1 "s,
                                  " GET / HTTP/1.1"s,
                                  "GET /  HTTP/1.1"s,
                                  "GET\t/ HTTP/1.1"s,
                                  "GET /\tHTTP/1.1"s,
                                  "GET / HTTP/1.2"s,
                                  "GET / HTTP/2.0"s,
                                  "GET / HTTP/1.10"s,
                                  "GET / http/1.1"s,
                                  "GET / HTTP/1.1x"s,
                                  "GET /a b HTTP/1.1"s,
                                  "GET /a\0b HTTP/1.1"s,
                                  "GET /a\x7f HTTP/1.1"s,
                                  "GET /a\rb HTTP/1.1"s,
                                  "GET /a#b HTTP/1.1"s,
                                  "G(T / HTTP/1.1"s,
                                  "G\xc3\xa4T / HTTP/1.1"s,
                                  " / HTTP/1.1"s,
                                  std::string(33, 'A') + " / HTTP/1.1"}) {
    EXPECT_EQ(verdict_on_fields(kHost, line + "\r\n"), "malformed-request") << line;
  }
}

TEST(RequestHead, OddButPlainLinesAreRead) {
  for (const std::string &line :
       {"get / HTTP/1.1"s, "M-SEARCH * HTTP/1.1"s, "CONNECT a:1 HTTP/1.1"s, "GET http://a/b HTTP/1.1"s,
        "GET /\xc3\xa4 HTTP/1.1"s, "GET /<>\"{}|\\^` HTTP/1.1"s, "GET / HTTP/1.0"s}) {
    EXPECT_EQ(verdict_on_fields(kHost, line + "\r\n"), "") << line;
  }
}

TEST(RequestHead, HostMayBeMissingInHttp10AndEmpty) {
  EXPECT_EQ(verdict_on_fields("", "GET / HTTP/1.0\r\n"), "");
  EXPECT_EQ(verdict_on_fields("Host:\r\n"), "");
  EXPECT_EQ(verdict_on_fields("Host: [::1]:80\r\n"), "");
  EXPECT_EQ(verdict_on_fields(kHost + kHost, "GET / HTTP/1.0\r\n"), "malformed-request");
}

TEST(RequestHead, ChunksAreForHttp11) {
  EXPECT_EQ(verdict_on_fields(kHost + "Transfer-Encoding: Chunked\r\n"), "");
  EXPECT_EQ(verdict_on_fields("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0\r\n"), "malformed-request");
}

TEST(RequestHead, SaysHowTheBodyIsFramed) {
  EXPECT_EQ(parsed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0012\r\n").body_length, 12U);
  EXPECT_TRUE(parsed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n").is_chunked);
  EXPECT_FALSE(parsed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n").has_body());
}

TEST(RequestHead, SaysWhetherTheConnectionGoesOn) {
  const auto goes_on = [](const std::string &version, const std::string &fields) {
    return parsed("GET / " + version + "\r\nHost: x\r\n" + fields).keeps_alive;
  };
  EXPECT_TRUE(goes_on("HTTP/1.1", ""));
  EXPECT_FALSE(goes_on("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(goes_on("HTTP/1.1", "Connection: keep-alive, CLOSE\r\n"));
  EXPECT_FALSE(goes_on("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_TRUE(goes_on("HTTP/1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(goes_on("HTTP/1.0", ""));
  EXPECT_TRUE(goes_on("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestHead, OneEmptyLineMayPrecedeIt) {
  EXPECT_EQ(verdict_on("\r\nGET / HTTP/1.0\r\n\r\nrest"), "");
  EXPECT_EQ(verdict_on("\r\n\r\nGET / HTTP/1.0\r\n\r\nrest"), "malformed-request");
  EXPECT_EQ(verdict_on("\nGET / HTTP/1.0\r\n\r\nrest"), "malformed-request");
}

TEST(RequestHead, LinesEndInReturnAndFeed) {
  EXPECT_EQ(verdict_on("GET / HTTP/1.0\n\n"), "malformed-request");
  EXPECT_EQ(verdict_on("GET / HTTP/1.0\r\n\n"), "malformed-request");
  EXPECT_EQ(verdict_on("GET / HTTP/1.0\n\r\n"), "malformed-request");
}

TEST(RequestHead, IsScannedTheSameHoweverItArrives) {
  const std::string whole = "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
  HeadScan scan({});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ASSERT_EQ(scan.scan(std::string_view(whole).substr(0, size)), HeadScan::State::incomplete) << size;
  }
  ASSERT_EQ(scan.scan(whole), HeadScan::State::whole);
  EXPECT_EQ(scan.head(whole), "GET / HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(scan.size(), whole.size());
}

TEST(RequestHead, LimitsAreKeptToTheByte) {
  const HeadLimits limits{.bytes = 60, .field_bytes = 10, .fields = 3};
  const auto verdict = [&](const std::string &fields) {
    return verdict_on("GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\nrest", limits);
  };
  EXPECT_EQ(verdict("A: 4567890\r\n"), "");
  EXPECT_EQ(verdict("A: 45678901\r\n"), "headers-too-large");
  EXPECT_EQ(verdict("A: b\r\nC: d\r\n"), "");
  EXPECT_EQ(verdict("A: b\r\nC: d\r\nE: f\r\n"), "headers-too-large");
  EXPECT_EQ(verdict_on("GET /" + std::string(42, 'a') + " HTTP/1.0\r\n\r\nrest", limits), "");
  EXPECT_EQ(verdict_on("GET /" + std::string(43, 'a') + " HTTP/1.0\r\n\r\nrest", limits),
            "headers-too-large");
  EXPECT_EQ(verdict_on("GET /" + std::string(45, 'a') + " HTTP/1.0\r\n\r\nrest", limits), "uri-too-long");
  EXPECT_EQ(verdict_on(std::string(60, 'a'), limits), "incomplete");
  EXPECT_EQ(verdict_on(std::string(61, 'a'), limits), "uri-too-long");
  EXPECT_EQ(verdict_on("GET / HTTP/1.0\r\n" + std::string(61, 'a'), limits), "headers-too-large");
}

/// What is made of a chunked body: the data, or the name of what is wrong.
std::string dechunked(std::string_view text, std::size_t piece = SIZE_MAX) {
  ChunkedBody chunks({.body_bytes = 20, .chunk_bytes = 200, .trailer_bytes = 60});
  std::string body;
  std::string received;
  while (!text.empty()) {
    received.append(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    std::string_view left = received;
    const ChunkedBody::State state = chunks.take(left, body);
    received = left;
    switch (state) {
    case ChunkedBody::State::incomplete:
      break;
    case ChunkedBody::State::whole:
      return body + (received.empty() && text.empty() ? "" : " and more");
    case ChunkedBody::State::malformed:
      return "malformed";
    case ChunkedBody::State::body_too_large:
      return "body too large";
    case ChunkedBody::State::trailers_too_large:
      return "trailers too large";
    }
  }
  return "incomplete";
}

struct Chunks {
  const char *name;
  std::string text;
  std::string expected;
};

class ChunkedBodies : public testing::TestWithParam<Chunks> {};

TEST_P(ChunkedBodies, AreReadTheSameHoweverTheyArrive) {
  const auto &[name, text, expected] = GetParam();
  EXPECT_EQ(dechunked(text), expected);
  if (expected.find("more") == std::string::npos) {
    EXPECT_EQ(dechunked(text, 1), expected) << "byte by byte";
  }
}

INSTANTIATE_TEST_SUITE_P(
    RequestHead, ChunkedBodies,
    testing::Values(
        Chunks{"OfTwoChunks", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "abc"}, Chunks{"Empty", "0\r\n\r\n", ""},
        Chunks{"LeadingZerosAndLetters", "00A\r\n0123456789\r\n000\r\n\r\n", "0123456789"},
        Chunks{"Extension", "2;a=\"b c\"\r\nab\r\n0;x\r\n\r\n", "ab"},
        Chunks{"TrailersAreIgnored", "2\r\nab\r\n0\r\nContent-Length: 9\r\nA: b\r\n\r\n", "ab"},
        Chunks{"NextRequestIsLeft", "0\r\n\r\nGET", " and more"},
        Chunks{"Junk", "2 junk\r\nab\r\n", "malformed"},
        Chunks{"BlankAfterSize", "2 \r\nab\r\n", "malformed"},
        Chunks{"BlankBeforeSize", " 2\r\nab\r\n", "malformed"}, Chunks{"Sign", "+2\r\nab\r\n", "malformed"},
        Chunks{"Minus", "-2\r\nab\r\n", "malformed"}, Chunks{"Prefix", "0x2\r\nab\r\n", "malformed"},
        Chunks{"NoSize", "\r\nab\r\n", "malformed"}, Chunks{"SizeIsNoNumber", "zz\r\n", "malformed"},
        Chunks{"SeventeenDigits", "00000000000000002\r\nab\r\n", "malformed"},
        Chunks{"SixteenDigits", "ffffffffffffffff\r\n", "body too large"},
        Chunks{"FeedAlone", "2\nab\r\n", "malformed"}, Chunks{"NoBreakBehindData", "2\r\nabc", "malformed"},
        Chunks{"FeedBehindData", "2\r\nab\n0\r\n\r\n", "malformed"},
        Chunks{"ReturnInExtension", "2;\rx\r\nab\r\n", "malformed"},
        Chunks{"NulInExtension", "2;\0\r\nab\r\n"s, "malformed"},
        Chunks{"NoLastChunk", "2\r\nab\r\n", "incomplete"},
        Chunks{"LastChunkWithoutEnd", "0\r\n", "incomplete"},
        Chunks{"TrailerIsNoField", "0\r\nno field\r\n\r\n", "malformed"},
        Chunks{"FoldedTrailer", "0\r\nA: b\r\n c\r\n\r\n", "malformed"},
        Chunks{"TooMuchData", "14\r\n" + std::string(20, 'a') + "\r\n1\r\n", "body too large"},
        Chunks{"TooManyTrailers",
               "0\r\n" + std::string(15, 'a') + ":" + std::string(30, 'b') + "\r\nA: 34567890123\r\n\r\n",
               "trailers too large"},
        Chunks{"TooLongATrailer", "0\r\n" + std::string(80, 'a'), "trailers too large"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(ChunkedBody, OfManySmallChunksIsBounded) {
  std::string many;
  for (int i = 0; i < 19; ++i) {
    many += "1;name=value\r\n \r\n";
  }
  EXPECT_EQ(dechunked(many), "body too large");
}

} // namespace
} // namespace flow::mock
