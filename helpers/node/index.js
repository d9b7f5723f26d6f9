// Starts flow-mock, a mock of Adobe's Flow Service, and sets up situations in it. Each method is one call of the mock's
// control API (docs/control-api.md); index.d.ts has shapes, units and errors.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the helpers throw. */
export class FlowMockError extends Error {
  get name() {
    return this.constructor.name;
  }
}

export class NotStarted extends FlowMockError {}

export class Stopped extends FlowMockError {
  constructor(exitCode, said) {
    super(`flow-mock ended with exit code ${exitCode}:\n${said}`);
    this.exitCode = exitCode;
  }
}

export class ControlError extends FlowMockError {
  constructor(call, status, answer, message) {
    const { title = '', source, detail = '' } = answer.errors?.[0] ?? {};
    const place = source?.pointer ?? '';
    super(message ?? `${call}: ${status} ${[title, place, detail].filter(Boolean).join(': ')}`);
    Object.assign(this, { status, place, detail });
  }
}

export class NotCome extends ControlError {
  constructor(call, status, answer) {
    super(call, status, answer, [answer.errors[0].detail, ...answer.nearest.map(near)].join('\n'));
    this.count = answer.count;
    this.nearest = answer.nearest;
  }
}

function near({ request, differences }) {
  const how = differences.map(({ filter, wanted, is }) => `${filter} is ${is}, not ${wanted}`).join('; ');
  return `  ${request.method} ${request.target}, answered ${request.status}: ${how}`;
}

/** One call of the control API; its answer's JSON. */
async function call(method, url, body, query = {}) {
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) target.searchParams.set(name, value);
  }
  const [status, text] = await exchange(method, target, body === undefined ? '' : JSON.stringify(body));
  const answer = jsonOf(text);
  if (status < 300) return answer;
  const Kind = status === 408 && answer.nearest ? NotCome : ControlError;
  throw new Kind(`${method} ${target}`, status, answer);
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ detail: text }] };
  }
}

