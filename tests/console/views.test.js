// Each view, how it is reached, and what the page opens on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { FAILED, eventually, useConsole } from './fixture.js';

const it = useConsole();

test('before any request the page says how to send the first one, and follows it', async () => {
  const page = await it.open();
  await page.getByText('No sandbox has been used yet').waitFor();
  assert.match(page.url(), /#\/sandboxes$/);
  await page.getByText(/op=re-trigger/).waitFor();
  await it.retry();
  await page.getByTestId('sandbox-row').filter({ hasText: 'dev' }).waitFor();
});

test('a sandbox that nobody has used can be opened by its name', async () => {
  const page = await it.open('#/sandboxes');
  await page.getByLabel('Organisation').fill('new-org');
  await page.getByRole('textbox', { name: 'Sandbox' }).fill('new/box');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByTestId('run-row').first().waitFor();
  assert.match(page.url(), /#\/s\/new-org\/new%2Fbox\/runs$/);
  const { sandboxes } = await it.admin('GET', '/sandboxes');
  assert.ok(!sandboxes.some(({ organisation }) => organisation === 'new-org'), 'looking at it creates none');
});

test('the page opens on the runs of the sandbox seen last', async () => {
  for (const sandbox of ['one', 'two', 'one']) {
    await it.retry(FAILED, { sandbox });
    const page = await it.open();
    await page.getByTestId('run-row').first().waitFor();
    assert.match(page.url(), new RegExp(`#/s/org/${sandbox}/runs$`));
  }
});

test('the views are reached by links with their names', async () => {
  await it.retry();
  const page = await it.open('#/s/org/dev/runs');
  for (const [name, shown] of [
    ['Sandboxes', page.getByTestId('sandboxes-table')],
    ['Runs', page.getByTestId('runs-table')],
    ['Journal', page.getByTestId('journal-table')],
    ['Violations', page.getByTestId('violations-table')],
    ['Faults', page.getByTestId('fault-form')],
    ['Events', page.getByLabel('Webhook')],
    ['Contract', page.getByTestId('contract-map')],
  ]) {
    await page.getByRole('link', { name, exact: true }).click();
    await shown.waitFor();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    assert.match(await page.title(), new RegExp(`^${name} · `));
    assert.equal(await page.locator('nav [aria-current=page]').textContent(), name);
    await page.getByTestId('clock-now').waitFor();
    // By its URL alone, as well.
    const other = await it.open(new URL(page.url()).hash);
    await other.getByRole('heading', { level: 1, name }).waitFor();
    await other.context().close();
  }
});

test('choosing a sandbox shows its runs', async () => {
  await it.retry(FAILED, { sandbox: 'one' });
  await it.admin('PUT', '/sandboxes/org/two/runs', { runs: [{ id: 'only-of-two', state: 'failed' }] });
  await it.admin('PUT', '/sandboxes/other-org/two/runs', { runs: [{ id: 'other-org', state: 'failed' }] });
  const page = await it.open('#/s/org/one/journal');
  const select = page.getByTestId('sandbox-select');
  const chosen = () => select.evaluate((element) => element.selectedOptions[0].textContent);
  assert.equal(await chosen(), 'one');
  await select.selectOption('org/two');
  await page.getByTestId('runs-table').waitFor();
  await eventually(
    () => page.getByTestId('run-row').allTextContents(),
    (rows) => assert.match(rows.join(), /^only-of-[^,]*$/),
  );
  await select.selectOption('other-org/two');
  await page.getByTestId('run-row').filter({ hasText: 'other-or' }).waitFor();
  assert.equal(await page.getByTestId('run-row').count(), 1);
  // The sandbox stays chosen in views of the whole mock.
  await page.getByRole('link', { name: 'Contract', exact: true }).click();
  await page.getByTestId('contract-map').waitFor();
  assert.equal(await chosen(), 'two');
  await page.goBack();
  await page.getByTestId('run-row').filter({ hasText: 'other-or' }).waitFor();
});

test('a sandbox that appears can be chosen without a reload', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('run-row').first().waitFor();
  await it.retry(FAILED, { sandbox: 'appeared' });
  await page.getByTestId('sandbox-select').selectOption('org/appeared');
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
});

test('sandboxes are listed with their clocks and counts', async () => {
  await it.admin('POST', '/sandboxes/org/counted/reset');
  await it.admin('DELETE', '/sandboxes/org/counted/violations');
  await it.admin('PUT', '/sandboxes/org/counted/clock', { frozen: true, nowMs: 1900000000000 });
  await it.send('POST', `/runs/${FAILED}/action?op=retry`, { sandbox: 'counted' });
  const page = await it.open('#/sandboxes');
  const row = page.getByTestId('sandbox-row').filter({ hasText: 'counted' });
  await row.waitFor();
  assert.match(await row.textContent(), /org.*2030-03-17 17:46:40\.000.*frozen/s);
  await eventually(
    () => row.locator('td').allTextContents(),
    (cells) => assert.deepEqual(cells.slice(1, 6), ['11', '18', '1', '1', '0']),
  );
  await row.getByRole('link', { name: '1' }).click();
  await page.getByTestId('violation-row').waitFor();
});

test('a view that is none says so', async () => {
  const page = await it.open('#/nowhere');
  await page.getByText('There is no such view').waitFor();
});

test('a page that has lost the mock says so, and goes on when it is back', async () => {
  it.allowed = /ERR_/;
  const start = async (port) => {
    const mock = spawn(process.env.FLOW_MOCK, ['--quiet', '--port', port], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(mock.stdout, 'data');
    return { mock, url: /http:\S+/.exec(line)[0] };
  };
  const { mock, url } = await start('0');
  const page = await it.open('');
  await page.goto(`${url}/__admin/ui#/s/org/dev/runs`);
  await page.getByText('11 runs').waitFor();
  assert.equal(await page.getByTestId('not-connected').count(), 0);
  mock.kill();
  await page.getByTestId('not-connected').waitFor();
  const { mock: next } = await start(new URL(url).port);
  try {
    const body = '{"runs": [{"id": "of-the-next", "state": "failed"}]}';
    assert.ok((await fetch(`${url}/__admin/sandboxes/org/dev/runs`, { method: 'PUT', body })).ok);
    await page.getByTestId('not-connected').waitFor({ state: 'detached' });
    await page.getByText('1 run', { exact: true }).waitFor();
  } finally {
    next.kill();
  }
});
