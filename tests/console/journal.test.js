// The journal and an exchange: search, explanation, and each action.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { beforeEach, test } from 'node:test';
import { FAILED, SERVICE, copied, download, eventually, useConsole } from './fixture.js';

const it = useConsole();
const JOURNAL = '#/s/org/dev/journal';
const ADMIN = '/sandboxes/org/dev';
const rows = (page) => page.getByTestId('journal-row');

beforeEach(async () => {
  await it.fresh();
  await it.admin('DELETE', '/violations');
});

/** A retry, a list, a retry that a fault answers, and one that is wrong. */
async function someRequests() {
  await it.retry();
  await it.send('GET', '/runs?limit=1');
  await it.admin('POST', `${ADMIN}/faults`, {
    type: 'status',
    attributes: { status: 503 },
    match: { operation: 'retry_run' },
    times: 1,
  });
  await it.retry();
  await it.send('POST', `/runs/${FAILED}/action?op=retry`);
}

test('a request appears without a reload, the latest first', async () => {
  const page = await it.open(JOURNAL);
  await page.getByText('0 requests').waitFor();
  await it.retry();
  await rows(page)
    .filter({ hasText: `POST /runs/${FAILED}/action` })
    .waitFor();
  await it.send('GET', '/runs?limit=1');
  await eventually(
    () => rows(page).allTextContents(),
    ([first, second]) => {
      assert.match(first, /GET \/runs\?limit=1.*200.*list_runs/s);
      assert.match(second, /retry_run/);
    },
  );
});

test('what was in the journal before is shown, once', async () => {
  await someRequests();
  const page = await it.open(JOURNAL);
  await page.getByText('4 requests').waitFor();
  assert.equal(await rows(page).count(), 4);
  await page.reload();
  await page.getByText('4 requests').waitFor();
});

