#include "contracts/model/operations.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "contracts/model/embedded_file.hpp"
#include "contracts/model/errors.hpp"
#include "contracts/model/resources.hpp"

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

ContentTypeNeed content_type_need(const std::string &name) {
  return name == "always"      ? ContentTypeNeed::always
         : name == "with-body" ? ContentTypeNeed::with_body
                               : ContentTypeNeed::by_reading;
}

OperationEntry entry_of(const nlohmann::json &json, std::string_view below) {
  return {.name = json.at("name"),
          .method = json.at("method"),
          .path = segments_of(std::string(below) + json.at("path").get<std::string>()),
          .at_origin = json.contains("at"),
          .is_token = json.value("at", "") == "origin",
          .id_is_of_run = json.value("id", "") == "run",
          .parameters = json.at("query"),
          .body = json.value("body", ""),
          .content_type = content_type_need(json.value("contentType", "")),
          .is_secret = json.value("secret", false),
          .repeat = repeat_named(json.at("repeat")),
          .resource = json.contains("resource") ? &resource(json["resource"].get<std::string>()) : nullptr,
          .verb = json.value("verb", "")};
}

/// "list_{plural}" as "list_source_connections".
std::string name_for(const Resource &resource, const std::string &name) {
  std::string filled = fill(name, {{"singular", resource.singular}, {"plural", resource.plural}});
  std::replace(filled.begin(), filled.end(), ' ', '_');
  return filled;
}

std::vector<OperationEntry> read_operations() {
  std::vector<OperationEntry> all;
  const auto document = nlohmann::json::parse(text_of(catalogue::embedded_files(), "operations.json"));
  for (const auto &json : document.at("operations")) {
    all.push_back(entry_of(json, ""));
  }
  for (const Resource &resource : resources()) {
    for (const auto &json : document.at("verbs")) {
      const auto verb = json.at("verb").get<std::string>();
      if (const ResourceVerb *its = resource.verb(verb)) {
        OperationEntry entry = entry_of(json, "/" + resource.name);
        entry.name = name_for(resource, entry.name);
        entry.resource = &resource;
        entry.verb = verb;
        if (its->has_query) {
          entry.parameters = its->query;
        }
        all.push_back(std::move(entry));
      }
    }
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
    throw std::out_of_range("there is no operation named " + std::string(name));
  }
  return *found;
}

const OperationEntry *operation_of(const Resource &resource, std::string_view verb) {
  const auto &all = operations();
  const auto found = std::find_if(all.begin(), all.end(), [&](const OperationEntry &entry) {
    return entry.resource == &resource && entry.verb == verb;
  });
  return found == all.end() ? nullptr : &*found;
}

bool OperationEntry::has_parameter(std::string_view parameter) const {
  return std::find(parameters.begin(), parameters.end(), parameter) != parameters.end();
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
      found.is_token = entry.is_token;
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
