import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:https';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { NotStarted, startFlowMock } from 'flow-mock';

test('the mock listens until it is ended', async () => {
  const mock = await startFlowMock({ options: ['--threads', '2'] });
  const ready = `${mock.url}/__admin/health/ready`;
  const answer = await fetch(ready);
  await answer.text();
  assert.equal(answer.status, 200);
  await mock.end();
  await assert.rejects(fetch(ready));
  await mock.end(); // a second time does nothing
});

test('two mocks have ports of their own', async () => {
  const [one, other] = await Promise.all([startFlowMock(), startFlowMock()]);
  assert.notEqual(one.url, other.url);
  await Promise.all([one.end(), other.end()]);
});

test("options of other mocks in the environment are not this one's", async () => {
  process.env.FLOW_MOCK_ADMIN_TOKEN = 'of-another';
  try {
    const mock = await startFlowMock();
    await (await mock.sandbox()).end();
    await mock.end();
  } finally {
    delete process.env.FLOW_MOCK_ADMIN_TOKEN;
  }
});

test('HTTPS is served with a certificate that the file vouches for', async () => {
  const mock = await startFlowMock({ https: true });
  const { url, headers } = await mock.sandbox();
  assert.match(url, /^https:/);
  assert.equal(url, mock.httpsUrl);
  const read = (options) => get(`${url}/data/foundation/flowservice/runs?limit=1`, { headers, agent: false, ...options });
  const [answer] = await once(read({ ca: readFileSync(mock.caFile) }), 'response');
  answer.resume();
  assert.equal(answer.statusCode, 200);
  await assert.rejects(once(read({}), 'response'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  await mock.end();
  assert.ok(!existsSync(dirname(mock.caFile)));
});

test('without HTTPS there is none', async () => {
  const mock = await startFlowMock();
  const sandbox = await mock.sandbox();
  assert.deepEqual([mock.httpsUrl, mock.caFile, sandbox.url], [undefined, undefined, mock.url]);
  await mock.end();
});

test('a wrong option is reported with what the mock says', async () => {
  for (const https of [false, true]) {
    await assert.rejects(startFlowMock({ options: ['--no-such-option'], https }), (error) => {
      assert.ok(error instanceof NotStarted);
      assert.match(error.message, /did not start \(exit code 2\):\n[^]*--no-such-option/);
      return true;
    });
  }
});

test('a missing program is reported', async () => {
  await assert.rejects(startFlowMock({ binary: '/no/such/program' }), {
    name: 'NotStarted',
    message: '/no/such/program cannot be run (ENOENT); have flow-mock on PATH, or set FLOW_MOCK to its path',
  });
});

test('a program that is not the mock is reported', async () => {
  await assert.rejects(startFlowMock({ binary: process.execPath }), { name: 'NotStarted', message: /did not start/ });
});

test('the exit code of set-up that was not used is thrown', async () => {
  const mock = await startFlowMock({ options: ['--fail-on-unused'] });
  const sandbox = await mock.sandbox();
  await sandbox.fault('reset');
  await assert.rejects(mock.end(), { name: 'Stopped', exitCode: 4, message: /reset/ });
});

test('a mock that nobody ends keeps no process, and ends with it', async () => {
  const program = `import { startFlowMock } from 'flow-mock';
    const { url, caFile } = await startFlowMock({ https: true });
    console.log(url, caFile);`;
  const node = [process.execPath, ['--input-type=module', '--eval', program]];
  const said = execFileSync(...node, { cwd: new URL('..', import.meta.url), encoding: 'utf8', timeout: 30_000 });
  const [url, caFile] = said.trim().split(' ');
  assert.match(url, /^http:/);
  assert.ok(!existsSync(dirname(caFile)));
  while (await fetch(url).then((answer) => answer.text(), () => false)); // it has been told to end
});
