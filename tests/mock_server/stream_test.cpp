#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/http/http_server.hpp"
#include "mock_server/http/loop_clock.hpp"
#include "mock_server/http/stream.hpp"
#include "tests/mock_server/http_server_fixture.hpp"
#include "tests/mock_server/steered.hpp"

/// GET /__admin/stream: what happens, as server-sent events.
namespace flow::mock::test {
namespace {

struct ToldEvent {
  std::string name;
  std::string id;
  Json data;
};

/// Takes apart what a stream says, as a reader of the format does.
std::vector<ToldEvent> events_in(std::string text) {
  std::vector<ToldEvent> events;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    std::string lines = text.substr(0, end) + "\n";
    text.erase(0, end == std::string::npos ? end : end + 2);
    ToldEvent event;
    for (std::size_t at = lines.find('\n'); at != std::string::npos; at = lines.find('\n')) {
      const std::string line = lines.substr(0, at);
      lines.erase(0, at + 1);
      const std::size_t colon = line.find(": ");
      const std::string field = line.substr(0, colon);
      const std::string value = line.substr(colon + 2);
      if (field == "event") {
        event.name = value;
      } else if (field == "id") {
        event.id = value;
      } else if (field == "data") {
        event.data = Json::parse(value);
      }
    }
    events.push_back(event);
  }
  return events;
}

/// A reader of the stream, who asks for what is new.
class Reader {
public:
  explicit Reader(Steered &mock, const std::string &query = "", const std::string &last_id = "")
      : response_(ask(mock.service,
                      last_id.empty() ? admin_ask("GET", "/stream" + query)
                                      : admin_ask("GET", "/stream" + query).add("Last-Event-ID", last_id))) {}

  const Response &response() const { return response_; }
  std::string text() { return response_.stream->next().value_or("(ended)"); }
  std::vector<ToldEvent> events() { return events_in(text()); }

