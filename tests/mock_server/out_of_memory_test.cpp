#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mock_server/service_state.hpp"
#include "tests/mock_server/scarce_memory.hpp"
#include "tests/mock_server/steered.hpp"

/// Memory that runs out anywhere on a request's way: 503, nothing half done, and the mock goes on. Only of
/// requests that make no tree of JSON: to take one down needs memory, too, which the program sets aside
/// (MemoryReserve), so that these are tried with the program (drivers/shortage_test.py).
namespace flow::mock::test {
namespace {

using Refusing = void (*)(std::uint64_t nth);

/// What each run is found by agrees with what there is.
void expect_whole(Stage &stage) {
  const auto sandbox = stage.service.state().sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}");
  if (!sandbox) {
    return;
  }
  const Transaction transaction(sandbox->objects, kNow);
  std::uint64_t runs = 0;
  transaction->runs.for_each([&](const Run &run) {
    ++runs;
    EXPECT_EQ(transaction->runs.find(run.id), &run);
    const auto *of_flow = transaction->runs.index().of_flow(run.flow->id);
    const auto *of_status = transaction->runs.index().of_status(status(run.state));
    const RunIndex::Place place{run.created_at_ms, run.number};
    EXPECT_TRUE(of_flow != nullptr && of_flow->at_least(place) == place);
    EXPECT_TRUE(of_status != nullptr && of_status->at_least(place) == place);
  });
  EXPECT_EQ(transaction->runs.count(), runs);
  for (const TimeField field : {TimeField::created, TimeField::updated, TimeField::started}) {
    EXPECT_EQ(transaction->runs.index().by_time(field).size(), runs);
  }
  std::uint64_t of_any_status = 0;
  for (const char *status : {"failed", "success", "inProgress", "partialSuccess"}) {
    of_any_status += transaction->runs.index().of_status(status)->size();
  }
  EXPECT_EQ(of_any_status, runs);
}

std::uint64_t runs_in(Stage &stage) {
  const auto sandbox = stage.service.state().sandboxes.find("{ORG_ID}", "{SANDBOX_NAME}");
  return sandbox ? Transaction(sandbox->objects, kNow)->runs.count() : 0;
}

/// Asks again and again, memory running out later each time, until all of it is there.
void expect_answered(const std::vector<Ask> &before, const Ask &asked, Refusing refuse, int status) {
  constexpr std::uint64_t kMany = 20'000;
  for (std::uint64_t nth = 1; nth < kMany; ++nth) {
    Stage stage;
    for (const Ask &earlier : before) {
      stage(earlier);
    }
    const std::uint64_t runs = runs_in(stage);
    const Request request = asked.request();
    refuse(nth);
    const Response response = stage.service.handle(request);
    refuse(0);
    if (!was_refused()) {
      EXPECT_EQ(response.status, status) << response.body;
      EXPECT_GT(nth, 1U);
      return;
    }
    EXPECT_TRUE(response.status == 503 || response.status == status)
        << nth << ": " << response.status << response.body;
    EXPECT_TRUE(Json::accept(response.body)) << response.body;
    if (asked.target.find("__admin") == std::string::npos) {
      const std::uint64_t made = runs_in(stage) - runs;
      EXPECT_TRUE(runs == 0 || made <= 1) << made;
    }
    expect_whole(stage);
    EXPECT_EQ(stage(get(kFailed)).status, 200) << nth;
    EXPECT_EQ(stage(retry(kFailed)).status, 200) << nth;
    EXPECT_EQ(stage(read("/runs?property=state==failed")).status, 200) << nth;
    expect_whole(stage);
  }
  FAIL() << "it takes more than " << kMany << " allocations";
}

void expect_answered(const std::vector<Ask> &before, const Ask &asked, int status = 200) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  expect_answered(before, asked, refuse_memory_once, status);
  expect_answered(before, asked, refuse_memory_from, status);
}

Ask steer(const std::string &method, const std::string &path, const std::string &body = "") {
  return admin_ask(method, "/sandboxes/%7BORG_ID%7D/%7BSANDBOX_NAME%7D" + path, body);
}

