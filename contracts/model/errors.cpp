#include "contracts/model/errors.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "contracts/model/embedded_file.hpp"
#include "contracts/model/json_place.hpp"
#include "contracts/model/resources.hpp"

namespace flow::contract {

namespace {

constexpr std::string_view kErrorTypePrefix = "https://ns.adobe.com/aep/errors/FLOW-";

ErrorForm error_form(const std::string &form) {
  if (form == "gateway") {
    return ErrorForm::gateway;
  }
  if (form == "service") {
    return ErrorForm::service;
  }
  if (form == "problem") {
    return ErrorForm::problem;
  }
  if (form == "token") {
    return ErrorForm::token;
  }
  if (form == "message") {
    return ErrorForm::message;
  }
  throw std::invalid_argument("errors.json: unknown form " + form);
}

ErrorEntry entry_of(const nlohmann::json &entry) {
  ErrorEntry error{.name = entry.at("name"),
                   .form = error_form(entry.at("form")),
                   .status = entry.at("status"),
                   .code = entry.value("code", ""),
                   .type = entry.value("type", ""),
                   .title = entry.value("title", ""),
                   .resource = entry.value("resource", ""),
                   .message = entry.at("message"),
                   .verbatim = entry.value("verbatim", false),
                   .standing = entry.at("standing"),
                   .source = entry.at("source"),
                   .place = entry.value("place", ""),
                   .advice = entry.at("advice")};
  if (error.form == ErrorForm::service && error.type.empty()) {
    error.type = std::string(kErrorTypePrefix) + error.code;
  }
  return error;
}

/// One that each resource has for itself: "{resource}-not-found" is "source-connection-not-found".
ErrorEntry entry_for(const Resource &resource, ErrorEntry error) {
  error.name = resource.error_name(error.name);
  error.resource = resource.name;
  const auto words = [&](const std::string &text) {
    return fill(text,
                {{"singular", resource.singular}, {"plural", resource.plural}, {"type", resource.name}});
  };
  error.message = words(error.message);
  error.advice = words(error.advice);
  error.place = words(error.place);
  return error;
}

std::vector<ErrorEntry> read_errors() {
  const auto document = nlohmann::json::parse(text_of(catalogue::embedded_files(), "errors.json"));
  std::vector<ErrorEntry> entries;
  for (const auto &json : document.at("errors")) {
    entries.push_back(entry_of(json));
  }
  for (const auto &json : document.at("ofEachResource")) {
    for (const Resource &resource : resources()) {
      if (!resource.verbs.empty()) {
        entries.push_back(entry_for(resource, entry_of(json)));
      }
    }
  }
  return entries;
}

} // namespace

const std::vector<ErrorEntry> &errors() {
  static const std::vector<ErrorEntry> entries = read_errors();
  return entries;
}

const ErrorEntry &error(std::string_view name) {
  const auto &entries = errors();
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const ErrorEntry &entry) { return entry.name == name; });
  if (found == entries.end()) {
    throw std::out_of_range("errors.json holds no error named " + std::string(name));
  }
  return *found;
}

const ErrorEntry *error_in(int status, std::string_view body) {
  constexpr int kLeastError = 400;
  if (status < kLeastError) {
    return nullptr;
  }
  const auto text_at = [&](std::string_view pointer) {
    const auto place = JsonPlace::find(body, pointer);
    return place && place->is_string() ? place->text() : std::string_view();
  };
  const std::string_view type = text_at("/type");
  const std::string_view gateway_code = text_at("/error_code");
  const std::string_view token_code = type.empty() && gateway_code.empty() ? text_at("/error") : "";
  const std::string_view title = text_at("/title");
  const std::string_view resource = text_at("/report/type");
  const std::string_view message = type.empty() ? text_at("/errorMessage") : "";
  const auto &entries = errors();
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const ErrorEntry &entry) {
    if (entry.status != status) {
      return false;
    }
    switch (entry.form) {
    case ErrorForm::gateway:
      return entry.code == gateway_code;
    case ErrorForm::token:
      return entry.code == token_code;
    case ErrorForm::message:
      return !message.empty() &&
             message.starts_with(std::string_view(entry.message).substr(0, entry.message.find('{')));
    case ErrorForm::service:
    case ErrorForm::problem:
      return entry.type == type && entry.title == title && entry.resource == resource;
    }
    return false;
  });
  return found == entries.end() ? nullptr : &*found;
}

bool is_alike(const ErrorEntry &a, const ErrorEntry &b) {
  return a.form == b.form && a.status == b.status && a.code == b.code && a.type == b.type &&
         a.title == b.title && a.resource == b.resource;
}

std::string fill(std::string_view text,
                 const std::vector<std::pair<std::string_view, std::string_view>> &parameters) {
  std::string filled;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = text.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      break;
    }
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto parameter = std::find_if(parameters.begin(), parameters.end(),
                                        [&](const auto &candidate) { return candidate.first == name; });
    filled += text.substr(0, open);
    filled += parameter == parameters.end() ? text.substr(open, close - open + 1) : parameter->second;
    text.remove_prefix(close + 1);
  }
  filled += text;
  return filled;
}

} // namespace flow::contract
