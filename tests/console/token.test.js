// A mock that was started with --admin-token.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAILED, useConsole } from './fixture.js';

const it = useConsole({ options: ['--admin-token', 'right'], allowed: /401/ });

async function give(page, token) {
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Open the console' }).click();
}

test('the token is asked for once', async () => {
  await it.retry();
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('token-form').waitFor();
  const sent = [];
  page.on('request', (request) => sent.push(request));
  await give(page, 'right');
  await page.getByTestId('run-row').first().waitFor();
  await page.reload();
  await page.getByTestId('run-row').first().waitFor();
  assert.equal(await page.getByTestId('token-form').count(), 0);
  await it.retry();
  await page.getByText('12 runs').or(page.getByText('13 runs')).waitFor();
  const calls = sent.filter((request) => /__admin\/(?!ui)/.test(request.url()));
  assert.ok(calls.length > 0 && calls.every((request) => request.headers().authorization === 'Bearer right'));
  assert.ok(
    calls.every((request) => !request.url().includes('right')),
    'a token never stands in a URL',
  );
  assert.deepEqual(await page.evaluate(() => [Object.values(localStorage), document.cookie]), [[], '']);
});

test('a wrong token is refused in words, and asked for again', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await give(page, 'wrong');
  await page.getByRole('alert').getByText('The mock does not accept this token.').waitFor();
  await give(page, 'right');
  await page
    .getByTestId('run-row')
    .filter({ hasText: FAILED.slice(0, 8) })
    .waitFor();
});

test('a token that is no longer right is asked for again', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await give(page, 'right');
  await page.getByTestId('run-row').first().waitFor();
  await page.evaluate(() => sessionStorage.setItem('flow-mock-admin-token', 'of another mock'));
  await page.getByRole('link', { name: 'Violations', exact: true }).click();
  await page.getByText('The mock does not accept this token.').waitFor();
  await give(page, 'right');
  await page.getByTestId('violations-table').waitFor();
});

test('another tab has to be given the token itself', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await give(page, 'right');
  await page.getByTestId('run-row').first().waitFor();
  const tab = await page.context().newPage();
  await tab.goto(`${it.url}/__admin/ui`);
  await tab.getByTestId('token-form').waitFor();
});
