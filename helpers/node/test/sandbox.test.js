import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { NotCome, startFlowMock } from 'flow-mock';

let mock;
let sandbox;
before(async () => (mock = await startFlowMock()));
after(() => mock.end());
beforeEach(async () => (sandbox = await mock.sandbox()));
afterEach(() => sandbox.end());

/** Sends a request as an application would. */
async function send(method, path) {
  const url = `${sandbox.url}/data/foundation/flowservice${path}`;
  const answer = await fetch(url, { method, headers: { ...sandbox.headers, 'Content-Type': 'application/json' } });
  return { status: answer.status, body: await answer.json() };
}
const retry = (run) => send('POST', `/runs/${run}/action?op=re-trigger`);
const state = async (run) => (await send('GET', `/runs/${run}`)).body.items[0].metrics.statusSummary.status;

test('sandboxes do not see each other', async () => {
  const other = await mock.sandbox({ ttl: '1m' });
  await sandbox.putRuns([{ id: 'mine', state: 'failed' }]);
  await assert.rejects(other.control('GET', '/runs/mine'), { name: 'ControlError', status: 404 });
  await other.end();
});

test('the end tells what was left over', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  await sandbox.script('a', ['failed', 'success']);
  assert.equal(sandbox.leftOver, undefined);
  const { outcomes, violations } = await sandbox.end();
  assert.deepEqual(outcomes.map((entry) => entry.left), [['failed', 'success']]);
  assert.deepEqual(violations, []);
  assert.equal(await sandbox.end(), sandbox.leftOver);
});

test('scripted outcomes come in order', async () => {
  await sandbox.putRuns([{ id: 'of:day-1', state: 'failed' }]);
  await sandbox.script('of:day-1', ['failed', { outcome: 'success', id: 'good' }]);
  const first = (await retry('of:day-1')).body.id;
  assert.equal(await state(first), 'failed');
  assert.equal((await retry(first)).body.id, 'good');
  assert.equal(await state('good'), 'success');
});

test('a scripted duration is that of the run', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  await sandbox.clock.freeze();
  await sandbox.script('a', ['success:30m']);
  const run = (await retry('a')).body.id;
  await sandbox.clock.advance('29m');
  assert.equal(await state(run), 'inProgress');
  await sandbox.clock.advance(60_000);
  assert.equal(await state(run), 'success');
});

test('a clock in the mode auto moves by itself', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  await sandbox.script('a', ['success:2h']);
  assert.equal((await sandbox.clock.auto()).mode, 'auto');
  assert.equal(await state((await retry('a')).body.id), 'success');
  assert.equal((await sandbox.clock.auto(false)).mode, 'normal');
});

test('a clock is frozen at a time and resumed', async () => {
  const frozen = await sandbox.clock.freeze(new Date('2040-01-01T00:00:00Z'));
  assert.equal(frozen.now, '2040-01-01T00:00:00.000Z');
  assert.deepEqual(await sandbox.clock.read(), frozen);
  assert.equal((await sandbox.clock.resume()).frozen, false);
});

test('what is no duration is refused', async () => {
  for (const duration of ['1w', '5', '-1s', '1.5h', '']) {
    await assert.rejects(sandbox.clock.advance(duration), /is not a duration; write 500ms, 30s, 5m, 1h or 2d/);
  }
  await assert.rejects(sandbox.script('a', ['success:soon']), RangeError);
});

test('documents are put, patched and deleted', async () => {
  const connections = sandbox.documents('connections');
  const served = async () => (await send('GET', '/connections/of:day-1')).body.items?.[0];
  assert.equal((await connections.put({ id: 'of:day-1', name: 'Orders' })).state, 'enabled');
  assert.equal((await served()).name, 'Orders');
  assert.equal((await connections.patch('of:day-1', { state: 'disabled', name: null })).state, 'disabled');
  assert.equal((await connections.get('of:day-1')).name, undefined);
  await connections.put({ id: 'of:day-1', name: 'Others' });
  assert.equal((await served()).state, 'enabled');
  await connections.delete('of:day-1');
  assert.equal(await served(), undefined);
});

test('documents are added, and listed page by page', async () => {
  const connections = sandbox.documents('connections');
  const { total } = await connections.list();
  const added = await connections.add({ name: 'Orders' });
  const page = await connections.list({ offset: total, limit: 1 });
  assert.deepEqual(page, { documents: [added], offset: total, total: total + 1 });
  assert.equal((await connections.list({ limit: 2 })).documents.length, 2);
});

