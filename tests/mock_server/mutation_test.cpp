#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/mock_server/resource.hpp"

/// Some thousand documented requests, each changed somewhere: whatever comes in, the answer is one.
/// The changes follow from the seed, so that a failure comes again.
namespace flow::mock::test {
namespace {

constexpr int kRequests = 6000;

const std::vector<std::string> &fragments() {
  static const std::vector<std::string> all = {"%",
                                               "%0",
                                               "%00",
                                               "%FF",
                                               "%C3%28",
                                               "%2B",
                                               "%3D%3D",
                                               "==",
                                               "<=",
                                               ">",
                                               "~",
                                               "!=",
                                               "[]",
                                               "[][]",
                                               ".",
                                               "..",
                                               "...",
                                               ",",
                                               ",,",
                                               "&",
                                               "&&",
                                               "=",
                                               "?",
                                               "#",
                                               "/",
                                               "//",
                                               "+",
                                               "-",
                                               " ",
                                               "\t",
                                               "\r\n",
                                               "\n",
                                               "\"",
                                               "'",
                                               "\\",
                                               "\\u0000",
                                               "{",
                                               "}",
                                               "[",
                                               "]",
                                               ":",
                                               "*",
                                               "W/",
                                               "\xff",
                                               "\xc3(",
                                               "\xed\xa0\x80",
                                               "null",
                                               "-1",
                                               "0",
                                               "1e99",
                                               "9223372036854775808",
                                               "18446744073709551616",
                                               "true",
                                               "metrics",
                                               "params",
                                               "activities[]",
                                               "&property=",
                                               "&limit=",
                                               "&count=true",
                                               "&orderby=-",
                                               "&continuationToken=",
                                               "&op=re-trigger",
                                               "id",
                                               "state",
                                               std::string(1, '\0'),
                                               std::string(300, 'A'),
                                               std::string(100, '['),
                                               "{\"a\":"};
  return all;
}

class Mutator {
public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

  void change(std::string &text) {
    const std::size_t place = below(text.size() + 1);
    const std::size_t length = std::min<std::size_t>(below(8) + 1, text.size() - place);
    switch (below(6)) {
    case 0:
      text.erase(place, length);
      break;
    case 1:
      text.insert(place, text.substr(place, length));
      break;
    case 2:
      text.insert(place, 1, static_cast<char>(below(256)));
      break;
    case 3:
      text.resize(place);
      break;
    default:
      text.insert(place, fragments()[below(fragments().size())]);
    }
  }

  /// One to four changes, most of them where it hurts: in target and body.
  void change(Ask &asked) {
    for (std::size_t changes = below(4) + 1; changes > 0; --changes) {
      switch (below(8)) {
      case 0:
        change(asked.method);
        break;
      case 1: {
        auto &[name, value] = asked.headers[below(asked.headers.size())];
        change(below(4) == 0 ? name : value);
        break;
      }
      case 2:
      case 3:
        change(asked.body);
        break;
      default:
        change(asked.target);
      }
    }
  }

private:
  std::mt19937 random_;
};

std::vector<Ask> documented(const std::string &token) {
  Ask form{.method = "POST",
           .target = "/ims/token/v3",
           .body = "grant_type=client_credentials&client_id=i&client_secret=s&scope=openid"};
  return {retry(kFailed),
          retry(kZeroRecords).add("If-Match", "*"),
          get(kSuccess),
          read("/runs?property=metrics.statusSummary.status==failed,success&orderby=-createdAt&limit=2"),
          read("/runs?property=id,etag&property=createdAt>=1596656079576&count=false"),
          read("/runs?property=activities[].statusSummary.extensions.errors[].code==INGEST-1212-400"),
          read("/runs?continuationToken=" + token),
          read("/flows?property=lastRunDetails.state==failed&orderby=+name&limit=1"),
          read("/flows/" + std::string(kOnDemandFlow)),
          create(),
          create(run_on_demand(kHourlyFlow)),
          update(kFailed,
                 R"({"params":{"x":[1,{"y":null}]},"metrics":{"statusSummary":{"status":"failed"}}})", "*"),
          update(kInProgress, R"({"activities":[{"id":"a"}],"recordTypes":["x"],"providerRefId":"r"})", "*"),
          form};
}

class Mutations : public testing::TestWithParam<const char *> {};

TEST_P(Mutations, AreAnswered) {
  Stage stage([](Settings &settings) {
    settings.reading = contract::Reading::of({GetParam()});
    settings.seed.defaults.duration_ms = 3;
  });
  const std::vector<Ask> asks = documented(token_in(stage(read("/runs?limit=1&orderby=-updatedAt"))));
  Mutator mutator(20220503);
  int answered = 0;
  int refused = 0;
  for (int i = 0; i < kRequests; ++i) {
    Ask asked = asks[mutator.below(asks.size())];
    mutator.change(asked);
    stage.clock->advance(1);
    const Response response = stage(asked);
    SCOPED_TRACE("request " + std::to_string(i) + ": " + percent_encoded(asked.method) + " " +
                 percent_encoded(asked.target) + "\n" + percent_encoded(asked.body) + "\n" + response.body);
    ASSERT_GE(response.status, 200);
    ASSERT_LT(response.status, 500);
    ASSERT_TRUE(Json::accept(response.body) || response.body.starts_with("<!doctype html>"));
    answered += response.status < 300 ? 1 : 0;
    refused += response.status >= 400 ? 1 : 0;
    for (const auto &[name, value] : response.headers) {
      ASSERT_EQ((name + value).find_first_of("\r\n"), std::string::npos) << name;
    }
  }
  EXPECT_GT(answered, kRequests / 20) << "the changes are too wild to reach anything";
  EXPECT_GT(refused, kRequests / 20);
  // What came in has left every run readable.
  std::string query = "?limit=100";
  for (std::string token = "x"; !token.empty(); query = "?continuationToken=" + token) {
    const Response page = stage(read("/runs" + query));
    ASSERT_EQ(page.status, 200) << page.body;
    token = token_in(page);
  }
  EXPECT_EQ(stage(read("/flows")).status, 200);
}

INSTANTIATE_TEST_SUITE_P(Seeded, Mutations, testing::Values("tutorial", "openapi"),
                         [](const auto &reading) { return std::string(reading.param); });

} // namespace
} // namespace flow::mock::test