TEST(OutOfMemory, OfTheFirstRequestOfASandbox) {
  expect_answered({}, get(kFailed));
}

TEST(OutOfMemory, OfARetry) {
  expect_answered({get(kFailed)}, retry(kFailed));
}

TEST(OutOfMemory, OfARetryByAScriptTakesNothingFromTheScript) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  const std::string run = "/runs/" + std::string(kFailed);
  for (std::uint64_t nth = 1;; ++nth) {
    Stage stage;
    stage(steer("PUT", run + "/script", R"({"retries": ["failed", "in-progress"]})"));
    const std::uint64_t runs = runs_in(stage);
    const Ask asked = retry(kFailed);
    const Request request = asked.request();
    refuse_memory_once(nth);
    stage.service.handle(request);
    refuse_memory_once(0);
    const Json left = body_of(stage(steer("GET", run))).at("retries");
    EXPECT_EQ(left.size(), runs_in(stage) == runs ? 2U : 1U) << nth;
    if (!was_refused()) {
      break;
    }
  }
}

TEST(OutOfMemory, WhileARequestIsJudgedLeavesItsAnswerAndIsLoggedLikeAnyOther) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  const Ask asked{.method = "POST",
                  .target = "/ims/token/v3",
                  .body = "grant_type=client_credentials&client_id=" + std::string(99, 'c') +
                          "&client_secret=S3CRET&scope=openid",
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
  const Request request = asked.request();
  // From the last allocation back, so that none is refused to the JSON of the answer.
  constexpr std::uint64_t kMany = 1'000'000;
  std::uint64_t nth = kMany;
  for (bool was_judging = false; !was_judging; --nth) {
    ASSERT_GT(nth, 0U) << "judging takes no memory";
    std::vector<std::string> lines;
    FlowService service(Settings{}, [&](std::string_view line) { lines.emplace_back(line); });
    refuse_memory_once(nth);
    const Response response = service.handle(request);
    const std::uint64_t left = news_until_refusal();
    refuse_memory_once(0);
    if (nth == kMany) {
      ASSERT_EQ(response.status, 200) << response.body;
      nth -= left - 1;
      continue;
    }
    ASSERT_EQ(lines.size(), 1U) << nth;
    const std::string &line = lines.front();
    EXPECT_NE(line.find("request_id=" + header(response, "x-request-id")), std::string::npos) << line;
    EXPECT_NE(line.find("cause=\"std::bad_alloc\""), std::string::npos) << line;
    was_judging = line.find("step=judge") != std::string::npos;
    EXPECT_TRUE(!was_judging || response.status == 200) << response.body;
  }
}

// --- what changes documents and flows, without the JSON about it

/// Carries `change` out again and again, each time on a new subject, memory running out later each time: what
/// `seen` shows is as before it or as after it.
template <typename Subject>
void expect_whole_or_nothing(const std::function<std::unique_ptr<Subject>()> &fresh,
                             const std::function<void(Subject &)> &change,
                             const std::function<std::string(Subject &)> &seen) {
  if (!kMemoryIsScarce) {
    GTEST_SKIP() << "memory is counted where no sanitizer does";
  }
  const auto changed = fresh();
  const std::string before = seen(*changed);
  change(*changed);
  const std::string after = seen(*changed);
  ASSERT_NE(before, after);
  constexpr std::uint64_t kMany = 1000;
  for (std::uint64_t nth = 1; nth < kMany; ++nth) {
    const auto subject = fresh();
    bool failed = false;
    refuse_memory_once(nth);
    try {
      change(*subject);
    } catch (const std::bad_alloc &) {
      failed = true;
    }
    refuse_memory_once(0);
    EXPECT_EQ(seen(*subject), failed ? before : after) << nth;
    if (!failed) {
      EXPECT_GT(nth, 1U);
      change(*subject); // what is left of it can be gone on with
      return;
    }
  }
  FAIL() << "it takes more than " << kMany << " allocations";
}

std::shared_ptr<const Json> source_connection(const std::string &id, const std::string &base) {
  return std::make_shared<const Json>(Json{{"id", id}, {"createdAt", 5}, {"baseConnectionId", base}});
}

