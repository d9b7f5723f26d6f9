#include "mock_server/admin/routes.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <spdlog/fmt/chrono.h>

#include "common/time_text.hpp"
#include "mock_server/clock/given_time.hpp"

namespace flow::mock::admin {

namespace {

constexpr const char *kAuto = "auto";
constexpr const char *kNormal = "normal";

Json clock_json(std::int64_t now_ms, bool frozen) {
  const std::chrono::sys_seconds seconds{
      std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(now_ms))};
  const auto time = std::chrono::system_clock::to_time_t(seconds);
  return {{"nowMs", now_ms},
          {"now", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(time), now_ms % 1000)},
          {"frozen", frozen}};
}

Json clock_json(const Call &call) {
  if (call.sandbox == nullptr) {
    return clock_json(call.state.clock.now_ms(), call.state.clock.frozen());
  }
  Json json =
      clock_json(call.sandbox->clock.now_ms(), call.sandbox->clock.frozen() || call.state.clock.frozen());
  json["mode"] = call.sandbox->skips_time ? kAuto : kNormal;
  return json;
}

/// Whether time is to skip to the end of a run that somebody reads; nothing where the body does not say it.
std::optional<bool> skips_time_in(const Json &body, const Call &call) {
  const auto mode = body.find("mode");
  if (mode == body.end()) {
    return std::nullopt;
  }
  if (call.sandbox == nullptr) {
    throw Refusal{400, "No mode here", "/mode",
                  "Only a sandbox's time can skip by itself: PUT /__admin" + std::string(kSandboxPath) +
                      "/clock."};
  }
  if (*mode != kAuto && *mode != kNormal) {
    throw Refusal{400, "Unknown mode", "/mode", "It has to be \"auto\" or \"normal\"."};
  }
  return *mode == kAuto;
}

std::int64_t duration_in(const Json &value, const char *pointer) {
  const auto given = given_time(value);
  if (!given || value.is_string()) {
    throw Refusal{400, "Bad time", pointer,
                  "It has to be milliseconds, an integer not below 0 and before the year 10000."};
  }
  return given->ms;
}

std::int64_t time_in(const Json &value, const char *pointer, const Clock &clock) {
  const auto given = given_time(value);
  if (!given) {
    throw Refusal{400, "Bad time", pointer, "It " + not_a_time(value) + "."};
  }
  return given->at(clock.now_ms());
}

/// Refuses a move in which schedules would make more runs than a sandbox takes.
void check_room(const Call &call, const Clock &clock, const SteerableClock::Change &wanted) {
  const std::int64_t now_ms = clock.now_ms();
  const std::int64_t by_ms = wanted.to_ms ? *wanted.to_ms - now_ms : wanted.by_ms.value_or(0);
  const auto check = [&](Sandbox &sandbox) {
    if (!sandbox.has_room_until(sandbox.clock.now_ms() + by_ms)) {
      throw Refusal{409, "Too many runs", wanted.to_ms ? "/nowMs" : "/advanceMs",
                    "Until then, flows would make more runs by their schedules than the " +
                        std::to_string(call.state.settings.limits.runs) + " that sandbox " +
                        sandbox.objects.name +
                        " takes. Move the clock less, or start flow-mock with a higher --max-runs."};
    }
  };
  if (call.sandbox != nullptr) {
    check(*call.sandbox);
    return;
  }
  for (const auto &sandbox : call.state.sandboxes.all()) {
    check(*sandbox);
  }
}

} // namespace

Response get_clock(const Call &call) {
  return json_response(clock_json(call));
}

Response put_clock(const Call &call) {
  const Json body = body_of(call);
  check_members(body, "", {"frozen", "nowMs", "advanceMs", "mode"});
  SteerableClock &clock = call.sandbox == nullptr ? call.state.clock : call.sandbox->clock;
  const auto skips_time = skips_time_in(body, call);
  SteerableClock::Change wanted;
  if (body.contains("frozen")) {
    if (!body["frozen"].is_boolean()) {
      throw Refusal{400, "Bad member", "/frozen", "It has to be true or false."};
    }
    wanted.frozen = body["frozen"].get<bool>();
  }
  if (wanted.frozen == false && call.sandbox != nullptr && call.state.clock.frozen()) {
    throw Refusal{409, "The clock it follows is frozen", "/frozen", "Let /__admin/clock go on first."};
  }
  if (body.contains("nowMs") && body.contains("advanceMs")) {
    throw Refusal{400, "Two times", "/advanceMs", "Give nowMs or advanceMs, not both."};
  }
  if (body.contains("nowMs")) {
    wanted.to_ms = time_in(body["nowMs"], "/nowMs", clock);
  }
  if (body.contains("advanceMs")) {
    wanted.by_ms = duration_in(body["advanceMs"], "/advanceMs");
    if (clock.now_ms() + *wanted.by_ms > kLatestMs) {
      throw Refusal{400, "Bad time", "/advanceMs", "The mock's time ends with the year 9999."};
    }
  }
  check_room(call, clock, wanted);
  std::optional<Transaction> alone; // so that the answer is of this change, and of none that comes after it
  if (call.sandbox != nullptr) {
    alone.emplace(Transaction::unsettled(call.sandbox->objects, clock));
  }
  if (!clock.change(wanted)) {
    throw Refusal{400, "Time goes forward only", "/nowMs",
                  "It is " + std::to_string(clock.now_ms()) + " now. To begin anew, reset the sandbox."};
  }
  if (skips_time) {
    call.sandbox->skips_time = *skips_time;
  }
  const Json changed = clock_json(call);
  alone.reset();
  if (call.sandbox != nullptr) {
    call.sandbox->settle();
  } else {
    for (const auto &sandbox : call.state.sandboxes.all()) {
      sandbox->settle();
    }
  }
  return json_response(changed);
}

} // namespace flow::mock::admin
