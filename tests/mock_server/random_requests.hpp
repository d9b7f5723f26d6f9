#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "mock_server/service_state.hpp"
#include "tests/mock_server/steered.hpp"

namespace flow::mock::test {

/// Requests of all kinds that change something, drawn at random.
class RandomRequests {
public:
  RandomRequests(Steered &mock, unsigned seed) : mock_(mock), random_(seed) {}

  void send() {
    switch (draw(12)) {
    case 0:
      retry_one();
      return;
    case 1:
      mock_.steer("PUT", path_of_run(some_run(), "/script"),
                  {{"retries", {"failed", {{"outcome", "success"}, {"durationMs", 1000}}}}});
      return;
    case 2:
      mock_.clock->advance(700);
      mock_.call(get(some_run()));
      return;
    case 3:
      mock_.steer("POST", "/runs", {{"flowId", kHourlyFlow}, {"state", "failed"}, {"retries", {"failed"}}});
      return;
    case 4:
      mock_.steer("DELETE", path_of_run(some_run()));
      return;
    case 5:
      mock_.steer("PUT", "/defaults", {{"outcome", "failed"}, {"durationMs", draw(1000)}});
      return;
    case 6:
      mock_.call(create(run_on_demand().dump()));
      return;
    case 7:
      mock_.call({.method = "POST",
                  .target = std::string(contract::kBasePath) + "/connections",
                  .body = Json({{"name", "made " + std::to_string(draw(1000))},
                                {"auth", {{"specName", "Access Key"}, {"params", Json::object()}}},
                                {"connectionSpec",
                                 {{"id", "ecadc60c-7455-4d87-84dc-2a0e293d997b"}, {"version", "1.0"}}}})
                              .dump()});
      return;
    case 8:
      remove_one("connections");
      return;
    case 9:
      mock_.steer("PUT", "/flows/flow-" + std::to_string(draw(5)),
                  {{"name", "put " + std::to_string(draw(1000))}, {"retries", {"failed"}}});
      return;
    case 10:
      remove_one("flows");
      return;
    default:
      mock_.call(read("/sourceConnections"));
    }
  }

private:
  std::uint64_t draw(std::uint64_t end) { return random_() % end; }
  std::string some_run() {
    auto &objects = mock_.service.state().sandboxes.of("{ORG_ID}", mock_.name)->objects;
    const Transaction transaction(objects, *mock_.clock);
    std::vector<std::string> ids;
    transaction->runs.for_each([&](const Run &run) { ids.push_back(run.id); });
    return ids.at(draw(ids.size()));
  }
  void retry_one() { mock_.call(retry(some_run())); }
  void remove_one(const std::string &resource) {
    const Json items = body_of(mock_.call(read("/" + resource + "?limit=100"))).at("items");
    const Json &item = items.at(draw(items.size()));
    mock_.call(Ask{.method = "DELETE",
                   .target = std::string(contract::kBasePath) + "/" + resource + "/" +
                             item.at("id").get<std::string>()}
                   .set("If-Match", item.at("etag").get<std::string>()));
  }

  Steered &mock_;
  std::mt19937_64 random_;
};

} // namespace flow::mock::test