std::string seen_in_store(DocumentStore &store) {
  std::string seen = std::to_string(store.count()) + " of " +
                     std::to_string(store.by_creation().access({}).most) + " of " +
                     std::to_string(store.all().size());
  for (const char *id : {"a", "b"}) {
    const Document *document = store.find(id);
    seen += document == nullptr ? " -" : " " + document->json->dump();
  }
  for (const char *base : {"x", "y"}) {
    seen += " " + Json(store.users(base)).dump();
  }
  return seen;
}

void expect_store_whole(const std::function<void(DocumentStore &)> &change) {
  // Kept: what is replaced is not to be taken down while memory is refused.
  const auto fresh = [first = source_connection("a", "x")] {
    auto store = std::make_unique<DocumentStore>(contract::resource("sourceConnections"));
    store->put({.json = first});
    return store;
  };
  expect_whole_or_nothing<DocumentStore>(fresh, change, seen_in_store);
}

TEST(OutOfMemory, WhileADocumentIsAdded) {
  expect_store_whole(
      [added = source_connection("b", "y")](DocumentStore &store) { store.put({.json = added}); });
}

TEST(OutOfMemory, WhileADocumentIsReplaced) {
  expect_store_whole(
      [other = source_connection("a", "y")](DocumentStore &store) { store.put({.json = other}); });
}

TEST(OutOfMemory, WhileADocumentIsRemoved) {
  expect_store_whole([](DocumentStore &store) {
    if (store.find("a") != nullptr) {
      store.remove("a");
    }
  });
}

std::shared_ptr<const Flow> flow_from(const std::string &id, const std::string &source,
                                      std::int64_t created_at) {
  Flow flow;
  flow.id = id;
  flow.created_at = {.ms = created_at};
  flow.document = {{"sourceConnectionIds", {source}}, {"targetConnectionIds", {"t"}}};
  return std::make_shared<const Flow>(std::move(flow));
}

std::string seen_in_sandbox(SandboxState &state) {
  std::string seen = std::to_string(state.flows.size()) + " of " +
                     std::to_string(state.flows_by_creation.access({}).most) + ", deleted " +
                     std::to_string(state.deleted_flows.size());
  for (const char *id : {"f", "g"}) {
    const SandboxFlow *flow = state.find_flow(id);
    seen += flow == nullptr ? " -" : " " + std::to_string(flow->created_at_ms);
  }
  for (const char *connection : {"x", "y"}) {
    seen += " " + Json(state.flows_of_connection(connection)).dump();
  }
  seen +=
      state.find_run("r")->flow == (state.find_flow("f") == nullptr ? nullptr : state.find_flow("f")->flow)
          ? " its run has it"
          : " its run has another";
  return seen;
}

void expect_sandbox_whole(const std::function<void(SandboxState &)> &change) {
  const auto fresh = [flow = flow_from("f", "x", 1)] {
    auto state = std::make_unique<SandboxState>(1);
    state->put_flow(flow, kNow);
    Run run;
    run.id = "r";
    run.flow = flow;
    state->add_run(std::move(run));
    state->flows_of_connection("x"); // so that they are noted from now on
    return state;
  };
  expect_whole_or_nothing<SandboxState>(fresh, change, seen_in_sandbox);
}

TEST(OutOfMemory, WhileAFlowIsAdded) {
  expect_sandbox_whole([flow = flow_from("g", "y", 2)](SandboxState &state) { state.put_flow(flow, kNow); });
}

TEST(OutOfMemory, WhileAFlowIsReplaced) {
  expect_sandbox_whole([flow = flow_from("f", "y", 2)](SandboxState &state) { state.put_flow(flow, kNow); });
}

TEST(OutOfMemory, WhileAFlowIsDeleted) {
  expect_sandbox_whole([](SandboxState &state) {
    if (state.find_flow("f") != nullptr) {
      state.delete_flow("f");
    }
  });
}

TEST(OutOfMemory, OfAResetOfAll) {
  expect_answered({get(kFailed)}, admin_ask("POST", "/reset"));
}

} // namespace
} // namespace flow::mock::test
