#include "contracts/model/clause.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "common/json_text.hpp"
#include "contracts/model/json_schema.hpp"

namespace flow::contract {

namespace {

constexpr std::string_view kHeaderCapture = "header:";
constexpr std::string_view kTokenCapture = "token:";
constexpr std::string_view kBareCapture = "bare:";
constexpr std::string_view kLastCapture = "last:";

/// What a clause may use without having captured it, beside what its provider state gives.
constexpr std::array<std::string_view, 5> kGivenNames = {"token", "api_key", "org", "sandbox",
                                                         "other_sandbox"};

Standing standing_of(const std::string &word) {
  if (word == "documented") {
    return Standing::documented;
  }
  return word == "inferred" ? Standing::inferred : Standing::assumed;
}

Source read_source(const Json &json, const Source &fallback = {}) {
  return {.page = json.value("page", fallback.page),
          .section = json.value("section", fallback.section),
          .edition = json.value("edition", fallback.edition)};
}

/// A schema stands by name (schemas/<name>.schema.json) or is spelled out.
Json named_schema(const Json &json) {
  return json.is_string() ? schema(json.get_ref<const std::string &>()) : json;
}

/// The members of the object `name` in `json`; none where there is no such object.
std::vector<std::pair<std::string, Json>> members(const Json &json, const char *name) {
  std::vector<std::pair<std::string, Json>> all;
  if (const auto object = json.find(name); object != json.end()) {
    for (const auto &[key, value] : object->items()) {
      all.emplace_back(key, value);
    }
  }
  return all;
}

Expectation read_expectation(const Json &json) {
  Expectation then;
  if (json.contains("status")) {
    then.status = json.at("status").get<int>();
  }
  then.error = json.value("error", "");
  then.mentions = json.value("mentions", std::vector<std::string>{});
  then.example = json.value("example", "");
  then.except = json.value("except", std::vector<std::string>{});
  then.headers = members(json, "headers");
  for (const auto &[pointer, value] : members(json, "schema")) {
    then.schema.emplace_back(pointer, named_schema(value));
  }
  then.body = members(json, "body");
  for (const auto &[etag, time] : members(json, "dated")) {
    then.dated.emplace_back(etag, time.get<std::string>());
  }
  // What is named must be there: an unknown name throws.
  if (!then.error.empty()) {
    error(then.error);
  }
  if (!then.example.empty()) {
    example(then.example);
  }
  return then;
}

Capture read_capture(const std::string &name, const std::string &from) {
  if (from.starts_with(kHeaderCapture)) {
    return {.name = name, .header = from.substr(kHeaderCapture.size()), .pointer = ""};
  }
  const bool token = from.starts_with(kTokenCapture);
  const bool bare = from.starts_with(kBareCapture);
  const bool last = from.starts_with(kLastCapture);
  return {.name = name,
          .header = "",
          .pointer = token || bare || last ? from.substr(from.find(':') + 1) : from,
          .token = token,
          .bare = bare,
          .last = last};
}

Step read_step(const Json &json) {
  const std::string request = json.at("request");
  const std::size_t space = request.find(' ');
  Step step{.method = request.substr(0, space),
            .path = request.substr(space + 1),
            .at_origin = json.contains("at"),
            .is_token = json.value("at", "") == "origin",
            .headers = {},
            .body = std::nullopt,
            .captures = {},
            .then = read_expectation(json.value("then", Json::object()))};
  for (const auto &[name, value] : members(json, "headers")) {
    step.headers.emplace_back(name, value.is_null() ? std::nullopt : std::optional(value.get<std::string>()));
  }
  if (json.contains("body")) {
    step.body = plain_text(json.at("body"));
  }
  for (const auto &[name, from] : members(json, "capture")) {
    step.captures.push_back(read_capture(name, from.get<std::string>()));
  }
  return step;
}

/// Throws UnknownChoice where the data has none.
ChoiceNames read_choices(const Json &json) {
  ChoiceNames choices;
  for (const auto &[matter, choice] : json.items()) {
    choices.emplace_back(matter, choice.get<std::string>());
  }
  Reading().has_all(choices);
  return choices;
}

Clause read_clause(const Json &json, const Source &usual_source) {
  Clause clause{.id = json.at("id"),
                .title = json.at("title"),
                .requirement = json.at("requirement"),
                .standing = standing_of(json.at("standing")),
                .source = read_source(json.value("source", Json::object()), usual_source),
                .given = json.value("given", ""),
                .reading = read_choices(json.value("reading", Json::object())),
                .when = {},
                .applies = std::nullopt,
                .violation = std::nullopt};
  if (json.contains("applies")) {
    clause.applies = read_applies(json.at("applies"));
  }
  if (json.contains("violation")) {
    clause.violation = read_violation(json.at("violation"));
  }
  for (const Json &step : json.value("when", Json::array())) {
    clause.when.push_back(read_step(step));
  }
  if (json.contains("then")) {
    if (!clause.when.back().then.empty()) {
      throw ClauseError("the last step has a `then` of its own beside the clause's");
    }
    clause.when.back().then = read_expectation(json.at("then"));
  }
  return clause;
}

/// Every text of the expectation that may hold placeholders, as one.
std::string texts(const Expectation &then) {
  Json all = Json::array({then.mentions});
  for (const auto *pairs : {&then.headers, &then.schema, &then.body}) {
    for (const auto &[name, value] : *pairs) {
      all.push_back(value);
    }
  }
  return all.dump();
}

std::string texts(const Step &step) {
  std::string all = step.path + step.body.value_or("");
  for (const auto &[name, value] : step.headers) {
    all += value.value_or("");
  }
  return all;
}

/// Throws ClauseError where the clause is well-formed and yet makes no sense.
void check(const Clause &clause, std::string_view subject) {
  if (clause.subject() != subject) {
    throw ClauseError("its id does not begin with the subject, " + std::string(subject) + "/");
  }
  const auto states = provider_states();
  if (!clause.given.empty() && std::find(states.begin(), states.end(), clause.given) == states.end()) {
    throw ClauseError("no provider state is named '" + clause.given + "'");
  }
  std::set<std::string, std::less<>> known(kGivenNames.begin(), kGivenNames.end());
  if (!clause.given.empty()) {
    known.emplace(given_by(clause.given));
  }
  const auto require_known = [&](const std::string &text) {
    for (const std::string &name : placeholders(text)) {
      if (!known.contains(name)) {
        throw ClauseError("nothing gives {" + name + "} a value");
      }
    }
  };
  for (const Step &step : clause.when) {
    require_known(texts(step));
    for (const Capture &capture : step.captures) {
      known.insert(capture.name);
    }
    require_known(texts(step.then));
  }
  if (std::all_of(clause.when.begin(), clause.when.end(),
                  [](const Step &step) { return step.then.empty(); })) {
    throw ClauseError("nothing is expected of any answer");
  }
}

/// "retry/op/missing" for "/clauses/3/when/0"; empty where the place lies outside the clauses.
std::string clause_at(const Json &document, const std::string &pointer) {
  constexpr std::string_view kClauses = "/clauses/";
  if (!pointer.starts_with(kClauses)) {
    return "";
  }
  const std::string index =
      pointer.substr(kClauses.size(), pointer.find('/', kClauses.size()) - kClauses.size());
  const Json::json_pointer id(std::string(kClauses) + index + "/id");
  return document.contains(id) && document.at(id).is_string() ? document.at(id).get<std::string>()
                                                              : "clause " + index;
}

void require_shape(const Json &document, const std::string &file) {
  static const Json &shape = schema("clauses");
  std::string reasons;
  for (const SchemaViolation &violation : validate(document, shape)) {
    const std::string clause = clause_at(document, violation.pointer);
    reasons += file + ": " + (clause.empty() ? "" : clause + ": ") + "at '" + violation.pointer +
               "': " + violation.reason + "\n";
  }
  if (!reasons.empty()) {
    reasons.pop_back();
    throw ClauseError(reasons);
  }
}

/// The files in the order a reader wants them; one that is missing here follows behind.
std::size_t reading_order(std::string_view name) {
  constexpr std::array<std::string_view, 19> kOrder = {
      "retry", "etags", "runs",  "list",   "create",  "update", "flows",  "dataflows", "connections", "ends",
      "specs", "patch", "adhoc", "tokens", "headers", "order",  "errors", "routes",    "readings"};
  return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), name) - kOrder.begin());
}

