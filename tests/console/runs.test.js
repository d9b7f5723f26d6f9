// Runs and a run: filter, sort, lineage, and each action.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAILED, copied, eventually, useConsole } from './fixture.js';

const CLOCK = '/sandboxes/org/dev/clock';
const it = useConsole();
const HELPERS = fileURLToPath(new URL('../../helpers', import.meta.url));
const RUNS = '/sandboxes/org/dev/runs';
const ids = (page) => page.getByTestId('run-row').locator('td:first-child').allTextContents();

beforeEach(() => it.fresh());

test('a run has a row with its first eight letters, its state, its flow and its retry button', async () => {
  const page = await it.open('#/s/org/dev/runs');
  const row = page.getByTestId('run-row').filter({ hasText: '4fb0418e' });
  await row.getByText('failed', { exact: true }).waitFor();
  await row.getByText('Cloud storage, nightly').waitFor();
  await row.getByTestId('retry-button').waitFor();
  assert.equal(await page.getByTestId('run-row').count(), 11);
  await page.getByText('11 runs').waitFor();
});

test('the retry button makes a new run, shown without a reload', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('run-row').filter({ hasText: '4fb0418e' }).getByTestId('retry-button').click();
  await page.getByText(/Retried: run 3fb0418e/).waitFor();
  await page.getByTestId('run-row').filter({ hasText: '3fb0418e' }).waitFor();
  await page.getByRole('link', { name: 'See its request' }).click();
  await page.getByTestId('why').waitFor();
});

test('a retry that is refused says so', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('run-row').filter({ hasText: 'c2a7e4d1' }).getByTestId('retry-button').click();
  await page.getByText('The retry was answered 400.').waitFor();
});

test("an application's retry is shown without a reload", async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('run-row').first().waitFor();
  await it.retry();
  await page.getByTestId('run-row').filter({ hasText: '3fb0418e' }).waitFor();
  await page.getByText('12 runs').waitFor();
});

test('runs are filtered in the documented language', async () => {
  const page = await it.open('#/s/org/dev/runs');
  const box = page.getByRole('searchbox', { name: 'Filter' });
  await box.fill('state==failed');
  await page.getByText('4 runs').waitFor();
  assert.match(page.url(), /property=state%3D%3Dfailed/);
  await box.fill('state==failed & createdAt>1654000000000');
  await page.getByText('1 run', { exact: true }).waitFor();
  assert.deepEqual(await ids(page), ['850a3a02']);
  await page.reload();
  await page.getByText('1 run', { exact: true }).waitFor();
  assert.equal(await box.inputValue(), 'state==failed & createdAt>1654000000000');
});

test('a filter that the mock does not understand is explained at the box', async () => {
  it.allowed = /400 \(Bad Request\)/;
  const page = await it.open('#/s/org/dev/runs');
  const box = page.getByRole('searchbox', { name: 'Filter' });
  await box.fill('colour==red');
  await page.locator('.filter').getByRole('alert').getByText('colour').waitFor();
  assert.equal(await box.getAttribute('aria-invalid'), 'true');
  await box.fill('');
  await page.getByText('11 runs').waitFor();
  assert.equal(await page.locator('.filter').getByRole('alert').count(), 0);
});

test('a chip leaves the runs of a state, and leaves other conditions', async () => {
  const page = await it.open('#/s/org/dev/runs?property=createdAt%3E1600000000000');
  const chip = page.getByRole('button', { name: 'failed', exact: true });
  await chip.click();
  await page.getByText('4 runs').waitFor();
  assert.equal(await chip.getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: 'inProgress', exact: true }).click();
  await page.getByText('2 runs').waitFor();
  await page.getByRole('button', { name: 'inProgress', exact: true }).click();
  await page.getByText('10 runs').waitFor();
  assert.equal(await page.getByRole('searchbox', { name: 'Filter' }).inputValue(), 'createdAt>1600000000000');
});

