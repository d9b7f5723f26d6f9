// What the page shows, as something to run elsewhere: a curl command, a seed, a test.
import { SERVICE } from './search.js';

/** Of the connection, not of the request: curl has its own. */
const NOT_COPIED = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'user-agent',
  'accept',
  'keep-alive',
]);
const isSecret = (value) => value.includes('(not kept)');

/** A text as one word of a shell. */
export const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function headerWords({ name, value }) {
  const lower = name.toLowerCase();
  if (lower === 'authorization') return ['-H "Authorization: Bearer $FLOW_TOKEN"'];
  if (lower === 'x-api-key' && isSecret(value)) return ['-H "x-api-key: ${FLOW_API_KEY:-key}"'];
  return NOT_COPIED.has(lower) || isSecret(value) ? [] : [`-H ${quoted(`${name}: ${value}`)}`];
}

/** An exchange's request as a curl command; the token is that of whoever runs it. */
export function curlOfExchange({ method, target, headers = [], body = '' }, origin) {
  const words = [
    `curl -sg -X ${method} ${quoted(origin + target)}`,
    ...headers.flatMap(headerWords),
    ...(body ? [`--data-raw ${quoted(body)}`] : []),
  ];
  return `${words.join(' \\\n  ')}\n`;
}

/** A run's state: its entry has either it or metrics that tell it. */
export const stateOf = ({ state, metrics }) => state ?? metrics?.statusSummary?.status;

const retryPath = (id) => `${SERVICE}/runs/${encodeURIComponent(id)}/action?op=re-trigger`;

/** The retry of a run as a curl command. */
export function curlOfRetry(scope, id, origin) {
  const headers = [
    { name: 'Authorization', value: '' },
    { name: 'x-api-key', value: '(not kept)' },
    { name: 'x-gw-ims-org-id', value: scope.organisation },
    { name: 'x-sandbox-name', value: scope.sandbox },
    { name: 'Content-Type', value: 'application/json' },
  ];
  return curlOfExchange({ method: 'POST', target: retryPath(id), headers }, origin);
}

/** A run and its flow as a seed file. A script that the run shares with others becomes its own. */
export function seedOf(run, flow) {
  const { retriesOf: _, ...own } = run;
  return { flows: [flow], runs: [own] };
}

/** The same for a test: of a script that it does not use up, the helpers say that it is left over. */
function situation(run, flow) {
  const { retries: _, ...plainRun } = run;
  const { retries: __, ...plainFlow } = flow;
  return seedOf(plainRun, plainFlow);
}

/** A value of JSON as Python writes it. */
export function pythonLiteral(value, indent = '') {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}    `;
  const items = Array.isArray(value)
    ? value.map((one) => pythonLiteral(one, deeper))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${pythonLiteral(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return items.length === 0
    ? open + close
    : `${open}\n${items.map((item) => `${deeper}${item},\n`).join('')}${indent}${close}`;
}

/** What the application of the tests does to a run in this state. */
const callOf = ({ id, ...entry }) =>
  stateOf(entry) === 'failed'
    ? { method: 'POST', path: retryPath(id), operation: 'retry_run', does: 'retried' }
    : { method: 'GET', path: `${SERVICE}/runs/${encodeURIComponent(id)}`, operation: 'get_run', does: 'read' };

export function pythonTest(run, flow) {
  const { method, path, operation, does } = callOf(run);
  return `"""Needs helpers/python of flow-service-mock, and pytest; FLOW_MOCK is the path of flow-mock."""
import urllib.request

SITUATION = ${pythonLiteral(situation(run, flow))}


def application(url, headers):
    """Takes the place of the application under test."""
    headers = {**headers, "Content-Type": "application/json"}
    request = urllib.request.Request(url + ${JSON.stringify(path)}, headers=headers, method="${method}")
    with urllib.request.urlopen(request) as answer:
        return answer.status


def test_the_run_is_${does}(flow_sandbox):
    flow_sandbox.control("PUT", "/runs", SITUATION)
    assert application(flow_sandbox.url, flow_sandbox.headers) == 200
    flow_sandbox.await_requests(operation="${operation}", run=${JSON.stringify(run.id)}, status=200)
`;
}

export function nodeTest(run, flow) {
  const { method, path, operation, does } = callOf(run);
  return `// Needs helpers/node of flow-service-mock; FLOW_MOCK is the path of flow-mock. Run with: node --test
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startFlowMock } from 'flow-mock';

const situation = ${JSON.stringify(situation(run, flow), null, 2)};

let mock;
before(async () => (mock = await startFlowMock({ options: ['--fail-on-violation'] })));
after(() => mock.end());

/** Takes the place of the application under test. */
const application = (url, headers) =>
  fetch(url + ${JSON.stringify(path)}, {
    method: '${method}',
    headers: { ...headers, 'Content-Type': 'application/json' },
  });

test('the run is ${does}', async () => {
  const sandbox = await mock.sandbox();
  await sandbox.control('PUT', '/runs', situation);
  assert.equal((await application(sandbox.url, sandbox.headers)).status, 200);
  await sandbox.awaitRequests({ operation: '${operation}', run: ${JSON.stringify(run.id)}, status: 200 });
  const { violations } = await sandbox.end();
  assert.deepEqual(violations, []);
});
`;
}
