#include "contracts/model/operations.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "contracts/model/embedded_file.hpp"

namespace flow::contract {

namespace {

constexpr std::array<std::string_view, 3> kBase = {"data", "foundation", "flowservice"}; // kBasePath
constexpr std::string_view kAnyId = "{id}";

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1); // '/'
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

Repeat repeat_named(const std::string &name) {
  constexpr std::array<std::pair<std::string_view, Repeat>, 4> kNames = {
      {{"safe", Repeat::safe},
       {"idempotent", Repeat::idempotent},
       {"another-run", Repeat::another_run},
       {"changes", Repeat::changes}}};
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto &each) { return each.first == name; });
  if (found == kNames.end()) {
    throw std::out_of_range("operations.json: a repeat is safe, idempotent, another-run or changes, not " +
                            name);
  }
  return found->second;
}

std::vector<OperationEntry> read_operations() {
  std::vector<OperationEntry> all;
  const auto document = nlohmann::json::parse(text_of(catalogue::embedded_files(), "operations.json"));
  for (const auto &entry : document.at("operations")) {
    all.push_back({.name = entry.at("name"),
                   .method = entry.at("method"),
                   .path = segments_of(entry.at("path").get_ref<const std::string &>()),
                   .at_origin = entry.contains("at"),
                   .id_is_of_run = entry.value("id", "") == "run",
                   .parameters = entry.at("query"),
                   .body = entry.value("body", ""),
                   .needs_content_type = entry.value("contentType", "") == "always",
                   .is_secret = entry.value("secret", false),
                   .repeat = repeat_named(entry.at("repeat")),
                   .served = entry.value("served", true)});
  }
  return all;
}

/// A request's path as far as it is matched.
struct Place {
  explicit Place(std::span<const std::string> all)
      : is_below_base(all.size() >= kBase.size() && std::equal(kBase.begin(), kBase.end(), all.begin())),
        segments(is_below_base ? all.subspan(kBase.size()) : all) {}

  bool is_below_base;
  std::span<const std::string> segments;
};

/// Whether the place is the entry's; its id is put into `id`.
bool is_at(const OperationEntry &entry, const Place &place, std::string_view &id) {
  if (entry.at_origin == place.is_below_base || entry.path.size() != place.segments.size()) {
    return false;
  }
  for (std::size_t i = 0; i < entry.path.size(); ++i) {
    const std::string &segment = place.segments[i];
    if (entry.path[i] == kAnyId) {
      id = segment;
      if (id.empty()) {
        return false;
      }
    } else if (entry.path[i] != segment) {
      return false;
    }
  }
  return true;
}

} // namespace

const std::vector<OperationEntry> &operations() {
  static const std::vector<OperationEntry> entries = read_operations();
  return entries;
}

const OperationEntry &operation(std::string_view name) {
  const auto &all = operations();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const OperationEntry &entry) { return entry.name == name; });
  if (found == all.end()) {
    throw std::out_of_range("operations.json holds no operation named " + std::string(name));
  }
  return *found;
}

Identified identify(std::string_view method, std::span<const std::string> segments) {
  const Place place(segments);
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Identified found;
  for (const OperationEntry &entry : operations()) {
    std::string_view id;
    // "/flows/search" is a search with POST, and a flow of that id with any other method.
    if (is_at(entry, place, id)) {
      found.is_path_known = true;
      found.at_origin = entry.at_origin;
      if (entry.method == wanted) {
        found.operation = &entry;
        found.id = id;
        break;
      }
    }
  }
  return found;
}

std::string allowed_methods(std::span<const std::string> segments) {
  const Place place(segments);
  std::string methods;
  for (const OperationEntry &entry : operations()) {
    std::string_view id;
    if (is_at(entry, place, id)) {
      methods += (methods.empty() ? "" : ", ") + entry.method;
    }
  }
  return methods;
}

} // namespace flow::contract
