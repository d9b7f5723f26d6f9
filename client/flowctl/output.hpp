#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <flow_client/error.hpp>
#include <flow_client/flow.hpp>
#include <flow_client/run.hpp>

/// What flowctl prints: text for people, or one JSON document for machines. Each ends with a line break.
/// Hidden characters that came from the server are spelled out in text and escaped in JSON.
namespace flow::client {

/// What is shown of a list.
template <typename Item> struct Shown {
  std::vector<Item> items;
  bool more = false; ///< there are others
};

/// One run of `retry --all-failed`: the new run, or the error.
struct Retried {
  std::string run_id;
  std::optional<NewRun> made;
  std::optional<Error> error;
  std::string advice; ///< on the error
};

struct RetryReport {
  std::vector<Retried> retried;
  std::size_t not_tried = 0; ///< runs left after an error that would have met them, too
};

std::string readable(const Run &run);
std::string readable(const Flow &flow);
std::string readable(const Shown<Run> &runs); ///< a table
std::string readable(const Shown<Flow> &flows);
std::string readable(const Retried &retried);
std::string readable(const RetryReport &report); ///< its last line
std::string readable(const NewRun &run);
std::string readable(const Error &error, const std::string &advice);

/// {"id", "etag"}, as the service answers a re-trigger.
std::string json(const NewRun &run);

/// {"error": {"kind", "status", "code", "title", "detail", "message", "request_id", "advice"}}
std::string json(const Error &error, const std::string &advice);

/// As the service sent it.
std::string json(const Run &run);
std::string json(const Flow &flow);

/// {"items": […], "more": false}, each as the service sent it; `more` where there are others.
std::string json(const Shown<Run> &runs);
std::string json(const Shown<Flow> &flows);

/// {"retried": [{"id", "new": {"id", "etag"}} or {"id", "error": {…}}], "not_tried": 0}
std::string json(const RetryReport &report);

} // namespace flow::client
