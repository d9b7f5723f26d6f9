#include "client/flowctl/commands.hpp"

#include <algorithm>
#include <iostream>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/exit_code.hpp"
#include "client/flowctl/output.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

constexpr int kPageSize = 100;

template <typename Thing> int show(const Thing &thing, const Arguments &arguments) {
  std::cout << (arguments.json ? json(thing) : readable(thing));
  return kDone;
}

int wait_for(const Client &client, const std::string &run_id, const Arguments &arguments) {
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.timeout_s * 1000));
  const Run run = client.wait(run_id, timeout);
  show(run, arguments);
  if (run.state == RunState::success) {
    return kDone;
  }
  const bool failed = run.state == RunState::failed;
  if (!arguments.json) { // machines have the exit code and the run
    std::cerr << "flowctl: run " << printable(run_id)
              << (failed ? " failed\n" : " has not ended in time; wait longer with --timeout SECONDS\n");
  }
  return failed ? kRunFailed : kNotEnded;
}

/// Shows a run that was just made, or how it ended; `done` is what was done to make it.
int show_new(const Client &client, const NewRun &run, const std::string &done, const Arguments &arguments) {
  if (!arguments.wait) {
    return show(run, arguments);
  }
  if (!arguments.json) {
    std::cout << readable(run) << std::endl;
  }
  try {
    return wait_for(client, run.id, arguments);
  } catch (const Error &error) {
    return tell(error, arguments,
                done + " made run " + run.id + ". Go on waiting for it: flowctl wait " + run.id);
  }
}

int retry(const Client &client, const Arguments &arguments) {
  if (arguments.all_failed) {
    return retry_all_failed(client, arguments);
  }
  return show_new(client, client.retry(arguments.run_id, arguments.retry), "The retry itself was done and",
                  arguments);
}

int create(const Client &client, const Arguments &arguments) {
  NewRunRequest request = arguments.create;
  request.flow_id = arguments.flow_id;
  try {
    const NewRun made = client.create(request, {.repeat_when_unknown = arguments.retry.repeat_when_unknown});
    return show_new(client, made, "The creation itself was done and", arguments);
  } catch (const Error &error) {
    if (error.kind != ErrorKind::unknown_outcome) {
      throw;
    }
    return tell(error, arguments,
                "Its newest runs: flowctl list --flow " + arguments.flow_id +
                    " --orderby=-createdAt. Where two new runs do no harm, --repeat-when-unknown tries "
                    "again by itself.");
  }
}

/// As many items as are asked for.
template <typename Item> Shown<Item> collect(const Listing<Item> &listing, const Arguments &arguments) {
  Shown<Item> shown;
  for (const Item &item : listing) {
    if (!arguments.all && shown.items.size() == arguments.limit) {
      shown.more = true;
      break;
    }
    shown.items.push_back(item);
  }
  return shown;
}

template <typename Item> int show_some(const Listing<Item> &listing, const Arguments &arguments) {
  const Shown<Item> shown = collect(listing, arguments);
  show(shown, arguments);
  if (shown.more && !arguments.json) {
    std::cerr << "flowctl: there are more; --all shows them\n";
  }
  return kDone;
}

/// One more than is shown, which tells whether there are more.
int page_size(const Arguments &arguments) {
  return arguments.all ? kPageSize : static_cast<int>(std::min<std::size_t>(arguments.limit + 1, kPageSize));
}

int show_count(std::int64_t count, const Arguments &arguments) {
  std::cout << (arguments.json ? "{\"count\": " + std::to_string(count) + "}" : std::to_string(count))
            << "\n";
  return kDone;
}

int list(const Client &client, const Arguments &arguments) {
  RunQuery query = arguments.query;
  if (arguments.count) {
    return show_count(client.count(query), arguments);
  }
  query.page_size = page_size(arguments);
  return show_some(client.runs(query), arguments);
}

int flows(const Client &client, const Arguments &arguments) {
  FlowQuery query{.properties = arguments.query.properties, .orderby = arguments.query.orderby};
  if (arguments.count) {
    return show_count(client.count(query), arguments);
  }
  query.page_size = page_size(arguments);
  return show_some(client.flows(query), arguments);
}

} // namespace

int exit_code_of(const Error &error) {
  switch (error.kind) {
  case ErrorKind::service:
  case ErrorKind::gateway:
  case ErrorKind::token_refused:
    return kRefused;
  case ErrorKind::connection:
  case ErrorKind::timeout:
  case ErrorKind::malformed_answer:
    return kNoAnswer;
  case ErrorKind::unknown_outcome:
    return kOutcomeUnknown;
  }
  return kNoAnswer;
}

int tell(const Error &error, const Arguments &arguments, const std::string &advice) {
  std::cerr << (arguments.json ? json(error, advice) : readable(error, advice));
  return exit_code_of(error);
}

int perform(const std::string &command, const Arguments &arguments) {
  const Client client(settings_from(arguments.flags, arguments.config));
  if (command == "retry") {
    return retry(client, arguments);
  }
  if (command == "wait") {
    return wait_for(client, arguments.run_id, arguments);
  }
  if (command == "list") {
    return list(client, arguments);
  }
  if (command == "create") {
    return create(client, arguments);
  }
  if (command == "flows") {
    return flows(client, arguments);
  }
  if (command == "flow") {
    return show(client.get_flow(arguments.flow_id), arguments);
  }
  return show(client.get(arguments.run_id), arguments);
}

} // namespace flow::client
