#include "client/flowctl/mock/answer_text.hpp"

#include <chrono>

#include <flow_client/error.hpp>

#include "client/flowctl/time_text.hpp"

namespace flow::client {

namespace {

/// "failed:30s"
std::string word_of(const Json &outcome) {
  if (outcome.is_string()) {
    return outcome.get<std::string>();
  }
  const std::string takes = duration(at(outcome, "durationMs"));
  return text(at(outcome, "outcome")) + (takes.empty() ? "" : ":" + takes);
}

Error not_of_a_mock(const std::string &why) {
  Error error("the answer is not that of a flow-mock: " + why);
  error.kind = ErrorKind::malformed_answer;
  return error;
}

} // namespace

std::string plain(const Json &value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  return value.is_null() ? "" : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void refuse_answer(const std::string &why) {
  throw not_of_a_mock(why);
}

const Json &list_in(const Json &answer, const char *member) {
  const Json &list = at(answer, member);
  if (!list.is_array()) {
    refuse_answer(std::string("it has no list of ") + member);
  }
  return list;
}

std::string instant(const Json &ms) {
  const auto at_ms = number(ms);
  return at_ms ? utc_with_ms(Time(std::chrono::milliseconds(*at_ms))) : "";
}

std::string duration(const Json &ms) {
  return number(ms) ? duration_text(std::chrono::milliseconds(*number(ms))) : "";
}

std::string joined(const std::vector<std::string> &texts, const char *between) {
  std::string all;
  for (const std::string &each : texts) {
    all += (all.empty() || each.empty() ? "" : between) + each;
  }
  return all;
}

std::string pairs(const Json &object, const char *is) {
  std::vector<std::string> texts;
  if (object.is_object()) {
    for (const auto &member : object.items()) {
      texts.push_back(member.key() + is + plain(member.value()));
    }
  }
  return joined(texts, " ");
}

std::string counted(std::int64_t count, const std::string &noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string dropped(const Json &answer, const std::string &noun) {
  const auto count = number(at(answer, "dropped"));
  return count.value_or(0) > 0
             ? counted(*count, "older " + noun) + " dropped: the mock keeps only the latest\n"
             : "";
}

std::string contents_of(const Json &summary) {
  return std::to_string(number(at(summary, "runs")).value_or(0)) + " runs, " +
         std::to_string(number(at(summary, "flows")).value_or(0)) + " flows";
}

std::string state_of(const Json &run) {
  if (!text(at(run, "state")).empty()) {
    return text(at(run, "state"));
  }
  const Json &metrics = at(run, "metrics");
  switch (state(text(at(at(metrics, "statusSummary"), "status")))) {
  case RunState::failed:
    return "failed";
  case RunState::in_progress:
    return "in-progress";
  case RunState::success:
    break;
  case RunState::other:
    return text(at(at(metrics, "statusSummary"), "status"));
  }
  const Json &records = at(metrics, "recordSummary");
  const auto out = number(at(records, "outputRecordCount"));
  const bool none = out.value_or(number(at(records, "createdRecordCount")).value_or(0)) == 0;
  return none ? "success-without-records" : "success";
}

std::string script_of(const Json &entry) {
  std::vector<std::string> words;
  for (const Json &outcome : at(entry, "retries")) {
    words.push_back(word_of(outcome));
  }
  return joined(words, " ");
}

std::string script_line(const Json &entry) {
  const std::string script = script_of(entry);
  return script.empty() ? "" : line("script", script);
}

void add_owners(std::vector<Row> &rows, const Json &entries) {
  rows.front().insert(rows.front().begin(), "SANDBOX");
  auto row = rows.begin();
  for (const Json &entry : entries) {
    ++row;
    row->insert(row->begin(), joined({text(at(entry, "organisation")), text(at(entry, "sandbox"))}, "/"));
  }
}

} // namespace flow::client
