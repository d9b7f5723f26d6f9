#pragma once

#include <string>

#include "client/json_fields.hpp"

/// Answers of the control API as text for people. What an answer leaves out, or has as another type than
/// documented, is shown as "-" or not at all. Each ends with a line break.
namespace flow::client {

/// An entry of a run, or of a flow: what it is, how it stands, and its script.
std::string readable_run(const Json &run);
std::string readable_flow(const Json &flow);
std::string readable_script(const Json &entry);

/// "2026-01-01T00:00:00.000Z, frozen"
std::string readable_clock(const Json &clock);

std::string readable_faults(const Json &answer);

/// `of_all`: with a column that says whose request it was.
std::string readable_journal(const Json &answer, bool of_all);
std::string readable_violations(const Json &answer, bool of_all);
std::string readable_expectation(const Json &expectation);

/// "2 requests from … to …, at least 5s apart"
std::string readable_count(const Json &answer);

std::string readable_coverage(const Json &answer);
std::string readable_webhook(const Json &webhook);
std::string readable_events(const Json &answer);

/// Any object, a line per member, nested ones as "outer.inner".
std::string readable_members(const Json &object);

} // namespace flow::client
