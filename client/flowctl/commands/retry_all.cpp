#include "client/flowctl/commands/retry_all.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "client/flowctl/advice.hpp"
#include "client/flowctl/commands/progress.hpp"
#include "client/flowctl/output.hpp"
#include "client/flowctl/terminal.hpp"
#include "common/printable.hpp"

namespace flow::client {

namespace {

constexpr std::size_t kManyRuns = 10; ///< more of them are not retried on a terminal unasked

std::atomic<int> interrupted_by = 0; ///< a signal
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler sets it");

/// From the first SIGINT or SIGTERM on, what goes on is finished, and nothing more begun; a second one ends
/// the program. What is ignored stays ignored.
class Interruptible {
public:
  Interruptible() {
    for (Before &before : before_) {
      struct sigaction noting {};
      noting.sa_handler = [](int signal) { interrupted_by = signal; };
      noting.sa_flags = static_cast<int>(SA_RESETHAND);
      ::sigaction(before.signal, &noting, &before.action);
      if (before.action.sa_handler == SIG_IGN) {
        ::sigaction(before.signal, &before.action, nullptr);
      }
    }
  }
  ~Interruptible() {
    for (const Before &before : before_) {
      ::sigaction(before.signal, &before.action, nullptr);
    }
  }
  Interruptible(const Interruptible &) = delete;
  Interruptible &operator=(const Interruptible &) = delete;

private:
  struct Before {
    int signal;
    struct sigaction action {};
  };
  std::array<Before, 2> before_{Before{SIGINT}, Before{SIGTERM}};
};

/// What became of one run.
struct Retried {
  std::string run_id = {};
  std::optional<NewRun> made = {};
  std::optional<Error> error = {}; ///< of the retry, or of waiting
  std::optional<Run> awaited = {}; ///< the new run, as it was last seen
};

/// All of them before the first is retried: each retry adds a run to the list.
std::vector<Run> failed_runs(const Client &client, const RetryAll &all) {
  RunQuery query;
  query.flow_id = all.flow_id;
  query.status = "failed";
  query.started_after = all.since;
  query.page_size = 100;
  query.orderby = "createdAt"; // data is ingested again in the order in which it failed
  std::vector<Run> runs;
  for (const Run &run : client.runs(query)) {
    if (all.limit && runs.size() == *all.limit) {
      break;
    }
    runs.push_back(run);
  }
  return runs;
}

/// Calls `work` with each number below `count`, in so many threads, until it returns false or the user
/// interrupts. How many numbers it was called with.
std::size_t in_parallel(std::size_t count, std::size_t parallel,
                        const std::function<bool(std::size_t)> &work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> begun = 0;
  std::atomic<bool> goes_on = true;
  const auto work_on = [&] {
    while (goes_on && interrupted_by == 0) {
      const std::size_t number = next++;
      if (number >= count) {
        return;
      }
      ++begun;
      if (!work(number)) {
        goes_on = false;
      }
    }
  };
  std::vector<std::jthread> others;
  try {
    for (std::size_t i = 1; i < std::min(parallel, count); ++i) {
      others.emplace_back(work_on);
    }
  } catch (const std::system_error &) { // NOLINT(bugprone-empty-catch)
    // There can be no more threads: those that there are do it.
  }
  work_on();
  others.clear();
  return begun;
}

/// The error that a call ends with, if it does.
std::optional<Error> error_of(const std::function<void()> &call) {
  try {
    call();
    return std::nullopt;
  } catch (const Error &error) {
    return error;
  } catch (const std::invalid_argument &argument) { // the server told of a run with an id that is none
    Error error(argument.what());
    error.kind = ErrorKind::malformed_answer;
    return error;
  } catch (const std::exception &cause) { // such as a want of memory, in the middle of a retry
    Error error(cause.what());
    error.kind = ErrorKind::unknown_outcome;
    return error;
  }
}

Retried retried(const Client &client, const std::string &run_id, const RetryOptions &options) {
  Retried one{.run_id = run_id};
  one.error = error_of([&] { one.made = client.retry(run_id, options); });
  return one;
}

/// In short turns, so that an interruption is noticed.
void await(const Client &client, Retried &one, std::chrono::steady_clock::time_point until) {
  using std::chrono::milliseconds;
  constexpr milliseconds kTurn{2000};
  one.error = error_of([&] {
    for (bool goes_on = true; goes_on && interrupted_by == 0;) {
      const auto left = std::chrono::floor<milliseconds>(until - std::chrono::steady_clock::now());
      one.awaited = client.wait(one.made->id, std::clamp(left, milliseconds(0), kTurn));
      const RunState state = one.awaited->state;
      goes_on = state != RunState::success && state != RunState::failed && left > kTurn;
    }
  });
}

/// "4fb0418e-…  new run 3fb0418e-…"
std::string readable_retried(const Retried &one) {
  return printable(one.run_id + "  " +
                   (one.error ? std::string(one.error->what()) : "new run " + one.made->id)) +
         "\n";
}

/// "3fb0418e-…  success"
std::string readable_awaited(const Retried &one) {
  return printable(one.made->id + "  " +
                   (one.error     ? std::string(one.error->what())
                    : one.awaited ? state_text(one.awaited->state, one.awaited->status)
                                  : "")) +
         "\n";
}

std::size_t count_of(const std::vector<Retried> &all, const std::function<bool(const Retried &)> &holds) {
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), holds));
}