  /// What the events named "change" say of one sandbox, or of the mock where it is empty.
  Json changes(const std::string &sandbox) {
    Json what = Json::array();
    for (const ToldEvent &event : events()) {
      if (event.name == "change" && event.data.value("sandbox", "") == sandbox) {
        what.insert(what.end(), event.data["what"].begin(), event.data["what"].end());
      }
    }
    return what;
  }

private:
  Response response_;
};

TEST(Stream, BeginsWithTheNumberOfTheLatestRequestAndGoesOnFromThere) {
  Steered mock;
  mock.call(get(kFailed));
  Reader reader(mock);
  EXPECT_EQ(reader.response().status, 200);
  const auto hello = reader.events();
  ASSERT_EQ(hello.size(), 1);
  EXPECT_EQ(hello[0].name, "hello");
  EXPECT_EQ(hello[0].data, Json::parse(R"({"number":1,"lost":false})"));
  EXPECT_EQ(reader.text(), "") << "nothing is new";
  mock.call(retry(kFailed));
  const auto told = reader.events();
  ASSERT_GE(told.size(), 1);
  EXPECT_EQ(told[0].name, "request");
  EXPECT_EQ(told[0].id, "2");
  EXPECT_EQ(told[0].data["operation"], "retry_run");
  EXPECT_EQ(told[0].data["run"], kFailed);
  EXPECT_EQ(told[0].data["sandbox"], "{SANDBOX_NAME}");
  EXPECT_FALSE(told[0].data.contains("body")) << "in brief";
}

TEST(Stream, GoesOnBehindTheRequestThatWasReadLast) {
  Steered mock;
  for (int i = 0; i < 3; ++i) {
    mock.call(get(kFailed));
  }
  Reader reader(mock, "", "1");
  const auto told = reader.events();
  ASSERT_EQ(told.size(), 3);
  EXPECT_EQ(told[0].data, Json::parse(R"({"number":1,"lost":false})"));
  EXPECT_EQ(told[1].id + told[2].id, "23");
}

TEST(Stream, SaysWhenWhatFollowedIsNotKeptAnyMore) {
  Steered mock([](Settings &settings) { settings.journal_size.exchanges = 2; });
  for (int i = 0; i < 4; ++i) {
    mock.call(get(kFailed));
  }
  EXPECT_EQ(Reader(mock, "", "1").events().at(0).data, Json::parse(R"({"number":4,"lost":true})"));
  EXPECT_EQ(Reader(mock, "", "2").events().at(0).data, Json::parse(R"({"number":2,"lost":false})"));
  EXPECT_EQ(Reader(mock, "", "99").events().at(0).data, Json::parse(R"({"number":4,"lost":true})"))
      << "of a mock that was started anew";
  EXPECT_EQ(Reader(mock).events().at(0).data, Json::parse(R"({"number":4,"lost":false})"))
      << "who has read nothing has lost nothing";
}

TEST(Stream, TellsASlowReaderThatItHasMissedSome) {
  Steered mock([](Settings &settings) { settings.journal_size.exchanges = 2; });
  Reader reader(mock);
  reader.text();
  for (int i = 0; i < 3; ++i) {
    mock.call(get(kFailed));
  }
  EXPECT_EQ(reader.events().at(0).data, Json::parse(R"({"number":3,"lost":true})"));
  mock.call(get(kFailed));
  EXPECT_EQ(reader.events().at(0).id, "4") << "and goes on";
}

TEST(Stream, TellsManyRequestsInTheirOrderAndNotAllAtOnce) {
  Steered mock([](Settings &settings) { settings.journal_size.exchanges = 5000; });
  Reader reader(mock);
  reader.text();
  for (int i = 0; i < 1500; ++i) {
    ask(mock.service, get(kFailed).set("x-sandbox-name", i % 2 == 0 ? "a" : "b"));
  }
  int last = 0;
  for (const std::size_t expected : {1000U, 500U}) {
    std::size_t requests = 0;
    for (const ToldEvent &event : reader.events()) {
      if (event.name == "request") {
        ++requests;
        EXPECT_EQ(std::stoi(event.id), ++last);
      }
    }
    EXPECT_EQ(requests, expected);
  }
}

TEST(Stream, TellsWhatHasChangedInASandbox) {
  Steered mock;
  mock.call(get(kFailed));
  Reader reader(mock);
  reader.text();
  const auto expect = [&](const char *what) {
    EXPECT_EQ(reader.changes("{SANDBOX_NAME}").dump(), what);
    EXPECT_EQ(reader.text(), "") << "once: " << what;
  };
  mock.steer("PUT", path_of_run(kFailed, "/state"), {{"state", "success"}});
  expect(R"(["runs"])");
  mock.steer("DELETE", path_of_run(kFailed));
  expect(R"(["runs"])");
  mock.steer("PUT", "/clock", {{"frozen", true}});
  expect(R"(["clock"])");
  mock.steer("PUT", "/clock", {{"mode", "auto"}});
  expect(R"(["clock"])");
  mock.steer("POST", "/faults", {{"type", "status"}, {"attributes", {{"status", 503}}}});
  expect(R"(["faults"])");
  mock.call(get(kSuccess)); // the fault falls on it
  expect(R"(["faults"])");
  mock.steer("DELETE", "/faults");
  expect(R"(["faults"])");
  mock.call(retry(kSuccess)); // against the contract
  expect(R"(["violations"])");
  mock.steer("DELETE", "/requests");
  expect(R"(["requests"])");
  mock.steer("PUT", "/webhook", {{"url", "http://127.0.0.1:1/"}});
  expect(R"(["events"])");
}

TEST(Stream, TellsARunThatEndsByTime) {
  Steered mock;
  mock.steer("PUT", "/defaults", {{"durationMs", 1000}});
  mock.call(retry(kZeroRecords));
  Reader reader(mock);
  reader.text();
  mock.clock->advance(999);
  EXPECT_EQ(reader.text(), "");
  mock.clock->advance(1);
  EXPECT_EQ(reader.changes("{SANDBOX_NAME}").dump(), R"(["runs"])");
}

TEST(Stream, TellsOfTheMockAsAWhole) {
  Steered mock;
  Reader reader(mock);
  reader.text();
  mock.admin("PUT", "/clock", {{"frozen", true}});
  EXPECT_EQ(reader.changes("").dump(), R"(["clock"])");
  mock.admin("POST", "/faults", {{"type", "hang"}, {"match", {{"path", "/nowhere"}}}});
  EXPECT_EQ(reader.changes("").dump(), R"(["faults"])");
  mock.call(get(kFailed));
  EXPECT_EQ(reader.changes("").dump(), R"(["sandboxes"])");
  mock.admin("DELETE", "/requests");
  EXPECT_EQ(reader.changes("").dump(), R"(["requests"])");
  mock.admin("POST", "/reset");
  const std::string reset = reader.changes("").dump();
  EXPECT_NE(reset.find("sandboxes"), std::string::npos) << reset << ": one has gone";
}

TEST(Stream, IsOfOneSandboxWhereOneIsNamed) {
  Steered mock;
  Reader reader(mock, "?organisation=%7BORG_ID%7D&sandbox=mine");
  reader.text();
  mock.call(get(kFailed));
  mock.admin("PUT", "/clock", {{"frozen", true}});
  EXPECT_EQ(reader.text(), "");
  ask(mock.service, get(kFailed).set("x-sandbox-name", "mine"));
  const auto told = reader.events();
  ASSERT_EQ(told.size(), 2);
  EXPECT_EQ(told[0].data["sandbox"], "mine");
  EXPECT_EQ(told[1].name, "change") << "it is used for the first time";
}

TEST(Stream, SaysThatItIsStillThere) {
  Steered mock;
  Reader reader(mock);
  reader.text();
  int looks = 1;
  std::string text;
  while ((text = reader.text()).empty()) {
    ++looks;
  }
  EXPECT_EQ(text, ": nothing new\n\n");
  EXPECT_EQ(looks, 150) << "of 100 ms each";
}

TEST(Stream, IsRefusedForWhatItCannotBe) {
  Steered mock;
  EXPECT_EQ(detail_in(Reader(mock, "?sandbox=a").response()),
            "It is missing: a sandbox is named by organisation and sandbox.");
  EXPECT_EQ(Reader(mock, "", "latest").response().status, 400);
  EXPECT_EQ(Reader(mock, "", "-1").response().status, 400);
  EXPECT_EQ(Reader(mock, "?from=1").response().status, 400);
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 32; ++i) {
    readers.push_back(std::make_unique<Reader>(mock));
    ASSERT_EQ(readers.back()->response().status, 200) << i;
  }
  EXPECT_EQ(Reader(mock).response().status, 409);
  readers.pop_back();
  EXPECT_EQ(Reader(mock).response().status, 200) << "one has ended";
}

