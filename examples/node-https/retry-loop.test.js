// The retry loop in the situations that a real Flow Service shows too rarely. Hours of waiting take no time.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { startFlowMock } from '../../helpers/node/index.js'; // where the package is installed: from 'flow-mock'
import { FlowService } from './retry-loop.js';

let mock;
let agent;
let sandbox;

before(async () => {
  mock = await startFlowMock({ https: true });
  agent = new Agent({ ca: readFileSync(mock.caFile), keepAlive: true });
});
after(async () => {
  agent.destroy();
  await mock.end();
});

beforeEach(async () => {
  sandbox = await mock.sandbox();
  await sandbox.clock.freeze();
  await sandbox.putRuns([{ id: 'orders-1', state: 'failed' }]);
});
afterEach(async () => {
  const { inProgress, ...leftOver } = await sandbox.end();
  assert.deepEqual(leftOver, { outcomes: [], faults: [], runs: [], violations: [] });
});

/** What the application sleeps moves the sandbox's clock. */
const service = (settings) =>
  new FlowService(sandbox.url, sandbox.headers, { agent, sleep: (ms) => sandbox.clock.advance(ms), ...settings });

/** The statuses of the answers to retries. */
const retries = async () => (await sandbox.requests({ operation: 'retry_run' })).requests.map(({ status }) => status);

test('two failures, then success', async () => {
  await sandbox.script('orders-1', ['failed', 'failed:10m', { outcome: 'success', durationMs: 1_800_000, id: 'good' }]);
  assert.equal(await service().retryUntilSuccess('orders-1'), 'good');
  assert.deepEqual(await retries(), [200, 200, 200]);
});

test('a run that always fails is given up', async () => {
  await sandbox.script('orders-1', Array(5).fill('failed'));
  await assert.rejects(service().retryUntilSuccess('orders-1'), { name: 'GaveUp', message: /has failed, too/ });
});

test('a short outage is waited for', async () => {
  await sandbox.fault('status', { status: 503, path: '/runs/*/action', times: 2 });
  await service().retryUntilSuccess('orders-1');
  assert.deepEqual(await retries(), [503, 503, 200]);
});

test('a long outage is given up', async () => {
  await sandbox.fault('status', { status: 503 });
  await assert.rejects(service().retryUntilSuccess('orders-1'), { name: 'GaveUp', message: /overloaded/ });
  assert.deepEqual(await retries(), Array(5).fill(503));
});

test('Retry-After is respected', async () => {
  await sandbox.fault('status', { status: 429, retryAfterS: 40, path: '/runs/*/action', times: 2 });
  await service().retryUntilSuccess('orders-1');
  const { shortestGapMs } = await sandbox.control('GET', '/requests/count', undefined, { operation: 'retry_run' });
  assert.equal(shortestGapMs, 40_000);
});

test('a token that expires is renewed', async () => {
  const newToken = async () => {
    const credentials = { grant_type: 'client_credentials', client_id: sandbox.apiKey, client_secret: 'secret' };
    const body = new URLSearchParams({ ...credentials, scope: 'openid,AdobeID' });
    const answer = await fetch(`${mock.url}/ims/token/v3`, { method: 'POST', body });
    return (await answer.json()).access_token;
  };
  sandbox.headers.Authorization = `Bearer ${await newToken()}`;
  await sandbox.script('orders-1', ['failed:25h', 'success']);
  await service({ newToken }).retryUntilSuccess('orders-1');
  assert.equal((await sandbox.requests({ status: 401 })).requests.length, 1);
});

for (const state of ['success', 'in-progress']) {
  test(`a run whose state is ${state} is refused once`, async () => {
    await sandbox.putRuns([{ id: 'orders-2', state }]);
    await sandbox.control('POST', '/expectations', { clauses: ['retry/state/refused'] });
    await assert.rejects(service().retryUntilSuccess('orders-2'), { name: 'Refused', message: /FLOW-1387-400/ });
    assert.deepEqual(await retries(), [400]);
  });
}

test('a retry without an answer is not sent again', async () => {
  await sandbox.fault('reset', { at: 'answer', path: '/runs/*/action', times: 1 });
  await assert.rejects(service().retryUntilSuccess('orders-1'), { name: 'Refused', message: /no answer/ });
  assert.equal((await retries()).length, 1);
});

test('nothing is sent to a server whose certificate is not trusted', async () => {
  await sandbox.putRuns([]);
  const distrustful = service({ agent: undefined });
  await assert.rejects(distrustful.retryUntilSuccess('orders-1'), { name: 'Refused', message: /certificate/ });
  assert.deepEqual(await retries(), []);
});
