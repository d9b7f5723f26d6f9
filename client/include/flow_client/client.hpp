#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <flow_client/clock.hpp>
#include <flow_client/document.hpp>
#include <flow_client/error.hpp>
#include <flow_client/flow.hpp>
#include <flow_client/listing.hpp>
#include <flow_client/oauth.hpp>
#include <flow_client/query.hpp>
#include <flow_client/run.hpp>
#include <flow_client/settings.hpp>
#include <flow_client/transport.hpp>

/// A client of Adobe Flow Service.
namespace flow::client {

struct RetryOptions {
  std::string if_match = {};        ///< etag the run must still have, with its quotes; empty: any (openapi)
  bool repeat_when_unknown = false; ///< repeat even if the first may have arrived: there may be two new runs
};

struct CreateOptions {
  bool repeat_when_unknown = false; ///< repeat even if the first may have arrived: there may be two new runs
};

/// Flow Service, seen from one sandbox of one organisation.
/// All calls may be made from several threads at once; they share kept-alive connections, not a lock.
/// Each throws Error, or std::invalid_argument where an id is empty, "." or "..".
class Client {
public:
  /// Throws std::invalid_argument, which says what to change, where the settings cannot be used.
  explicit Client(const Settings &settings);

  /// With your own transport and clock.
  Client(Settings settings, std::shared_ptr<Transport> transport, std::shared_ptr<Clock> clock);

  ~Client();
  Client(Client &&) noexcept;
  Client &operator=(Client &&) noexcept;

  /// `POST /runs/{RUN_ID}/action?op=re-trigger`: retries a failed run, or a successful one without ingested
  /// records, and returns the new run (retry-flows). The old run is not changed.
  /// Error codes to expect: FLOW-1387-400 the run's state does not allow it, FLOW-1388-400 its flow is not
  /// enabled, FLOW-1333-400 its source is not a batch source, FLOW-1439-404 no such run, FLOW-1404-412
  /// `if_match` is no longer its etag.
  /// After an Error of kind `unknown_outcome` there may be a new run nevertheless.
  NewRun retry(const std::string &run_id, const RetryOptions &options = {}) const;

  /// `GET /runs/{RUN_ID}` (monitor, openapi). FLOW-1439-404: no such run.
  Run get(const std::string &run_id) const;

  /// Polls until the run has ended or `timeout` has passed, and returns it as last seen: check its `state`.
  /// Polls at least once, and once more when `timeout` passes; that last answer may take another second.
  Run wait(const std::string &run_id, std::chrono::milliseconds timeout) const;

  /// `POST /runs`: a run on demand (on-demand-ingestion). Error codes to expect: FLOW-1430-400 no such flow,
  /// FLOW-1385-400 its source is not a batch source, FLOW-1386-400 it is not scheduled once, FLOW-1381-400
  /// the window ends before it starts, FLOW-1382-400 and FLOW-1383-400 another delta column than the flow's,
  /// or none where a table-based source needs one. Like a re-trigger it may end with `unknown_outcome`.
  NewRun create(const NewRunRequest &request, const CreateOptions &options = {}) const;

  /// `GET /runs`: the runs that match the query; each page is requested when the iteration reaches it.
  /// Throws std::invalid_argument if a value of the query has a comma, which would make it several values.
  Listing<Run> runs(const RunQuery &query = {}) const;

  /// `GET /flows`, likewise.
  Listing<Flow> flows(const FlowQuery &query = {}) const;

  /// The number of matches; `orderby` and `page_size` of the query have no effect.
  std::int64_t count(const RunQuery &query) const;
  std::int64_t count(const FlowQuery &query) const;

  /// `GET /flows/{FLOW_ID}` (openapi). FLOW-1439-404: no such flow.
  Flow get_flow(const std::string &flow_id) const;

  /// The documents of a resource, by its name in the path: "connections", "connectionSpecs", "flowSpecs",
  /// "sourceConnections", "targetConnections", "flows". Throws std::invalid_argument for another name.
  Documents documents(std::string_view resource) const;

private:
  std::shared_ptr<const ClientState> state_; ///< shared with listings and documents
};

} // namespace flow::client