test('runs are sorted by a column', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await eventually(
    () => ids(page),
    ([first]) => assert.equal(first, 'e80e24c1'),
  );
  await page.getByRole('button', { name: 'Created' }).click();
  await eventually(
    () => ids(page),
    ([first]) => assert.equal(first, '9830305a'),
  );
  assert.equal(await page.locator('th[aria-sort=ascending]').textContent(), 'Created ▲');
  assert.match(page.url(), /orderby=createdAt/);
});

test('a run that ends as time passes is shown so', async () => {
  await it.admin('PUT', `${RUNS}/${FAILED}/script`, { retries: [{ outcome: 'failed', durationMs: 4000 }] });
  const { id } = await it.retry();
  const page = await it.open('#/s/org/dev/runs');
  const row = page.getByTestId('run-row').filter({ hasText: id.slice(0, 8) });
  await row.getByText('in-progress').waitFor();
  await row.getByText('failed', { exact: true }).waitFor();
});

test('the lineage has a line from each run to its retry', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByRole('button', { name: 'Lineage' }).click();
  await page.getByText('No run has been retried').waitFor();
  await it.admin('PUT', `${RUNS}/${FAILED}/script`, { retries: ['failed', 'success'] });
  await it.admin('PUT', CLOCK, { frozen: true }); // so that both are of one millisecond
  const { id } = await it.retry();
  await it.retry(id);
  await it.admin('PUT', CLOCK, { frozen: false });
  const graph = page.getByTestId('lineage');
  await eventually(
    () => graph.locator('path').count(),
    (count) => assert.equal(count, 2),
  );
  await eventually(
    () => graph.getByRole('link').count(),
    (count) => assert.equal(count, 3),
  );
  const left = async (name) => (await graph.getByRole('link', { name }).boundingBox()).x;
  const made = graph.getByRole('link', { name: new RegExp(`${id}, failed`) });
  assert.ok((await left(/4fb0418e/)) < (await made.boundingBox()).x, 'later is further to the right');
  await made.click();
  await page.getByText('Made by a retry of').waitFor();
});

test('a run shows its JSON, its activities, and what it was made from and led to', async () => {
  const { id } = await it.retry();
  const page = await it.open(`#/s/org/dev/runs/${id}`);
  const json = JSON.parse(await page.getByTestId('run-json').textContent());
  assert.equal(json.items[0].id, id);
  assert.equal(await page.getByTestId('timeline').locator('li').count(), 2);
  await page.getByText('Made by a retry of').getByRole('link', { name: FAILED }).click();
  await page.getByText('Its retry made').getByRole('link', { name: id }).waitFor();
});

test('a run that is not there says so', async () => {
  it.allowed = /404/;
  const page = await it.open('#/s/org/dev/runs/nowhere');
  await page.getByRole('alert').getByText('nowhere').waitFor();
});

test("a run's state can be set", async () => {
  const page = await it.open(`#/s/org/dev/runs/${FAILED}`);
  await page.getByLabel('State', { exact: true }).fill('partialSuccess');
  await page.getByRole('button', { name: 'Set state' }).click();
  await page.locator('.facts').getByText('partialSuccess').waitFor();
});

test("the outcomes of a run's retries can be scripted", async () => {
  const page = await it.open(`#/s/org/dev/runs/${FAILED}`);
  const box = page.getByLabel('Outcomes of its retries');
  await box.fill('failed, success:30m');
  await page.getByRole('button', { name: 'Set outcomes' }).click();
  await page.getByText('The outcomes of the next retries are set.').waitFor();
  const { retries } = await it.admin('GET', `${RUNS}/${FAILED}`);
  assert.deepEqual(retries, ['failed', { outcome: 'success', durationMs: 1_800_000 }]);
  await page.reload();
  await eventually(
    () => box.inputValue(),
    (text) => assert.equal(text, 'failed, success:30m'),
  );
  await box.fill('failed:soon');
  await page.getByRole('button', { name: 'Set outcomes' }).click();
  await page.getByText(/'soon' is no duration/).waitFor();
});