bool has_ended_in(const Retried &one, RunState state) {
  return one.awaited && one.awaited->state == state;
}

/// "1 retried, 3 not, 1 perhaps, 2 not tried; of the new runs 1 succeeded, 0 failed, 0 have not ended"
std::string summary_of(const std::vector<Retried> &all, std::size_t not_tried, bool is_waited_for) {
  const std::size_t made = count_of(all, [](const Retried &one) { return one.made.has_value(); });
  const std::size_t unknown = count_of(all, [](const Retried &one) {
    return !one.made && one.error && one.error->kind == ErrorKind::unknown_outcome;
  });
  std::string text =
      std::to_string(made) + " retried, " + std::to_string(all.size() - made - unknown) + " not";
  text += unknown == 0 ? "" : ", " + std::to_string(unknown) + " perhaps";
  text += not_tried == 0 ? "" : ", " + std::to_string(not_tried) + " not tried";
  if (is_waited_for) {
    const std::size_t succeeded =
        count_of(all, [](const Retried &one) { return has_ended_in(one, RunState::success); });
    const std::size_t failed =
        count_of(all, [](const Retried &one) { return has_ended_in(one, RunState::failed); });
    text += "; of the new runs " + std::to_string(succeeded) + " succeeded, " + std::to_string(failed) +
            " failed, " + std::to_string(made - succeeded - failed) + " have not ended";
  }
  return (interrupted_by == 0 ? "" : "interrupted: ") + text + "\n";
}

/// {"retried": [{"id", "new": {"id", "etag"}, "state"} or {"id", "error": {…}}], "not_tried": 0}; "state"
/// where it was waited for.
std::string json_of(const std::vector<Retried> &all, std::size_t not_tried) {
  Json entries = Json::array();
  for (const Retried &one : all) {
    Json entry{{"id", one.run_id}};
    if (one.made) {
      entry["new"] = document_of(*one.made);
    }
    if (one.awaited) {
      entry["state"] = state_text(one.awaited->state, one.awaited->status);
    }
    if (one.error) {
      entry["error"] = document_of(*one.error, advice_on_retry(*one.error, one.run_id));
    }
    entries.push_back(std::move(entry));
  }
  return json_text({{"retried", std::move(entries)}, {"not_tried", not_tried}});
}

/// The highest: it asks most of the user. Only an unknown outcome is told rather than an interruption.
ExitCode exit_code_of(const std::vector<Retried> &all, bool is_waited_for) {
  ExitCode code = kDone;
  for (const Retried &one : all) {
    if (one.error) {
      code = std::max(code, exit_code_of(*one.error));
    } else if (is_waited_for && !has_ended_in(one, RunState::success)) {
      code = std::max(code, has_ended_in(one, RunState::failed) ? kRunFailed : kNotEnded);
    }
  }
  return interrupted_by == 0 || code == kOutcomeUnknown ? code : kBySignal + interrupted_by;
}

} // namespace

std::string advice_on_retry(const Error &error, const std::string &run_id) {
  return error.kind == ErrorKind::unknown_outcome
             ? "To see the flowId: flowctl get " + run_id +
                   ". If two new runs do no harm, use --repeat-when-unknown."
             : advice_on(error, run_id);
}

ExitCode retry_all_failed(const Client &client, const RetryAll &all, const RetryOptions &options,
                          const Waiting &waiting, const Session &session) {
  const std::vector<Run> runs = failed_runs(client, all);
  if (all.dry_run) {
    std::cout << (session.json ? json_of_list(runs, false) : readable(runs));
    return kDone;
  }
  if (!runs.empty()) {
    require_agreement(session, "retry " + std::to_string(runs.size()) + " runs");
  }
  if (runs.size() > kManyRuns && !session.agreed && !is_protected(session.sources) &&
      is_terminal(Stream::in) && is_terminal(Stream::error) &&
      !agreed("Retry " + std::to_string(runs.size()) + " runs?")) {
    std::cerr << "flowctl: nothing was retried\n";
    return kUsage;
  }
  const Interruptible interruptible;
  Progress progress(session.json);
  progress.begin("retrying", runs.size());
  std::vector<Retried> each(runs.size());
  const std::size_t begun = in_parallel(runs.size(), all.parallel, [&](std::size_t number) {
    Retried &one = each[number] = retried(client, runs[number].id, options);
    const bool is_told = progress.add(readable_retried(one), one.error.has_value());
    return is_told && (!one.error || one.error->kind == ErrorKind::service);
  });
  each.resize(begun);
  if (waiting.wait) {
    progress.begin("waiting", count_of(each, [](const Retried &one) { return one.made.has_value(); }));
    const auto until = std::chrono::steady_clock::now() + waiting.timeout;
    in_parallel(each.size(), all.parallel, [&](std::size_t number) {
      Retried &one = each[number];
      if (one.made) {
        await(client, one, until);
        progress.add(readable_awaited(one), one.error || !has_ended_in(one, RunState::success));
      }
      return true;
    });
  }
  progress.end();
  const std::size_t not_tried = runs.size() - each.size();
  // Where standard output is full, or nobody reads it, the sum is told all the same.
  (std::cout ? std::cout : std::cerr)
      << (session.json ? json_of(each, not_tried) : summary_of(each, not_tried, waiting.wait));
  return exit_code_of(each, waiting.wait);
}

} // namespace flow::client