/// A mock whose network's time stands still, and a client that reads its stream.
struct StreamingServer {
  StreamingServer()
      : service(Settings()), http([this](const Request &request) { return service.handle(request); }, {}, {},
                                  [this](const Request &request) { return service.is_slow(request); }),
        port(http.start("127.0.0.1", 0)) {}

  RawClient reader(const std::string &method = "GET") const {
    RawClient client(port);
    client.send(method + " /__admin/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client;
  }

  LoopClock::Held time;
  FlowService service;
  HttpServer http;
  int port;
};

TEST(StreamOverSockets, SendsWhatIsNewTenTimesASecond) {
  StreamingServer server;
  RawClient reader = server.reader();
  const Answer head = reader.answer();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.header("Connection"), "close") << "it ends with the connection";
  EXPECT_EQ(head.header("Content-Length"), "");
  EXPECT_FALSE(reader.has_received());
  const auto pass_until_told = [&] { // it may be about to begin its pause
    while (!reader.has_received()) {
      LoopClock::Held::advance(std::chrono::milliseconds(100));
      std::this_thread::yield();
    }
  };
  pass_until_told();
  const std::string hello = "event: hello\ndata: {\"number\":0,\"lost\":false}\n\n";
  EXPECT_EQ(reader.bytes(hello.size()), hello);
  RawClient client(server.port);
  client.send(kGoodGet);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_FALSE(reader.has_received());
  pass_until_told();
  const std::string begin = "event: request\nid: 1\ndata: {\"number\":1,";
  EXPECT_EQ(reader.bytes(begin.size()), begin);
}

TEST(StreamOverSockets, EndsWhenTheReaderGoes) {
  StreamingServer server;
  {
    RawClient reader = server.reader();
    EXPECT_EQ(reader.answer().status, 200);
    EXPECT_EQ(server.service.state().streams, 1);
  }
  while (server.service.state().streams > 0) {
    std::this_thread::yield();
  }
}

TEST(StreamOverSockets, EndsWhenTheServerStops) {
  StreamingServer server;
  RawClient reader = server.reader();
  EXPECT_EQ(reader.answer().status, 200);
  EXPECT_TRUE(server.http.stop());
  EXPECT_TRUE(reader.is_closed());
  EXPECT_EQ(server.service.state().streams, 0);
}

TEST(StreamOverSockets, HasNoBodyForHead) {
  StreamingServer server;
  RawClient reader = server.reader("HEAD");
  EXPECT_EQ(reader.answer(true).header("Content-Type"), "text/event-stream");
  EXPECT_TRUE(reader.is_closed());
}

} // namespace
} // namespace flow::mock::test
