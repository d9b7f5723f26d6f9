#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "mock_server/store/shared_store.hpp"

namespace flow::mock::test {

/// Where the state of several stores lasts. The tests of shared_store_suite.cpp hold for any.
class SharedPlace {
public:
  SharedPlace() = default;
  virtual ~SharedPlace() = default;
  SharedPlace(const SharedPlace &) = delete;
  SharedPlace &operator=(const SharedPlace &) = delete;

  /// One more store, as another mock has it.
  virtual std::unique_ptr<SharedStore> open() = 0;
  /// Comes back when somebody waits for a lock.
  virtual void await_waiting() = 0;
};

struct SharedEngine {
  std::string name;
  std::function<std::unique_ptr<SharedPlace>()> make; ///< none where what it needs is not installed
  friend void PrintTo(const SharedEngine &engine, std::ostream *out) { *out << engine.name; }
};

/// A new, empty place for each test, and two stores in it.
class SharedStoreSuite : public testing::TestWithParam<SharedEngine> {
protected:
  SharedStoreSuite()
      : place(GetParam().make()), store(place ? place->open() : nullptr),
        other(place ? place->open() : nullptr) {}
  void SetUp() override {
    if (!place) {
      GTEST_SKIP() << GetParam().name << " is not installed";
    }
  }

  std::unique_ptr<SharedPlace> place;
  std::unique_ptr<SharedStore> store;
  std::unique_ptr<SharedStore> other;
};

inline std::string shared_engine_name(const testing::TestParamInfo<SharedEngine> &info) {
  return info.param.name;
}

} // namespace flow::mock::test
