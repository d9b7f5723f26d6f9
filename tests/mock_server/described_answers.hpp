#pragma once

#include <atomic>
#include <string>

/// Each answer of the mock is held against the description of the service (openapi.json), in the programs
/// that are linked with described_answers_dep (tests/contracts/meson.build), whether it is asked in the
/// process or over a socket. What follows is of the two kinds of programs: tests, and the mock itself.
namespace flow::mock::test {

/// Is told of an exchange that is not as it is described. Called from any thread.
void report(const std::string &exchange);

/// Whether what is answered now need not be as described.
bool is_exempt();

/// How many answers were seen so far that have to be as described.
int described_answers();

/// While one lives, answers need not be as described: the test puts something into a run or a document that
/// the service would not.
struct NotAsDescribed {
  NotAsDescribed() { ++count; }
  ~NotAsDescribed() { --count; }
  NotAsDescribed(const NotAsDescribed &) = delete;
  NotAsDescribed &operator=(const NotAsDescribed &) = delete;

  static inline std::atomic<int> count = 0;
};

} // namespace flow::mock::test
