#pragma once

#include <string>
#include <vector>

#include "contracts/model/reading.hpp"

namespace flow::contract {

/// As flags in words: "the usual", "op=RE_TRIGGER, count=beside-items".
inline std::string told(const Reading &reading) {
  std::string text;
  for (const std::string &choice : reading.differences()) {
    text += (text.empty() ? "" : ", ") + choice;
  }
  return text.empty() ? "the usual" : text;
}

/// The usual reading, each choice by itself, all of the OpenAPI file's, and every matter otherwise than
/// usual.
inline std::vector<Reading> each_reading() {
  std::vector<Reading> all = {Reading(), Reading::of({"openapi"}),
                              Reading::of({"openapi", "zero-records=refused"})};
  Reading other;
  for (const Matter &matter : matters()) {
    for (std::size_t i = 1; i < matter.choices.size(); ++i) {
      const std::string choice = matter.name + "=" + matter.choices[i].name;
      all.push_back(Reading::of({choice}));
      other.take(choice);
    }
  }
  all.push_back(other);
  return all;
}

} // namespace flow::contract
