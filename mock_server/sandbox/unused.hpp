#pragma once

#include <cstddef>
#include <mutex>
#include <string>

#include "contracts/model/contract.hpp"
#include "mock_server/sandbox/sandboxes.hpp"

namespace flow::mock {

/// What tests have set up, and no request has met. Entries are JSON objects that name their sandbox.
struct Unused {
  contract::Json outcomes = contract::Json::array(); ///< scripts of which not all outcomes were taken
  contract::Json faults = contract::Json::array();   ///< that fell on fewer requests than they were to
  contract::Json runs = contract::Json::array();     ///< that were put there, and no request has asked for

  bool empty() const { return outcomes.empty() && faults.empty() && runs.empty(); }
  void add(const Unused &others);
};

Unused unused_in(Sandbox &sandbox);

/// Of the mock's own faults, which name no sandbox.
Unused unused_of(const FaultSet &faults);

/// {"outcomes","faults","runs"}
contract::Json unused_json(const Unused &unused);

/// A line for each, for a terminal; empty where there is none.
std::string unused_text(const Unused &unused);

/// What was unused in sandboxes that have been reset or removed since the mock was started: the first ones.
/// Safe to use from several threads.
class UnusedLog {
public:
  static constexpr std::size_t kKept = 1000; ///< of each kind

  void add(const Unused &unused);
  Unused all() const;

private:
  mutable std::mutex mutex_;
  Unused kept_;
};

} // namespace flow::mock
