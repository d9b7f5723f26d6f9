// What is done to the whole sandbox, from any view.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FAILED, download, eventually, useConsole } from './fixture.js';

const it = useConsole();
const ADMIN = '/sandboxes/org/dev';
const VIEWS = [
  '#/sandboxes',
  '#/s/org/dev/runs',
  `#/s/org/dev/runs/${FAILED}`,
  '#/s/org/dev/journal',
  '#/s/org/dev/violations',
  '#/s/org/dev/faults',
  '#/s/org/dev/events',
  '#/contract',
];
const button = (page, name) => page.getByRole('button', { name, exact: true });
const shownMs = async (page) => Date.parse(await page.getByTestId('clock-now').textContent());

beforeEach(async () => {
  await it.fresh();
  await it.retry(); // dev is the sandbox seen last
});

for (const view of VIEWS) {
  test(`from ${view} the clock is steered, and the sandbox snapshot, reset and restored`, async () => {
    const page = await it.open(view);
    await button(page, 'Freeze').click();
    await page.getByText('frozen', { exact: true }).first().waitFor();
    const { nowMs, frozen } = await it.admin('GET', `${ADMIN}/clock`);
    assert.equal(frozen, true);
    await eventually(
      () => shownMs(page),
      (ms) => assert.equal(ms, nowMs),
    );
    await page.getByLabel(/How far to advance/).fill('90m');
    await button(page, 'Advance').click();
    await eventually(
      () => shownMs(page),
      (ms) => assert.equal(ms, nowMs + 90 * 60_000),
    );
    await button(page, 'Unfreeze').click();
    await eventually(
      () => shownMs(page),
      (ms) => assert.ok(ms > nowMs + 90 * 60_000),
    );
    assert.equal((await it.admin('GET', `${ADMIN}/clock`)).frozen, false);

    const { name, text } = await download(page, () => button(page, 'Snapshot').click());
    assert.equal(name, 'dev.snapshot.json');
    assert.equal(JSON.parse(text).runs.length, 12);
    await button(page, 'Reset').click();
    await page.getByText('Reset: the sandbox is as the seed says.').waitFor();
    assert.equal((await it.admin('GET', ADMIN)).runs, 11);
    await page
      .getByLabel('Snapshot to restore')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
    await page.getByText('Restored: the sandbox is as dev.snapshot.json says.').waitFor();
    assert.equal((await it.admin('GET', ADMIN)).runs, 12);
  });
}

test('a file that is no snapshot is refused with the place', async () => {
  it.allowed = /400/;
  const page = await it.open('#/s/org/dev/runs');
  const buffer = Buffer.from('{"flows": [], "runs": [{"id": "a", "flowId": "none", "state": "failed"}]}');
  await page
    .getByLabel('Snapshot to restore')
    .setInputFiles({ name: 'wrong.json', mimeType: 'application/json', buffer });
  await page.getByText(/\/runs\/0/).waitFor();
});

test('a duration that is none is refused in words', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByLabel(/How far to advance/).fill('soon');
  await button(page, 'Advance').click();
  await page.getByText("'soon' is no duration: write 500ms, 30s, 5m, 1h or 2d").waitFor();
});

test('a clock that somebody else moves is shown without a reload', async () => {
  const page = await it.open('#/s/org/dev/journal');
  await page.getByTestId('clock-now').waitFor();
  await it.admin('PUT', `${ADMIN}/clock`, { frozen: true, nowMs: 1900000000000 });
  await page.getByText('2030-03-17T17:46:40.000Z').waitFor();
});

test('one sandbox is frozen, another is not', async () => {
  await it.fresh('two');
  await it.retry(FAILED, { sandbox: 'two' });
  const page = await it.open('#/s/org/dev/runs');
  await button(page, 'Freeze').click();
  await button(page, 'Unfreeze').waitFor();
  await page.getByTestId('sandbox-select').selectOption('org/two');
  await button(page, 'Freeze').waitFor();
  assert.equal((await it.admin('GET', '/sandboxes/org/two/clock')).frozen, false);
});