test('a run in progress can be ended now', async () => {
  await it.admin('PUT', `${RUNS}/${FAILED}/script`, { retries: [{ outcome: 'failed', durationMs: 3_600_000 }] });
  await it.admin('PUT', '/sandboxes/org/dev/clock', { frozen: true });
  const { id } = await it.retry();
  const page = await it.open(`#/s/org/dev/runs/${id}`);
  await page.locator('.facts').getByText('in 1 h').waitFor();
  await page.getByRole('button', { name: 'End now' }).click();
  await page.locator('.facts').getByText('failed', { exact: true }).waitFor();
});

test('a run can be retried from its page', async () => {
  const page = await it.open(`#/s/org/dev/runs/${FAILED}`);
  await page.getByTestId('retry-button').click();
  await page.getByText('Its retry made').waitFor();
});

const MONITORED = '9830305a-985f-47d0-b030-5a985fd7d004';

for (const [kind, id] of [
  ['a run', FAILED],
  ['a run with metrics', MONITORED],
]) {
  test(`${kind} copied as a seed is the same in another sandbox`, async () => {
    const page = await it.open(`#/s/org/dev/runs/${id}`);
    const text = await copied(page, () => page.getByRole('button', { name: 'Copy as seed' }).click());
    await it.admin('POST', '/sandboxes/org/from-seed/restore', JSON.parse(text));
    const { total } = await it.admin('GET', '/sandboxes/org/from-seed/runs');
    assert.equal(total, 1);
    const [one, other] = await Promise.all(
      ['dev', 'from-seed'].map((sandbox) => it.admin('GET', `/sandboxes/org/${sandbox}/runs/${id}`)),
    );
    assert.deepEqual(other, one);
  });
}

test('a run copied as curl retries it', async () => {
  const page = await it.open(`#/s/org/dev/runs/${FAILED}`);
  const text = await copied(page, () => page.getByRole('button', { name: 'Copy as curl' }).click());
  assert.match(text, /Bearer \$FLOW_TOKEN/);
  const answer = execFileSync('sh', ['-c', text], { env: { ...process.env, FLOW_TOKEN: 'token' } });
  assert.match(JSON.parse(answer).id, /^3fb0418e/);
});

for (const [state, id] of [
  ['failed', FAILED],
  ['monitored', MONITORED],
]) {
  test(`a ${state} run copied as a Node test passes it`, async () => {
    const page = await it.open(`#/s/org/dev/runs/${id}`);
    const text = await copied(page, () => page.getByRole('button', { name: 'Copy as Node test' }).click());
    inFolder((folder) => {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(join(HELPERS, 'node'), join(folder, 'node_modules', 'flow-mock'));
      writeFileSync(join(folder, 'copied.test.mjs'), text);
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      assert.match(
        execFileSync(process.execPath, ['--test', folder + '/copied.test.mjs'], { env, encoding: 'utf8' }),
        /pass 1/,
      );
    });
  });

  test(`a ${state} run copied as a Python test passes it`, async (context) => {
    const page = await it.open(`#/s/org/dev/runs/${id}`);
    const text = await copied(page, () => page.getByRole('button', { name: 'Copy as Python test' }).click());
    const python = ['python3', '/usr/bin/python3'].find((one) => succeeds(one, ['-c', 'import pytest']));
    if (!python) {
      context.skip('no python3 has pytest');
      return;
    }
    inFolder((folder) => {
      writeFileSync(join(folder, 'test_copied.py'), text);
      const env = { ...process.env, PYTHONPATH: join(HELPERS, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' };
      const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-p', 'flow_mock.pytest_plugin', folder];
      assert.match(execFileSync(python, args, { env, encoding: 'utf8' }), /1 passed/);
    });
  });
}

function succeeds(program, args) {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'console-test-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
