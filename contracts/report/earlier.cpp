#include "contracts/report/earlier.hpp"

#include <utility>
#include <variant>

#include "common/json_text.hpp"
#include "common/printable.hpp"
#include "contracts/report/page.hpp"

namespace flow::report {

using contract::Json;

namespace {

constexpr JsonBounds kBounds{.depth = 16, .members = 1000, .values = 1'000'000};

NoReport damaged(const std::string &why) {
  return NoReport("is a report whose data is damaged: " + why);
}

const Json &member(const Json &object, const char *name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || found == object.end()) {
    throw damaged(std::string("it has no \"") + name + "\" where one belongs");
  }
  return *found;
}

NoReport of_another_kind(const char *name, const char *kind) {
  return damaged(std::string("its \"") + name + "\" is not " + kind);
}

} // namespace

Json data_of(std::string_view page, std::string_view program) {
  const std::size_t begin = page.find(kDataBegin);
  if (begin == std::string_view::npos) {
    throw NoReport("is not a report of " + std::string(program) + ": it has no report data");
  }
  page.remove_prefix(begin + kDataBegin.size());
  const std::size_t end = page.find(kDataEnd);
  if (end == std::string_view::npos) {
    throw damaged("it is cut off");
  }
  auto read = read_json(page.substr(0, end), kBounds);
  if (const auto *problem = std::get_if<JsonProblem>(&read)) {
    throw damaged("it " + problem->what);
  }
  Json data = std::get<Json>(std::move(read));
  if (const std::string writer = text_in(data, "report"); writer != program) {
    throw NoReport("is a report of " + printable(writer.substr(0, kLongestText)) + ", not of " +
                   std::string(program));
  }
  if (count_in(data, "format") != kFormat) {
    throw NoReport("is a report of another version of " + std::string(program) +
                   ": write it anew with this one");
  }
  return data;
}

const Json &object_in(const Json &object, const char *name) {
  const Json &inner = member(object, name);
  if (!inner.is_object()) {
    throw of_another_kind(name, "an object");
  }
  return inner;
}

const Json &list_in(const Json &object, const char *name) {
  const Json &list = member(object, name);
  if (!list.is_array()) {
    throw of_another_kind(name, "a list");
  }
  return list;
}

std::string text_in(const Json &object, const char *name) {
  const Json &text = member(object, name);
  if (!text.is_string()) {
    throw of_another_kind(name, "a text");
  }
  return text.get<std::string>();
}

std::uint64_t count_in(const Json &object, const char *name) {
  const Json &count = member(object, name);
  if (!count.is_number_unsigned()) {
    throw of_another_kind(name, "a count");
  }
  return count.get<std::uint64_t>();
}

} // namespace flow::report
