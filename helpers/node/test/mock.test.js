import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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

test('a wrong option is reported with what the mock says', async () => {
  await assert.rejects(startFlowMock({ options: ['--no-such-option'] }), (error) => {
    assert.ok(error instanceof NotStarted);
    assert.match(error.message, /did not start \(exit code 2\):\n[^]*--no-such-option/);
    return true;
  });
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
  const program = "import { startFlowMock } from 'flow-mock'; console.log((await startFlowMock()).url);";
  const node = [process.execPath, ['--input-type=module', '--eval', program]];
  const url = execFileSync(...node, { cwd: new URL('..', import.meta.url), encoding: 'utf8', timeout: 30_000 }).trim();
  assert.match(url, /^http:/);
  while (await fetch(url).then((answer) => answer.text(), () => false)); // it has been told to end
});
