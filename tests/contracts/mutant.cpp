#include "tests/contracts/mutant.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <stdexcept>

#include "common/text.hpp"

namespace flow::contract {

namespace {

using Pointer = Json::json_pointer;

constexpr std::size_t kIdLength = 36;

/// The runs and flows of the built-in seed, and the run the documented retry makes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 21> kNames = {{
    {"failed", "4fb0418e-1804-45d6-8d56-dd51f05c0baf"},
    {"zero records", "5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34"},
    {"with records", "9830305a-985f-47d0-b030-5a985fd7d004"},
    {"in progress", "c2a7e4d1-6f3b-4b8e-8a95-1e0d7c3f5a62"},
    {"streaming", "e8d4b6a3-0c5f-4f71-b2e9-7a3c1d9f8045"},
    {"failed disabled", "a1d94f6e-7c3b-4e52-8f08-6b9e2d5c7a14"},
    {"in progress disabled", "f3c8a5b0-2e6d-4917-a4b1-9d0e7f6c3b28"},
    {"second", "65b7cfcc-6b2e-47c8-8194-13005b792752"},
    {"partial", "71c3f0a8-94d5-4b1e-a6f2-5e8d0b9c3a17"},
    {"destination", "e80e24c1-82de-48de-8352-b2d0fca1c392"},
    {"failed destination", "850a3a02-ba0d-452a-aeb3-e9fcc8361342"},
    {"new", "3fb0418e-1804-45d6-8d56-dd51f05c0baf"},
    {"new etag", "\"1100c53e-0000-0200-0000-627138980000\""},
    {"other etag", "\"00000000-0000-0200-0000-000000000000\""},
    {"flow", "3d17a4ff-9e0a-4f7c-94bb-bc0b61a3a76d"},
    {"flow once", "3abea21c-7e36-4be1-bec1-d3bad0e3e0de"},
    {"flow repeated", "c9cef9cb-c934-4467-8ef9-cbc934546741"},
    {"flow table", "6c2f9e47-8b1a-4d03-b7e5-1f4a3c8d9e52"},
    {"flow half-hourly", "f00c8762-df2f-432b-a7d7-38999fef5e8e"},
    {"flow destination", "df8d079d-11eb-466a-9731-6b5948a009e4"},
    {"flow streaming", "7d1e4a90-5b62-4c38-9f07-2c8b6e5d1a34"},
}};

/// Calls `replace(name)` for each "{name}"; where it gives nothing, the text stays.
template <typename Replace> std::string replaced(std::string_view text, Replace replace) {
  std::string result;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    const std::size_t close = text.find('}', open);
    result += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty() || close == std::string_view::npos) {
      result += text;
      break;
    }
    const std::string_view name = text.substr(1, close - open - 1);
    const std::optional<std::string> value = replace(name);
    // Of a brace that names nothing, what follows may hold one that does.
    const std::size_t length = value ? name.size() + 2 : 1;
    result += value ? *value : std::string(text.substr(0, 1));
    text.remove_prefix(length);
  }
  return result;
}

std::optional<std::string> known(std::string_view name) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto &each) { return each.first == name; });
  return found == kNames.end() ? std::nullopt : std::optional<std::string>(found->second);
}

/// Not a piece of JSON text.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == '-';
  });
}

/// Whether a name is given its meaning only when the mutant plays.
bool is_later(std::string_view name, const Json &mutant) {
  const Json::json_pointer captures("/after/capture");
  return name == "unknown" || name == "count" || name.starts_with("request ") ||
         (mutant.contains(captures) && mutant.at(captures).contains(std::string(name)));
}

/// The same with each text in it as `change` gives it.
template <typename Change> Json with_texts(const Json &value, Change change) {
  if (value.is_string()) {
    return change(value.get_ref<const std::string &>());
  }
  if (value.is_array()) {
    Json all = Json::array();
    for (const Json &each : value) {
      all.push_back(with_texts(each, change));
    }
    return all;
  }
  if (value.is_object()) {
    Json all = Json::object();
    for (const auto &[name, each] : value.items()) {
      all[name] = with_texts(each, change);
    }
    return all;
  }
  return value;
}

bool is_any_of(const Json &value, const Json &values) {
  return values.is_array() ? std::find(values.begin(), values.end(), value) != values.end() : value == values;
}

/// Whether a value is as it has to be: that value; or {"not": a value or some, "like": a form, "unlike": …,
/// "is": "missing", "present", "empty", "a number"}.
bool is_as(const Json *value, const Json &wanted) {
  if (!wanted.is_object()) {
    return value != nullptr && *value == wanted;
  }
  const auto text = [&]() -> std::string {
    return value->is_string() ? value->get<std::string>() : value->dump();
  };
  const std::string is = wanted.value("is", "");
  if (value == nullptr) {
    return is == "missing";
  }
  return is != "missing" && (is != "a number" || value->is_number()) && (is != "empty" || value->empty()) &&
         (!wanted.contains("not") || !is_any_of(*value, wanted.at("not"))) &&
         (!wanted.contains("like") || is_like(text(), wanted.at("like").get<std::string>())) &&
         (!wanted.contains("unlike") || !is_like(text(), wanted.at("unlike").get<std::string>()));
}

