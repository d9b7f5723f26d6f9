#include "client/flowctl/mock_tables.hpp"

#include <algorithm>
#include <chrono>

#include "client/flowctl/text_table.hpp"
#include "client/flowctl/time_text.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

/// Any scalar as it reads; "" for null and what is missing.
std::string plain(const Json &value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  return value.is_null() ? "" : value.dump(-1, ' ', false, Json::error_handler_t::replace);
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

/// "key=value key=value"
std::string pairs(const Json &object, const char *is) {
  std::vector<std::string> texts;
  if (object.is_object()) {
    for (const auto &member : object.items()) {
      texts.push_back(member.key() + is + plain(member.value()));
    }
  }
  return joined(texts, " ");
}

/// "1 request", "2 requests"
std::string counted(std::int64_t count, const std::string &noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// Of a log with bounded memory: how many entries are gone.
std::string dropped(const Json &answer, const std::string &noun) {
  const auto count = number(at(answer, "dropped"));
  return count.value_or(0) > 0
             ? counted(*count, "older " + noun) + " dropped: the mock keeps only the latest\n"
             : "";
}

/// "success" or "success-without-records", as the entry says or its metrics tell.
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

std::string scripted(const Json &retry) {
  if (retry.is_string()) {
    return retry.get<std::string>();
  }
  const std::string takes = duration(at(retry, "durationMs"));
  return text(at(retry, "outcome")) + (takes.empty() ? "" : ":" + takes);
}

/// "failed failed:30s success", as `mock script` takes it.
std::string script_of(const Json &entry) {
  std::vector<std::string> outcomes;
  for (const Json &retry : at(entry, "retries")) {
    outcomes.push_back(scripted(retry));
  }
  return joined(outcomes, " ");
}

std::string match_of(const Json &fault) {
  const Json &match = at(fault, "match");
  return joined({text(at(match, "method")), text(at(match, "path")), pairs(at(match, "headers"), ":")}, " ");
}

std::string violated_clauses(const Json &request) {
  std::vector<std::string> ids;
  for (const Json &clause : at(request, "clauses")) {
    if (at(clause, "violated") == true) {
      ids.push_back(text(at(clause, "id")));
    }
  }
  return joined(ids, ",");
}

/// "0.35"
std::string milliseconds_of(const Json &us) {
  const auto duration_us = number(us);
  if (!duration_us) {
    return "";
  }
  const std::string hundredths = std::to_string(*duration_us % 1000 / 10);
  return std::to_string(*duration_us / 1000) + "." + (hundredths.size() == 1 ? "0" : "") + hundredths;
}

/// "3, the last 503"
std::string attempts_of(const Json &event) {
  const Json &attempts = at(event, "attempts");
  if (!attempts.is_array() || attempts.empty()) {
    return "0";
  }
  const Json &last = attempts.back();
  return std::to_string(attempts.size()) + ", the last " +
         joined({plain(at(last, "status")), text(at(last, "error"))}, " ");
}

/// A column in front: "organisation/sandbox" of each entry, nothing where it reached none.
void add_owners(std::vector<Row> &rows, const Json &entries) {
  rows.front().insert(rows.front().begin(), "SANDBOX");
  auto row = rows.begin();
  for (const Json &entry : entries) {
    ++row;
    row->insert(row->begin(), joined({text(at(entry, "organisation")), text(at(entry, "sandbox"))}, "/"));
  }
}

void add_lines(std::vector<Row> &lines, const std::string &prefix, const Json &object) {
  for (const auto &member : object.items()) {
    const std::string name = prefix + member.key();
    if (member.value().is_object()) {
      add_lines(lines, name + ".", member.value());
    } else {
      lines.push_back({name, plain(member.value())});
    }
  }
}

} // namespace

std::string readable_run(const Json &run) {
  std::string lines =
      line("run", text(at(run, "id"))) + line("flow", text(at(run, "flowId"))) + line("state", state_of(run));
  const Json &ends = at(run, "ends");
  if (ends.is_object()) {
    lines += line("ends", text(at(ends, "outcome")) + " in " + duration(at(ends, "afterMs")));
  }
  return lines + (script_of(run).empty() ? "" : line("script", script_of(run)));
}

std::string readable_flow(const Json &flow) {
  const std::string state = text(at(flow, "state"));
  const std::string lines = line("flow", text(at(flow, "id"))) + line("name", text(at(flow, "name"))) +
                            line("state", state.empty() ? "enabled" : state);
  return lines + (script_of(flow).empty() ? "" : line("script", script_of(flow)));
}

std::string readable_script(const Json &entry) {
  const std::string script = script_of(entry);
  return (script.empty() ? "no script: " + text(at(entry, "id")) + " follows the defaults"
                         : printable(script)) +
         "\n";
}

std::string readable_clock(const Json &clock) {
  return printable(text(at(clock, "now"))) + (at(clock, "frozen") == true ? ", frozen\n" : "\n");
}

std::string readable_faults(const Json &answer) {
  std::vector<Row> rows{{"FAULT", "TYPE", "ATTRIBUTES", "AT", "PROBABILITY", "MATCHED", "LEFT", "MATCH"}};
  for (const Json &fault : at(answer, "faults")) {
    rows.push_back({text(at(fault, "id")), text(at(fault, "type")), pairs(at(fault, "attributes"), "="),
                    text(at(fault, "at")), plain(at(fault, "probability")), plain(at(fault, "matched")),
                    plain(at(fault, "left")), match_of(fault)});
  }
  return table(rows);
}

std::string readable_journal(const Json &answer, bool of_all) {
  std::vector<Row> rows{
      {"NO", "TIME (UTC)", "MS", "STATUS", "ERROR", "OPERATION", "RUN", "FAULT", "VIOLATED", "REQUEST"}};
  for (const Json &request : at(answer, "requests")) {
    rows.push_back({plain(at(request, "number")), instant(at(request, "atMs")),
                    milliseconds_of(at(request, "durationUs")), plain(at(request, "status")),
                    plain(at(request, "error")), text(at(request, "operation")), text(at(request, "run")),
                    plain(at(request, "fault")), violated_clauses(request),
                    text(at(request, "method")) + " " + text(at(request, "target"))});
  }
  if (of_all) {
    add_owners(rows, at(answer, "requests"));
  }
  return table(rows) + dropped(answer, "request");
}

std::string readable_count(const Json &answer) {
  const std::int64_t count = number(at(answer, "count")).value_or(0);
  std::string sentence = counted(count, "request");
  const std::string first = instant(at(answer, "firstMs"));
  const std::string last = instant(at(answer, "lastMs"));
  if (count == 1) {
    sentence += first.empty() ? "" : " at " + first + " UTC";
  } else if (count > 1 && !first.empty() && !last.empty()) {
    const std::string gap = duration(at(answer, "shortestGapMs"));
    sentence +=
        " from " + first + " to " + last + " UTC" + (gap.empty() ? "" : ", at least " + gap + " apart");
  }
  return sentence + "\n" + dropped(answer, "request");
}

std::string readable_violations(const Json &answer, bool of_all) {
  std::vector<Row> rows{{"TIME (UTC)", "CLAUSE", "REQUEST", "PLACE", "HOW TO MEND IT"}};
  const Json &violations = at(answer, "violations");
  for (const Json &violation : violations) {
    rows.push_back({instant(at(violation, "atMs")), text(at(violation, "clause")),
                    text(at(violation, "method")) + " " + text(at(violation, "path")),
                    text(at(violation, "place")), text(at(violation, "mend"))});
  }
  if (of_all) {
    add_owners(rows, violations);
  }
  const std::int64_t total = number(at(answer, "total")).value_or(0);
  if (total == 0) {
    return "no violations\n";
  }
  const auto shown = static_cast<std::int64_t>(violations.size());
  return table(rows) + (total > shown ? std::to_string(total) + " in all\n" : "");
}

std::string readable_expectation(const Json &expectation) {
  std::vector<std::string> clauses;
  for (const Json &clause : at(expectation, "clauses")) {
    clauses.push_back(plain(clause));
  }
  return printable("expected of the next " +
                   counted(number(at(expectation, "requests")).value_or(0), "request") + ": " +
                   joined(clauses, ", ")) +
         "\n";
}

std::string readable_coverage(const Json &answer) {
  std::vector<Row> rows{{"EXERCISED", "CLAUSE", "TITLE"}};
  for (const Json &clause : at(answer, "clauses")) {
    rows.push_back(
        {at(clause, "exercised") == true ? "yes" : "no", text(at(clause, "id")), text(at(clause, "title"))});
  }
  const std::string sum = plain(at(answer, "exercised")) + " of " + plain(at(answer, "total"));
  return table(rows) + printable(sum) + " clauses exercised\n";
}

std::string readable_webhook(const Json &webhook) {
  const std::string url = text(at(webhook, "url"));
  if (url.empty()) {
    return "no webhook\n";
  }
  std::string sentence = "ended runs are posted to " + url;
  if (number(at(webhook, "timeoutMs"))) {
    sentence += ", to be answered within " + duration(at(webhook, "timeoutMs"));
  }
  const Json &retry = at(webhook, "retry");
  if (at(retry, "forMs") == 0) {
    sentence += ", once";
  } else if (number(at(retry, "forMs"))) {
    sentence += "; retried after " + duration(at(retry, "firstDelayMs")) + ", doubling up to " +
                duration(at(retry, "maxDelayMs")) + ", for " + duration(at(retry, "forMs"));
  }
  return printable(sentence) + "\n";
}

std::string readable_events(const Json &answer) {
  std::vector<Row> rows{{"EVENT", "TIME (UTC)", "CODE", "RUN", "STATE", "ATTEMPTS"}};
  for (const Json &event : at(answer, "events")) {
    rows.push_back({text(at(event, "id")), instant(at(event, "atMs")), text(at(event, "code")),
                    text(at(event, "runId")), text(at(event, "state")), attempts_of(event)});
  }
  const auto due = number(at(answer, "due"));
  return table(rows) +
         (due.value_or(0) > 0 ? counted(*due, "attempt") + " due by the sandbox's clock, not done yet\n"
                              : "") +
         dropped(answer, "event");
}

std::string readable_members(const Json &object) {
  std::vector<Row> members;
  add_lines(members, "", object);
  std::size_t widest = 0;
  for (const Row &member : members) {
    widest = std::max(widest, width_of(printable(member.front())));
  }
  std::string lines;
  for (const Row &member : members) {
    lines += line(member.front(), member.back().empty() ? "-" : member.back(), widest + 2);
  }
  return lines;
}

} // namespace flow::client