Subject subject_of(const Json &document, const std::string &file) {
  Subject subject{.name = document.at("subject"), .title = document.at("title"), .clauses = {}};
  const Source source = read_source(document.at("source"));
  for (const Json &json : document.at("clauses")) {
    try {
      subject.clauses.push_back(read_clause(json, source));
    } catch (const std::exception &error) {
      throw ClauseError(file + ": " + json.at("id").get<std::string>() + ": " + error.what());
    }
  }
  return subject;
}

} // namespace

bool Expectation::empty() const {
  return !status && error.empty() && mentions.empty() && headers.empty() && schema.empty() && body.empty() &&
         dated.empty() && example.empty();
}

std::string place_of(const Source &source) {
  std::string text = source.page;
  text += source.section.empty() ? "" : ", " + source.section;
  text += source.edition.empty() ? "" : " (" + source.edition + ")";
  return text;
}

std::string_view Clause::subject() const {
  return std::string_view(id).substr(0, id.find('/'));
}

Subject read_subject(std::string_view file_name, std::string_view text) {
  const std::string file(file_name);
  Json document;
  try {
    document = Json::parse(text);
  } catch (const Json::parse_error &error) {
    throw ClauseError(file + ": " + error.what());
  }
  require_shape(document, file);
  Subject subject = subject_of(document, file);
  std::set<std::string> ids;
  for (const Clause &clause : subject.clauses) {
    try {
      check(clause, subject.name);
      if (!ids.insert(clause.id).second) {
        throw ClauseError("another clause has the same id");
      }
    } catch (const std::exception &error) {
      throw ClauseError(file + ": " + clause.id + ": " + error.what());
    }
  }
  return subject;
}