test('documents are those of their resource, and a wrong one is refused', async () => {
  await sandbox.documents('sourceConnections').put({ id: 'mine' });
  await assert.rejects(sandbox.documents('connections').get('mine'), { name: 'ControlError', status: 404 });
  await assert.rejects(sandbox.documents('nonsense').list(), /sourceConnections/);
  await assert.rejects(sandbox.documents('connections').put({ id: 'mine', auth: 7 }), { status: 400, place: '/auth' });
});

test('answers of a document are scripted', async () => {
  await sandbox.documents('connections').put({ id: 'mine', answers: [{ verb: 'test', body: { result: false } }] });
  assert.deepEqual((await send('GET', '/connections/mine/test')).body, { result: false });
});

test('a fault falls on what it matches so many times, or until it is cleared', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  await sandbox.fault('status', { status: 503, times: 2, path: '/runs/*/action' });
  assert.equal((await send('GET', '/runs/a')).status, 200);
  assert.deepEqual([(await retry('a')).status, (await retry('a')).status, (await retry('a')).status], [503, 503, 200]);
  await sandbox.fault('status', { status: 429, retryAfterS: 3 });
  assert.equal((await retry('a')).status, 429);
  await sandbox.clearFaults();
  assert.equal((await retry('a')).status, 200);
});

test('all members of a fault reach the mock', async () => {
  const { members } = JSON.parse(readFileSync(new URL('../../../contracts/data/faults.json', import.meta.url)));
  const match = { method: 'GET', operation: 'list_runs', path: '/runs', headers: { 'x-test': 'a' } };
  const others = { after: 1, times: 2, probability: 0.5, at: 'answer', seed: 7, id: 'slow' };
  assert.deepEqual(Object.keys(members).sort(), [...Object.keys(others), 'match'].sort());
  assert.deepEqual(Object.keys(members.match.properties).sort(), Object.keys(match).sort());

  const fault = await sandbox.fault('latency', { latencyMs: 1, jitterMs: 1, ...match, ...others });
  assert.deepEqual(fault.attributes, { latencyMs: 1, jitterMs: 1 });
  assert.deepEqual(fault.match, match);
  for (const name of ['after', 'times', 'probability', 'at', 'id']) assert.equal(fault[name], others[name]);
});

test('a refused call names the place and what to change', async () => {
  await assert.rejects(sandbox.fault('status', { status: 418 }), (error) => {
    assert.deepEqual([error.status, error.place], [400, '/attributes/status']);
    assert.match(error.detail, /503/);
    assert.ok(error.message.endsWith(`/attributes/status: ${error.detail}`));
    return true;
  });
});

test('the journal is filtered', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  await send('GET', '/runs/a');
  await retry('a');
  assert.equal((await sandbox.requests()).requests.length, 2);
  const { requests } = await sandbox.requests({ operation: 'retry_run', run: 'a', violated: false });
  assert.deepEqual(requests.map((request) => request.status), [200]);
});

test('requests are awaited', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  const awaited = sandbox.awaitRequests({ operation: 'retry_run', count: 2, timeout: '10s' });
  await Promise.all([retry('a'), retry('a')]);
  assert.equal((await awaited).requests.length, 2);
});

test('requests that do not come are told by the nearest', async () => {
  await send('GET', '/runs?limit=1');
  await assert.rejects(sandbox.awaitRequests({ operation: 'retry_run', timeout: 10 }), (error) => {
    assert.ok(error instanceof NotCome);
    assert.equal(error.count, 0);
    assert.equal(error.nearest[0].request.operation, 'list_runs');
    assert.deepEqual(error.message.split('\n').slice(1), [
      '  GET /data/foundation/flowservice/runs?limit=1, answered 200: operation is list_runs, not retry_run',
    ]);
    return true;
  });
});

test('violations are listed', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  await send('POST', '/runs/a/action?op=retry');
  const { violations } = await sandbox.violations();
  assert.deepEqual(violations.map((entry) => entry.clause), ['retry/op/unsupported']);
});

test('unused set-up is listed', async () => {
  await sandbox.putRuns([{ id: 'a', state: 'failed' }]);
  assert.deepEqual((await sandbox.unused()).runs.map((entry) => entry.run), ['a']);
});