// Not fetch: it gives up an answer that is awaited for more than 5 minutes.
function exchange(method, url, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const sent = request(url, { method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve([answer.statusCode, text]));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function milliseconds(duration) {
  if (typeof duration === 'number') return Math.round(duration);
  const found = /^([0-9]+)(ms|s|m|h|d)$/.exec(duration);
  if (!found) throw new RangeError(`${JSON.stringify(duration)} is not a duration; write 500ms, 30s, 5m, 1h or 2d`);
  return Number(found[1]) * UNITS[found[2]];
}

function scripted(outcome) {
  const [, name, duration] = (typeof outcome === 'string' && /^([^:]*):(.*)$/.exec(outcome)) || [];
  return name === undefined ? outcome : { outcome: name, durationMs: milliseconds(duration) };
}

class Clock {
  #url;

  constructor(url) {
    this.#url = url;
  }

  read() {
    return call('GET', this.#url);
  }

  freeze(at) {
    return call('PUT', this.#url, { frozen: true, nowMs: at instanceof Date ? at.getTime() : at });
  }

  resume() {
    return call('PUT', this.#url, { frozen: false });
  }

  async advance(duration) {
    return call('PUT', this.#url, { advanceMs: milliseconds(duration) });
  }

  auto(on = true) {
    return call('PUT', this.#url, { mode: on ? 'auto' : 'normal' });
  }
}

class Documents {
  #url;

  constructor(url) {
    this.#url = url;
  }

  list({ offset, limit } = {}) {
    return call('GET', this.#url, undefined, { offset, limit });
  }

  add(document) {
    return call('POST', this.#url, document);
  }

  get(id) {
    return call('GET', this.#of(id));
  }

  async put(document) {
    return call('PUT', this.#of(document.id), document);
  }

  patch(id, members) {
    return call('PATCH', this.#of(id), members);
  }

  async delete(id) {
    await call('DELETE', this.#of(id));
  }

  #of(id) {
    return `${this.#url}/${encodeURIComponent(id)}`;
  }
}

class Sandbox {
  #leaseUrl;

  constructor(lease, leaseUrl) {
    const { id, organisation, sandbox: name, token, apiKey, headers, url, adminUrl } = lease;
    Object.assign(this, { id, organisation, name, token, apiKey, headers, url, adminUrl });
    this.clock = new Clock(`${adminUrl}/clock`);
    this.leftOver = undefined;
    this.#leaseUrl = leaseUrl;
  }

  async end() {
    this.leftOver ??= await call('DELETE', this.#leaseUrl);
    return this.leftOver;
  }

  control(method, path, body, query) {
    return call(method, this.adminUrl + path, body, query);
  }

  putRuns(runs) {
    return this.control('PUT', '/runs', { runs });
  }

  async script(run, outcomes) {
    return this.control('PUT', `/runs/${encodeURIComponent(run)}/script`, { retries: outcomes.map(scripted) });
  }

  documents(resource) {
    return new Documents(`${this.adminUrl}/resources/${encodeURIComponent(resource)}`);
  }

  fault(type, { method, operation, path, headers, after, times, probability, at, seed, id, ...attributes } = {}) {
    const match = { method, operation, path, headers };
    return this.control('POST', '/faults', { type, attributes, match, after, times, probability, at, seed, id });
  }

  async clearFaults() {
    await this.control('DELETE', '/faults');
  }

  requests(filters) {
    return this.control('GET', '/requests', undefined, filters);
  }

  async awaitRequests({ count = 1, timeout = '5s', ...filters } = {}) {
    const query = { count, timeoutMs: milliseconds(timeout), ...filters };
    return this.control('GET', '/requests/await', undefined, query);
  }

  violations() {
    return this.control('GET', '/violations');
  }

  unused() {
    return this.control('GET', '/unused');
  }
}

class FlowMock {
  #process;

  constructor(url, httpsUrl, caFile, process) {
    Object.assign(this, { url, httpsUrl, caFile });
    this.#process = process;
  }

  async sandbox({ ttl } = {}) {
    const leases = `${this.url}/__admin/leases`;
    const lease = await call('POST', leases, { ttlMs: ttl === undefined ? ttl : milliseconds(ttl) });
    return new Sandbox({ ...lease, url: this.httpsUrl ?? lease.url }, `${leases}/${lease.id}`);
  }

  async end() {
    const [exitCode, said] = await this.#process.end();
    if (exitCode !== 0) throw new Stopped(exitCode, said);
  }
}

/** Of mocks that have not ended when Node does. */
const folders = new Set();
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A flow-mock process, all that it says, and its end. */
class Process {
  #child;
  #said = '';
  #ended;

  constructor(binary, args) {
    // FLOW_MOCK_<OPTION> is meant for other mocks: a token for one would keep the helper out of this one.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLOW_MOCK_')));
    this.#child = spawn(binary, args, { env });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output.setEncoding('utf8').on('data', (text) => (this.#said += text));
    }
    this.#child.stdin.on('error', () => {});
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => resolve([code ?? signal, this.#said]));
    });
  }

  /** The URLs of the first lines: HTTP's and, if it is served, that of HTTPS. */
  urls(https) {
    const schemes = https ? ['http', 'https'] : ['http'];
    const lines = new RegExp('^' + schemes.map((scheme) => `flow-mock listening on (${scheme}:\\S+)\n`).join(''));
    const listening = new Promise((resolve) => {
      let printed = '';
      this.#child.stdout.on('data', (text) => {
        printed += text;
        const found = lines.exec(printed);
        if (found) resolve(found.slice(1));
      });
    });
    const ended = this.#ended.then(([code, said]) => {
      throw new NotStarted(`${this.#child.spawnargs.join(' ')} did not start (exit code ${code}):\n${said}`);
    });
    return Promise.race([listening, ended]);
  }

  /** Removes the folder when the process has ended, or when Node ends before. */
  removeAtEnd(folder) {
    folders.add(folder);
    this.#ended = this.#ended.finally(() => {
      folders.delete(folder);
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Whether Node goes on as long as the process does. */
  keepsNode(keeps) {
    for (const handle of [this.#child, ...this.#child.stdio]) keeps ? handle.ref() : handle.unref();
  }

  end() {
    this.keepsNode(true);
    this.#child.kill();
    return this.#ended;
  }
}

export async function startFlowMock({
  options = [],
  binary = process.env.FLOW_MOCK || 'flow-mock',
  https = false,
} = {}) {
  const tls = https ? mkdtempSync(join(tmpdir(), 'flow-mock-')) : undefined;
  const tlsOptions = tls ? ['--https-port', '0', '--tls-auto', tls] : [];
  const args = ['--quiet', '--exit-with-parent', '--port', '0', ...tlsOptions, ...options];
  const child = new Process(binary, args);
  if (tls) child.removeAtEnd(tls);
  try {
    const [url, httpsUrl] = await child.urls(https);
    child.keepsNode(false);
    return new FlowMock(url, httpsUrl, tls && join(tls, 'ca.pem'), child);
  } catch (error) {
    if (error instanceof NotStarted) throw error;
    throw new NotStarted(`${binary} cannot be run (${error.code}); have flow-mock on PATH, or set FLOW_MOCK to its path`);
  }
}