test('only the requests of the sandbox are shown in its journal, all in the whole one', async () => {
  await it.fresh('two');
  await it.retry();
  const page = await it.open(JOURNAL);
  await page.getByText('1 requests').waitFor();
  await it.retry(FAILED, { sandbox: 'two' });
  await it.send('GET', '/runs?limit=3');
  await page.getByText('2 requests').waitFor();
  await page.getByRole('link', { name: 'Of the whole mock' }).click();
  await rows(page).filter({ hasText: 'two' }).first().waitFor();
  assert.match(page.url(), /#\/journal$/);
});

test('the journal is searched as somebody types', async () => {
  await someRequests();
  const page = await it.open(JOURNAL);
  const box = page.getByRole('searchbox', { name: 'Search' });
  for (const [query, count] of [
    ['op:retry', 3],
    ['op:retry status:503 run:4fb0', 1],
    ['status:4xx', 1],
    ['method:GET', 1],
    ['path:/runs/*/action', 3],
    ['violated:true', 1],
    ['fault:f1', 1],
    ['limit=1', 1],
    ['nothing', 0],
  ]) {
    await box.fill(query);
    await page.getByText(`${count} of 4 requests`).waitFor();
    assert.equal(await rows(page).count(), count, query);
  }
  await box.fill('status:many');
  await page.getByRole('alert').getByText("'many' is no status").waitFor();
  assert.match(page.url(), /q=status%3Amany/);
});

test('the journal is searched by clause', async () => {
  await someRequests();
  const page = await it.open(`${JOURNAL}?q=clause:retry/op/unsupported`);
  await page.getByText('1 of 4 requests').waitFor();
  await it.send('POST', `/runs/${FAILED}/action?op=retry`);
  await page.getByText('2 of 5 requests').waitFor();
});

test('the journal can be cleared', async () => {
  await it.retry();
  const page = await it.open(JOURNAL);
  await page.getByText('1 requests').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('0 requests').waitFor();
});

test('an exchange is shown whole, with why it was answered so and what would have passed', async () => {
  await it.send('POST', `/runs/${FAILED}/action?op=retry`);
  const page = await it.open(JOURNAL);
  await rows(page).first().click();
  await page.getByRole('heading', { level: 1, name: 'Request' }).waitFor();
  const request = page.getByLabel('Request', { exact: true });
  await request.getByText(`POST ${SERVICE}/runs/${FAILED}/action?op=retry`).waitFor();
  await request.getByText('x-sandbox-name').waitFor();
  await request.getByText('(not kept)').first().waitFor();
  const answer = await page.getByLabel('Body of the answer').textContent();
  assert.match(answer, /\n {2}"status": 400,\n/);
  await page.getByTestId('error-entry').getByText('1401-400', { exact: true }).waitFor();
  const clause = page.getByTestId('clause').filter({ hasText: 'retry/op/unsupported' });
  assert.match(await clause.textContent(), /violated.*documented.*Source: .*Send op=re-trigger/s);
  await page
    .getByLabel('What would have passed')
    .getByText(/Send op=re-trigger/)
    .first()
    .waitFor();
});

test('an exchange that is no longer kept says so', async () => {
  it.allowed = /404/;
  const page = await it.open(`${JOURNAL}/999999`);
  await page.getByRole('alert').waitFor();
  await page.getByText('--journal-size').waitFor();
});

test('a request copied as curl is sent again by it', async () => {
  await it.send('PUT', `/runs/${FAILED}`, { body: `{"note": "it's \\"$HOME\\""}` });
  const page = await it.open(JOURNAL);
  await rows(page).first().click();
  const text = await copied(page, () => page.getByRole('button', { name: 'Copy as curl' }).click());
  assert.match(text, /-H "Authorization: Bearer \$FLOW_TOKEN"/);
  await it.admin('DELETE', `${ADMIN}/requests`);
  execFileSync('sh', ['-c', text], { env: { ...process.env, FLOW_TOKEN: 'token' } });
  const { requests } = await it.admin('GET', `${ADMIN}/requests`);
  assert.equal(requests.length, 1);
  assert.deepEqual(
    [requests[0].method, requests[0].body, requests[0].run],
    ['PUT', `{"note": "it's \\"$HOME\\""}`, FAILED],
  );
});

test('a request can be replayed', async () => {
  await it.retry();
  const page = await it.open(JOURNAL);
  await rows(page).first().click();
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByText('Replayed: answered 200.').waitFor();
  await page.getByRole('link', { name: /^Request \d+/ }).click();
  await page.getByTestId('why').waitFor();
  const { requests } = await it.admin('GET', `${ADMIN}/requests`);
  assert.deepEqual(
    requests.map(({ operation }) => operation),
    ['retry_run', 'retry_run'],
  );
});

test('what is found is exported as a HAR', async () => {
  await someRequests();
  const page = await it.open(`${JOURNAL}?q=op:retry`);
  await page.getByText('3 of 4 requests').waitFor();
  const { name, text } = await download(page, () => page.getByRole('button', { name: 'Export HAR' }).click());
  assert.equal(name, 'flow-mock.har');
  const { log } = JSON.parse(text);
  assert.equal(log.version, '1.2');
  assert.deepEqual(
    log.entries.map(({ response }) => response.status),
    [200, 503, 400],
  );
  const [{ request, response, startedDateTime }] = log.entries;
  assert.equal(request.url, `${it.url}${SERVICE}/runs/${FAILED}/action?op=re-trigger`);
  assert.deepEqual(request.queryString, [{ name: 'op', value: 're-trigger' }]);
  assert.ok(JSON.parse(response.content.text).id);
  assert.ok(Date.parse(startedDateTime));
});

test('a fault is added from a request', async () => {
  await it.retry();
  const page = await it.open(JOURNAL);
  await rows(page).first().click();
  await page.getByRole('link', { name: 'Add a fault from this request' }).click();
  const form = page.getByTestId('fault-form');
  assert.equal(await form.getByLabel('path').inputValue(), `/runs/${FAILED}/action`);
  await form.getByLabel('times').fill('1');
  await form.getByRole('button', { name: 'Add fault' }).click();
  await page.getByTestId('fault-row').waitFor();
  const { faults } = await it.admin('GET', `${ADMIN}/faults`);
  assert.deepEqual(faults[0].match, { method: 'POST', operation: 'retry_run', path: `/runs/${FAILED}/action` });
  assert.equal((await it.retry()).status, 503);
});

test('who has scrolled keeps sight of the same rows while requests come', async () => {
  for (let i = 0; i < 60; ++i) await it.send('GET', `/runs?limit=${i + 1}`);
  const page = await it.open(JOURNAL);
  await page.getByText('60 requests').waitFor();
  const box = page.getByRole('region', { name: /^Journal/ });
  await box.evaluate((element) => (element.scrollTop = 36 * 20));
  const row = page.getByTestId('journal-row').filter({ hasText: 'limit=35' });
  const before = await row.boundingBox();
  for (let i = 0; i < 5; ++i) await it.retry();
  await page.getByText('65 requests').waitFor();
  await eventually(
    () => row.boundingBox(),
    (after) => assert.equal(after.y, before.y),
  );
});