std::vector<Subject> read_subjects(std::span<const EmbeddedFile> files) {
  std::vector<Subject> all;
  for (const EmbeddedFile &file : files) {
    if (file.name.starts_with("clauses/")) {
      all.push_back(subject_of(Json::parse(file.text), std::string(file.name)));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Subject &a, const Subject &b) {
    return reading_order(a.name) < reading_order(b.name);
  });
  return all;
}

const std::vector<Subject> &subjects_without_steps() {
  static const std::vector<Subject> all = read_subjects(embedded_files());
  return all;
}

std::span<const std::string_view> provider_states() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all = {kNoSuchRun, kNoSuchFlow};
    for (const auto &[state, run] : built_in_states()) {
      all.push_back(state);
    }
    return all;
  }();
  return names;
}

std::string_view given_by(std::string_view state) {
  return state.find("flow") < state.find("run") ? "flow" : "run"; // "a failed run of a disabled flow"
}

const std::vector<std::pair<std::string, std::string>> &built_in_states() {
  static const auto states = [] {
    std::vector<std::pair<std::string, std::string>> all;
    for (const EmbeddedFile &file : embedded_files()) {
      if (file.name != "provider_states.json") {
        continue;
      }
      const Json document = Json::parse(file.text);
      for (const auto &[state, run] : document.items()) {
        all.emplace_back(state, run.get<std::string>());
      }
    }
    return all;
  }();
  return states;
}

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    std::size_t end = open + 1;
    while (end < text.size() && (std::islower(static_cast<unsigned char>(text[end])) || text[end] == '_')) {
      ++end;
    }
    if (end > open + 1 && end < text.size() && text[end] == '}') {
      names.emplace_back(text.substr(open + 1, end - open - 1));
    }
  }
  return names;
}

} // namespace flow::contract
