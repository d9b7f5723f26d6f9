// Violations, faults, events and the contract.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { beforeEach, test } from 'node:test';
import { FAILED, eventually, useConsole } from './fixture.js';

const it = useConsole();
const ADMIN = '/sandboxes/org/dev';

beforeEach(async () => {
  await it.fresh();
  await it.admin('DELETE', '/violations');
  await it.admin('DELETE', `${ADMIN}/violations`);
  await it.admin('DELETE', '/coverage');
});

const breakIt = (op = 'retry') => it.send('POST', `/runs/${FAILED}/action?op=${op}`);

test('violations are listed by clause, with how to fix them, as they come', async () => {
  const page = await it.open('#/s/org/dev/violations');
  await page.getByText('The application has kept to the contract so far.').waitFor();
  await breakIt();
  await breakIt();
  const row = page.getByTestId('violations-table').getByTestId('violation-row');
  await row.locator('.number').getByText('2').waitFor();
  assert.equal(await row.count(), 1);
  await row.getByText('Send op=re-trigger, exactly').waitFor();
  await row.getByRole('link', { name: /^\d+$/ }).first().click();
  await page.getByTestId('why').waitFor();
});

test('violations can be cleared', async () => {
  await breakIt();
  const page = await it.open('#/s/org/dev/violations');
  await page.getByTestId('violation-row').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('0 violations').waitFor();
});

test('violations of all sandboxes are a link away', async () => {
  await it.send('POST', `/runs/${FAILED}/action?op=retry`, { sandbox: 'two' });
  const page = await it.open('#/s/org/dev/violations');
  await page.getByText('0 violations').waitFor();
  await page.getByRole('link', { name: 'Of the whole mock' }).click();
  await page.getByText('1 violation', { exact: true }).waitFor();
});

test('announced violations are listed apart', async () => {
  await it.admin('POST', `${ADMIN}/expectations`, { clauses: ['retry/op/unsupported'] });
  await breakIt();
  const page = await it.open('#/s/org/dev/violations');
  await page.getByTestId('expected-table').getByTestId('violation-row').waitFor();
  await page.getByText('0 violations').waitFor();
});

test('a fault is added and removed, and says how often it was met', async () => {
  const page = await it.open('#/s/org/dev/faults');
  const form = page.getByTestId('fault-form');
  await form.getByLabel('type').selectOption('latency');
  await form.getByLabel('latencyMs').fill('1');
  await form.getByLabel('path').fill('/runs/*');
  await form.getByLabel('probability').fill('1');
  await form.getByRole('button', { name: 'Add fault' }).click();
  const row = page.getByTestId('fault-row');
  await row.getByText('latencyMs 1').waitFor();
  const [fault] = (await it.admin('GET', `${ADMIN}/faults`)).faults;
  assert.deepEqual(
    [fault.type, fault.attributes, fault.match, fault.probability],
    ['latency', { latencyMs: 1 }, { path: '/runs/*' }, 1],
  );
  await it.send('GET', `/runs/${FAILED}`);
  await row.getByText('1 times').waitFor();
  await row.getByRole('button', { name: `Remove fault ${fault.id}` }).click();
  await page.getByText('0 faults').waitFor();
});

test('a fault that the mock refuses is explained', async () => {
  it.allowed = /400/;
  const page = await it.open('#/s/org/dev/faults?path=runs');
  await page.getByTestId('fault-form').getByRole('button', { name: 'Add fault' }).click();
  await page.getByText(/\/match\/path/).waitFor();
});

test('faults that somebody else adds are shown, those of the whole mock too', async () => {
  const page = await it.open('#/s/org/dev/faults');
  await page.getByText('0 faults').waitFor();
  await it.admin('POST', `${ADMIN}/faults`, { type: 'hang', match: { path: '/nowhere' } });
  await it.admin('POST', '/faults', { type: 'reset', match: { path: '/nowhere' } });
  await page.getByTestId('fault-row').filter({ hasText: 'hang' }).waitFor();
  const common = page.getByTestId('fault-row').filter({ hasText: 'reset' });
  await common.waitFor();
  await common.getByRole('button').click();
  await common.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove all' }).click();
  await page.getByText('0 faults').waitFor();
});

test('events are shown with their deliveries, and delivered again', async () => {
  const received = [];
  const receiver = createServer((request, answer) => {
    received.push(request.url);
    request.resume();
    answer.writeHead(received.length === 1 ? 404 : 200).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    const page = await it.open('#/s/org/dev/events');
    await page.getByLabel('Webhook').fill(`http://127.0.0.1:${receiver.address().port}/events`);
    await page.getByRole('button', { name: 'Set webhook' }).click();
    await page.getByText('0 events').waitFor();
    await it.retry();
    const row = page.getByTestId('event-row');
    await row.getByText('sources_flow_run_success', { exact: true }).waitFor();
    await row.getByText('404', { exact: true }).waitFor();
    await row.getByText('failed', { exact: true }).waitFor();
    await row.getByRole('button', { name: /Deliver event .* again/ }).click();
    await row.getByText('200', { exact: true }).waitFor();
    assert.deepEqual(received, ['/events', '/events']);
    await row.getByText('Body').click();
    await row.getByText('"event"').waitFor();
    await page.getByRole('button', { name: 'Remove webhook' }).click();
    await page.getByText('Events are posted once a webhook is set').waitFor();
  } finally {
    receiver.closeAllConnections?.();
    receiver.close();
  }
});

test('the contract is a map of clauses, which fills as requests come', async () => {
  const page = await it.open('#/contract');
  const cell = page.getByTestId('contract-map').getByRole('button', { name: /^retry, documented: / });
  await cell.filter({ hasText: '0/' }).waitFor();
  await it.retry();
  await eventually(
    () => cell.textContent(),
    (text) => assert.match(text, /^[1-9]/),
  );
});

test('the clauses of the contract are filtered by subject, standing, exercise and words', async () => {
  await it.retry();
  const page = await it.open('#/contract');
  const clauses = page.getByTestId('contract-clause');
  const cell = page.getByRole('button', { name: /^retry, inferred: / });
  await cell.click();
  const [, all] = (await cell.textContent()).split('/');
  await eventually(
    () => clauses.count(),
    (count) => assert.equal(count, Number(all)),
  );
  assert.equal(await cell.getAttribute('aria-pressed'), 'true');
  await page.getByRole('combobox', { name: /^Exercised/ }).selectOption('true');
  await eventually(
    () => clauses.allTextContents(),
    (texts) => assert.ok(texts.length > 0 && texts.every((text) => /^\s*exercised/.test(text)), texts.join('\n')),
  );
  await cell.click();
  await page.getByRole('combobox', { name: /^Exercised/ }).selectOption('');
  await page.getByLabel('Search').fill('retry/op/unsupported');
  await eventually(
    () => clauses.count(),
    (count) => assert.equal(count, 1),
  );
  assert.match(await clauses.textContent(), /documented.*Source: /s);
});
