/** "500ms", "30s", "5m", "1h", "2d"; or a number of milliseconds. Another text is a RangeError. */
export type Duration = string | number;

/** "failed"; "success:30m", which ends after 30 minutes; or an object. */
export type Outcome = string | { outcome: string; durationMs?: number; id?: string; etag?: string };

/** An answer of the control API: contracts/data/control-api.openapi.json has its members. */
export type Json = Record<string, any>;

export interface FaultMembers {
  /** method, operation, path and headers select requests; path is a glob such as "/runs/*\/action". */
  method?: string;
  operation?: string;
  path?: string;
  headers?: Record<string, string>;
  /** Number of matching requests that are let through before. */
  after?: number;
  /** Number of matching requests that the fault applies to. */
  times?: number;
  probability?: number;
  at?: 'request' | 'answer';
  seed?: number;
  id?: string;
  /** The attributes of the type, such as status and retryAfterS. */
  [attribute: string]: unknown;
}

export interface Filters {
  method?: string;
  path?: string;
  operation?: string;
  run?: string;
  status?: number;
  fault?: string;
  clause?: string;
  violated?: boolean;
  fromMs?: number | string;
  toMs?: number | string;
}

export interface ClockState {
  nowMs: number;
  now: string;
  frozen: boolean;
  mode: 'normal' | 'auto';
}

/** What a test has left over: set-up that was not used, runs that have not ended, violations of the contract. */
export interface LeftOver {
  outcomes: Json[];
  faults: Json[];
  runs: Json[];
  inProgress: Json[];
  violations: Json[];
}

/** A sandbox's clock: it only goes forward. */
export interface Clock {
  read(): Promise<ClockState>;
  /** Stops the clock, now or at a later time: RFC 3339, epoch ms, "+1h", or a Date. */
  freeze(at?: string | number | Date): Promise<ClockState>;
  resume(): Promise<ClockState>;
  /** Moves the clock forward: runs in progress end, tokens age, events are posted. */
  advance(duration: Duration): Promise<ClockState>;
  /** Has the clock move by itself, to the end of each run that is in progress when it is read. */
  auto(on?: boolean): Promise<ClockState>;
}

/** The documents of one resource in a sandbox, such as its connections. A document is an entry of a seed file. */
export interface Documents {
  /** The documents as they were made: limit (1000, at most 10000) of them from number offset (0) on. */
  list(page?: { offset?: number; limit?: number }): Promise<{ documents: Json[]; offset: number; total: number }>;
  /** Creates a document; without id it gets a new one. */
  add(document: Json): Promise<Json>;
  get(id: string): Promise<Json>;
  /** Creates the document, or replaces the one with its id. */
  put(document: Json & { id: string }): Promise<Json>;
  /** Changes these members, of which null deletes one. */
  patch(id: string, members: Json): Promise<Json>;
  /** Deletes the document, also if a flow refers to it. */
  delete(id: string): Promise<void>;
}

/** A sandbox leased for one test; nobody else has its runs, time, faults and journal. Calls reject with ControlError. */
export interface Sandbox {
  readonly id: string;
  readonly organisation: string;
  /** The value of x-sandbox-name. */
  readonly name: string;
  readonly token: string;
  readonly apiKey: string;
  /** Those that the application has to send: Authorization, x-api-key, x-gw-ims-org-id, x-sandbox-name. */
  readonly headers: Record<string, string>;
  /** The mock's, http://127.0.0.1:PORT or https://…; the service is below /data/foundation/flowservice. */
  readonly url: string;
  /** The sandbox's in the control API. */
  readonly adminUrl: string;
  readonly clock: Clock;
  /** After the end. */
  readonly leftOver?: LeftOver;

  /** Removes the sandbox. */
  end(): Promise<LeftOver>;
  /** Any other call of the control API, below the sandbox: control('PUT', '/webhook', { url }). */
  control(method: string, path: string, body?: unknown, query?: Record<string, unknown>): Promise<any>;
  /** Has the sandbox hold just these runs. A run is an entry of a seed file; it needs neither id nor flowId. */
  putRuns(runs: Json[]): Promise<Json>;
  /** Sets the outcomes of the run's next retries, in order; none removes them. */
  script(run: string, outcomes: Outcome[]): Promise<Json>;
  /** Those of a resource: connections, sourceConnections, targetConnections, connectionSpecs or flowSpecs. */
  documents(resource: string): Documents;
  /** fault('status', { status: 429, retryAfterS: 2, path: '/runs/*\/action', times: 1 }) */
  fault(type: string, members?: FaultMembers): Promise<Json>;
  clearFaults(): Promise<void>;
  /** The journal, the oldest first; limit keeps the latest. */
  requests(filters?: Filters & { limit?: number }): Promise<{ requests: Json[]; dropped: number; capacity: number }>;
  /** Waits until the journal has count (1) such requests; rejects with NotCome after timeout ("5s"; 10 minutes at most). */
  awaitRequests(
    filters?: Filters & { count?: number; timeout?: Duration },
  ): Promise<{ requests: Json[]; dropped: number; capacity: number }>;
  /** Where the application broke the contract. */
  violations(): Promise<{ violations: Json[]; total: number; expected: Json[] }>;
  /** What has been set up and no request has met. */
  unused(): Promise<{ outcomes: Json[]; faults: Json[]; runs: Json[] }>;
}

export interface FlowMock {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** https://127.0.0.1:PORT, with { https: true }. */
  readonly httpsUrl?: string;
  /** PEM file of the authority that clients of httpsUrl have to trust; there until the mock ends. */
  readonly caFile?: string;
  /** Leases a sandbox. The lease ends by itself after ttl of real time: 1 hour if not given, 1 day at most. */
  sandbox(options?: { ttl?: Duration }): Promise<Sandbox>;
  /** Ends the mock. Rejects with Stopped if its exit code is not 0. */
  end(): Promise<void>;
}

/**
 * Starts flow-mock on a free port: binary, or $FLOW_MOCK, or flow-mock on PATH. Rejects with NotStarted.
 * With https it serves HTTPS, too, with a certificate of its own, and the url of its sandboxes is the HTTPS one.
 */
export function startFlowMock(settings?: { options?: string[]; binary?: string; https?: boolean }): Promise<FlowMock>;

export class FlowMockError extends Error {}

/** flow-mock did not start; the message has its standard error. */
export class NotStarted extends FlowMockError {}

/** 3: the application broke the contract (--fail-on-violation); 4: set-up was not used (--fail-on-unused);
 *  5: a request rested on an assumed rule (--fail-on-assumed). */
export class Stopped extends FlowMockError {
  readonly exitCode: number | string;
}

/** The control API has refused a call, and nothing has been changed. */
export class ControlError extends FlowMockError {
  readonly status: number;
  /** A JSON Pointer into the body, or the name of a parameter; empty if the API names none. */
  readonly place: string;
  /** What is wrong, and what to change. */
  readonly detail: string;
}

/** The awaited requests have not come in time; the message says which came nearest, and how they differ. */
export class NotCome extends ControlError {
  readonly count: number;
  readonly nearest: { differences: { filter: string; wanted: unknown; is: unknown }[]; request: Json }[];
}
