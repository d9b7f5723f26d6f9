#pragma once

#include <string>
#include <vector>

#include "client/flowctl/text_table.hpp"
#include "client/json_fields.hpp"

/// Parts of the control API's answers as text for people. What an answer leaves out, or has as another type
/// than documented, is "".
namespace flow::client {

/// Any scalar as it reads.
std::string plain(const Json &value);

/// Throws an Error: the server is no mock, or another one than was meant.
[[noreturn]] void refuse_answer(const std::string &why);

/// The member, which has to be a list: an answer without it may not be read as one that lists nothing. Throws
/// an Error.
const Json &list_in(const Json &answer, const char *member);

/// "2022-05-03 14:00:00.123" of epoch milliseconds.
std::string instant(const Json &ms);

/// "90s"
std::string duration(const Json &ms);

/// The texts that are not empty.
std::string joined(const std::vector<std::string> &texts, const char *between);

/// "key=value key=value"
std::string pairs(const Json &object, const char *is);

/// "1 request", "2 requests"
std::string counted(std::int64_t count, const std::string &noun);

/// Of a log with bounded memory: a line that says how many entries are gone.
std::string dropped(const Json &answer, const std::string &noun);

/// "5 runs, 4 flows" of a sandbox's summary.
std::string contents_of(const Json &summary);

/// The state of a run: "success" or "success-without-records", as the entry says or its metrics tell.
std::string state_of(const Json &run);

/// The script of a run or a flow, as `mock script` takes it: "failed failed:30s success"; empty where there
/// is none.
std::string script_of(const Json &entry);

/// The same as a line "script    …", or nothing.
std::string script_line(const Json &entry);

/// Puts a column in front: "organisation/sandbox" of each entry, nothing where it reached none.
void add_owners(std::vector<Row> &rows, const Json &entries);

} // namespace flow::client
