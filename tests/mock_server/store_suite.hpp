#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "mock_server/store/store.hpp"

namespace flow::mock::test {

/// Where a store's state lasts. The tests of store_suite.cpp hold for any.
class StorePlace {
public:
  StorePlace() = default;
  virtual ~StorePlace() = default;
  StorePlace(const StorePlace &) = delete;
  StorePlace &operator=(const StorePlace &) = delete;

  /// What was committed through the stores that were opened before, and have gone, is there.
  virtual std::unique_ptr<Store> open() = 0;
};

struct StoreEngine {
  std::string name;
  std::function<std::unique_ptr<StorePlace>()> make; ///< none where what it needs is not installed
  friend void PrintTo(const StoreEngine &engine, std::ostream *out) { *out << engine.name; }
};

/// A new, empty place for each test; INSTANTIATE_TEST_SUITE_P(NAME, StoreSuite, testing::Values(engine),
/// engine_name).
class StoreSuite : public testing::TestWithParam<StoreEngine> {
protected:
  StoreSuite() : place(GetParam().make()), store(place ? place->open() : nullptr) {}
  void SetUp() override {
    if (!place) {
      GTEST_SKIP() << GetParam().name << " is not installed";
    }
  }

  void open_again() {
    store.reset();
    store = place->open();
  }

  std::unique_ptr<StorePlace> place;
  std::unique_ptr<Store> store;
};

inline std::string engine_name(const testing::TestParamInfo<StoreEngine> &info) {
  return info.param.name;
}

} // namespace flow::mock::test