bool are_as(const Json &document, const Json &wanted) {
  return std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto &each) {
    const Pointer place(each.key());
    return is_as(!document.is_discarded() && document.contains(place) ? &document.at(place) : nullptr,
                 each.value());
  });
}

/// The same of a request's body: an object, or an array of whose first item something is wanted.
bool is_sent_as(const Json &body, const Json &wanted) {
  const bool is_of_array = std::any_of(wanted.items().begin(), wanted.items().end(),
                                       [](const auto &each) { return each.key().starts_with("/0"); });
  return (is_of_array ? body.is_array() : body.is_object()) && are_as(body, wanted);
}

Json parsed(const std::string &text) {
  return Json::parse(text, nullptr, false);
}

/// "{unknown}" stands for the id of a run or a flow that nobody has.
bool is_request(const Call &call, const std::string &wanted) {
  constexpr std::string_view kUnknown = "{unknown}";
  const std::string request = call.method + " " + call.target;
  const std::size_t at = wanted.find(kUnknown);
  if (at == std::string::npos || request.size() < at + kIdLength) {
    return request == wanted;
  }
  const std::string id = request.substr(at, kIdLength);
  const std::string whole = wanted.substr(0, at) + id + wanted.substr(at + kUnknown.size());
  return request == whole && id.find_first_of("/?&=,") == std::string::npos &&
         std::none_of(kNames.begin(), kNames.end(), [&](const auto &each) { return each.second == id; });
}

/// Whether the call is one of those that `when` speaks of.
bool fits(const Json &when, const Call &call) {
  const auto is_sent = [&](const Json &name) { return call.header(name.get<std::string>()) != nullptr; };
  const auto all = [&](const char *member, auto holds) {
    const auto found = when.find(member);
    return found == when.end() || std::all_of(found->begin(), found->end(), holds);
  };
  const std::string request = call.method + " " + call.target;
  if ((when.contains("request") && !is_request(call, when.at("request"))) ||
      !all("like", [&](const Json &form) { return is_like(request, form.get<std::string>()); }) ||
      !all("unlike", [&](const Json &form) { return !is_like(request, form.get<std::string>()); }) ||
      !all("has", is_sent) || !all("lacks", [&](const Json &name) { return !is_sent(name); })) {
    return false;
  }
  if (when.contains("spelled") &&
      std::none_of(call.headers.begin(), call.headers.end(),
                   [&](const auto &field) { return field.first == when.at("spelled").get<std::string>(); })) {
    return false;
  }
  if (when.contains("sends")) {
    for (const auto &[name, wanted] : when.at("sends").items()) {
      const std::string *sent = call.header(name);
      const Json value = sent == nullptr ? Json() : Json(*sent);
      if (!is_as(sent == nullptr ? nullptr : &value, wanted)) {
        return false;
      }
    }
  }
  return (!when.contains("body") || call.body == when.at("body").get<std::string>()) &&
         (!when.contains("json") || is_sent_as(parsed(call.body), when.at("json")));
}

bool is_answered(const Json &answered, const mock::Response &response) {
  return (!answered.contains("status") || answered.at("status") == response.status) &&
         (!answered.contains("json") || are_as(parsed(response.body), answered.at("json")));
}

void set_header(std::vector<std::pair<std::string, std::string>> &headers, const std::string &name,
                const Json &value) {
  std::erase_if(headers, [&](const auto &field) { return equal_ignoring_case(field.first, name); });
  if (!value.is_null()) {
    headers.emplace_back(name, value.get<std::string>());
  }
}

} // namespace

const std::string *Call::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto &field) { return equal_ignoring_case(field.first, name); });
  return found == headers.end() ? nullptr : &found->second;
}

Mutant::Mutant(const Json &data)
    : data_(with_texts(data, [&](const std::string &text) {
        return replaced(text, [&](std::string_view name) {
          const auto value = known(name);
          if (!value && is_name(name) && !is_later(name, data)) {
            throw std::out_of_range("no run or flow of the seed is called {" + std::string(name) + "}");
          }
          return value;
        });
      })) {}

Json Mutant::filled(const Json &value, const Call &call, const Memory &memory) const {
  constexpr std::string_view kRequest = "request ";
  if (value.is_string()) { // all of it may be what was captured, of any kind
    const std::string &text = value.get_ref<const std::string &>();
    for (const auto &[name, captured] : memory.captured) {
      if (text == "{" + name + "}") {
        return captured;
      }
    }
    if (text == "{count}") {
      return count_;
    }
  }
  return with_texts(value, [&](const std::string &text) {
    return replaced(text, [&](std::string_view name) -> std::optional<std::string> {
      if (!name.starts_with(kRequest)) {
        return std::nullopt;
      }
      const std::string *sent = call.header(name.substr(kRequest.size()));
      return sent == nullptr ? std::nullopt : std::optional(*sent);
    });
  });
}

Call Mutant::asked(const Json &ask, Call call) const {
  constexpr std::size_t kRuns = 6; // "/runs/"
  call.target = ask.value("target", call.target);
  call.body = ask.value("body", call.body);
  if (ask.contains("run")) {
    call.target.replace(kRuns, kIdLength, ask.at("run").get<std::string>());
  }
  if (ask.contains("replace")) {
    const std::string from = ask.at("replace").at(0);
    call.target.replace(call.target.find(from), from.size(), ask.at("replace").at(1).get<std::string>());
  }
  if (ask.contains("headers")) {
    for (const auto &[name, value] : ask.at("headers").items()) {
      set_header(call.headers, name, value);
    }
  }
  return call;
}

mock::Response Mutant::changed(mock::Response response, const Call &call, const Memory &memory) const {
  Json body = parsed(response.body);
  const auto each = [&](const char *member, auto change) {
    if (data_.contains(member)) {
      for (const auto &[place, value] : data_.at(member).items()) {
        change(place, value);
      }
    }
  };
  each("set", [&](const std::string &place, const Json &value) {
    body[Pointer(place)] = filled(value, call, memory);
  });
  each("move", [&](const std::string &from, const Json &to) {
    const Pointer place(from);
    body[Pointer(to.get<std::string>())] = body.at(place);
    body.at(place.parent_pointer()).erase(place.back());
  });
  each("edit", [&](const std::string &place, const Json &edit) { // [a regular expression, what to put there]
    Json &value = body.at(Pointer(place));
    value = std::regex_replace(value.get<std::string>(), std::regex(edit.at(0).get<std::string>()),
                               edit.at(1).get<std::string>());
  });
  each("remove", [&](const std::string &, const Json &pointer) {
    const Pointer place(pointer.get<std::string>());
    body.at(place.parent_pointer()).erase(place.back());
  });
  each("headers",
       [&](const std::string &name, const Json &value) { set_header(response.headers, name, value); });
  if (data_.contains("set") || data_.contains("move") || data_.contains("edit") || data_.contains("remove")) {
    response.body = body.dump();
  }
  response.status = data_.value("status", response.status);
  response.body = data_.value("body", response.body);
  return response;
}

void Mutant::remember(const Call &call, const mock::Response &answer, Memory &memory) {
  const auto after = data_.find("after");
  if (after == data_.end() || answer.status >= 300 || !fits(*after, call)) {
    return;
  }
  memory.is_after = true;
  const auto capture = after->find("capture");
  if (capture != after->end()) {
    for (const auto &[name, pointer] : capture->items()) {
      memory.captured.emplace(name, parsed(answer.body).at(Pointer(pointer.get<std::string>())));
    }
  }
}

bool Mutant::can_be_met_by(const std::vector<Call> &calls) const {
  const auto any_fits = [&](const char *member) {
    const auto wanted = data_.find(member);
    return wanted == data_.end() ||
           std::any_of(calls.begin(), calls.end(), [&](const Call &call) { return fits(*wanted, call); });
  };
  return any_fits("after") && any_fits("when");
}

mock::Response Mutant::answer(const Call &call, const Honest &honest) {
  const auto has = [&](const char *member) { return data_.contains(member); };
  const std::string *sandbox = call.header("x-sandbox-name");
  Memory &memory = memories_[sandbox == nullptr ? "" : *sandbox];
  bool is_meant = (!has("after") || memory.is_after) && (!has("when") || fits(data_.at("when"), call));
  std::optional<mock::Response> response;
  if (!is_meant || has("answered") || !(has("instead") || has("ask"))) {
    response = honest(call);
    is_meant = is_meant && (!has("answered") || is_answered(data_.at("answered"), *response));
  }
  if (!is_meant) {
    remember(call, *response, memory);
    return *response;
  }
  ++count_;
  if (has("instead")) {
    const Json &instead = data_.at("instead");
    return {.status = instead.at("status"), .headers = {}, .body = instead.value("body", "{}")};
  }
  if (has("ask")) {
    response = honest(asked(data_.at("ask"), call));
  }
  if (has("besides")) {
    honest(asked(data_.at("besides"), call));
  }
  remember(call, *response, memory);
  return changed(*std::move(response), call, memory);
}

} // namespace flow::contract
