// 10,000 runs and 100,000 requests: only what is in sight is in the document. Times are printed, not judged.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SERVICE, eventually, useConsole } from './fixture.js';

const RUNS = 10_000;
const REQUESTS = 100_000;
const MOST_ROWS = 80;
const SOME = '00000000-0000-4000-8000-000000000000';

const folder = mkdtempSync(join(tmpdir(), 'console-test-'));
const seed = join(folder, 'seed.json');
writeFileSync(
  seed,
  JSON.stringify({
    flows: [{ id: 'flow', name: 'of many' }],
    runs: [
      { id: SOME, flowId: 'flow', state: 'failed', copies: RUNS / 2, createdAt: '-2h' },
      {
        id: '11111111-0000-4000-8000-000000000000',
        flowId: 'flow',
        state: 'success',
        copies: RUNS / 2,
        createdAt: '-1h',
      },
    ],
  }),
);
after(() => rmSync(folder, { recursive: true }));

const it = useConsole({
  options: ['--seed', seed, '--journal-size', String(REQUESTS), '--journal-bytes', '1000000000'],
});

/** Requests one behind the other on one connection: as fast as the mock takes them. */
async function sendMany(count) {
  const { hostname, port } = new URL(it.url);
  const socket = connect(Number(port), hostname);
  const headers =
    'Host: 127.0.0.1\r\nAuthorization: Bearer token\r\nx-api-key: key\r\nx-gw-ims-org-id: org\r\nx-sandbox-name: dev';
  let answered = 0;
  const batch = 500;
  socket.on('data', (data) => (answered += data.toString('latin1').split('HTTP/1.1 ').length - 1));
  for (let sent = 0; sent < count; sent += batch) {
    const ids = Array.from({ length: batch }, (_, i) => (i % 100 === 0 ? 'nowhere' : SOME));
    socket.write(ids.map((id) => `GET ${SERVICE}/runs/${id} HTTP/1.1\r\n${headers}\r\n\r\n`).join(''));
    while (answered < sent + batch) await once(socket, 'data');
  }
  socket.destroy();
}

/** ms from a change, made in the page, until what it shows is on the screen. */
const timed = (page, change) =>
  page.evaluate(async (text) => {
    const start = performance.now();
    await new Function(`return (async () => { ${text} })()`)();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return performance.now() - start;
  }, change);

async function scrollAll(page, context, name) {
  const times = [];
  for (let i = 1; i <= 20; ++i) {
    times.push(
      await timed(
        page,
        `const box = document.querySelector('.long'); box.scrollTop = box.scrollHeight * ${(i * 7) % 20} / 20;`,
      ),
    );
    assert.ok((await page.locator('.long tr').count()) <= MOST_ROWS);
  }
  context.diagnostic(
    `scrolling ${name}: ${Math.round(Math.max(...times))} ms at most, ${Math.round(times.reduce((sum, time) => sum + time) / times.length)} on average`,
  );
}

test('10,000 runs: filter and scroll', async (context) => {
  const page = await it.open('#/s/org/dev/runs', { bypassCSP: true });
  await page.getByText(`${RUNS} runs`).waitFor();
  assert.ok((await page.locator('.long tr').count()) <= MOST_ROWS);
  await scrollAll(page, context, 'runs');
  await page.locator('.long').evaluate((box) => (box.scrollTop = box.scrollHeight));
  await page.getByTestId('run-row').filter({ hasText: '00000000' }).first().waitFor();
  const start = performance.now();
  await page.getByRole('searchbox').fill('state==success');
  await page.getByText(`${RUNS / 2} runs`).waitFor();
  context.diagnostic(
    `filtering runs: ${Math.round(performance.now() - start)} ms, 30 of them to wait for the next key`,
  );
});

test('100,000 requests: search and scroll', async (context) => {
  const start = performance.now();
  await sendMany(REQUESTS);
  context.diagnostic(`${REQUESTS} requests were answered in ${Math.round(performance.now() - start)} ms`);
  const opened = performance.now();
  const page = await it.open('#/s/org/dev/journal', { bypassCSP: true });
  await page.getByTestId('journal-row').first().waitFor();
  context.diagnostic(`the first requests were shown after ${Math.round(performance.now() - opened)} ms`);
  await page.getByText(`${REQUESTS} requests`, { exact: true }).waitFor({ timeout: 60_000 });
  context.diagnostic(`all requests were loaded after ${Math.round(performance.now() - opened)} ms`);
  await scrollAll(page, context, 'requests');
  for (const [query, count] of [
    ['status:404', REQUESTS / 100],
    ['op:get_run status:200', REQUESTS - REQUESTS / 100],
    ['NOWHERE', REQUESTS / 100],
  ]) {
    const begun = performance.now();
    await page.getByRole('searchbox').fill(query);
    await page.getByText(`${count} of ${REQUESTS} requests`).waitFor();
    context.diagnostic(
      `searching '${query}': ${Math.round(performance.now() - begun)} ms, 30 of them to wait for the next key`,
    );
    assert.ok((await page.locator('.long tr').count()) <= MOST_ROWS);
  }
  // What the search itself takes, without the box's pause.
  const searched = await page.evaluate(async () => {
    const { search, Found } = await import('/__admin/ui/search.js');
    const entries = Array.from({ length: 100_000 }, (_, number) => ({
      number,
      method: 'GET',
      target: `/data/foundation/flowservice/runs/${number}`,
      status: 200,
      operation: 'get_run',
      violated: false,
    }));
    return ['status:404', 'op:get', 'path:/runs/9*', 'runs/99999', 'runs/99998'].map((query) => {
      const begun = performance.now();
      new Found(search(query).test).update({ entries, shape: 1 });
      return `${query} ${Math.round(performance.now() - begun)} ms`;
    });
  });
  context.diagnostic(`the search of 100,000 entries: ${searched.join(', ')}`);
});

test('requests that pour in do not hold up the page', async (context) => {
  const page = await it.open('#/s/org/dev/journal', { bypassCSP: true });
  await page.getByTestId('journal-row').first().waitFor();
  const pouring = sendMany(20_000);
  const times = [];
  for (let i = 0; i < 10; ++i) times.push(await timed(page, `document.querySelector('.long').scrollTop += 360;`));
  await pouring;
  context.diagnostic(`scrolling while 20,000 requests came: ${Math.round(Math.max(...times))} ms at most`);
  assert.ok((await page.locator('.long tr').count()) <= MOST_ROWS);
});

test('the console is smaller than 300 kB', () => {
  const root = fileURLToPath(new URL('../../mock_server/console', import.meta.url));
  const look = fileURLToPath(new URL('../../contracts/report/look.css', import.meta.url));
  const size = (path) =>
    statSync(path).isDirectory()
      ? readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0)
      : statSync(path).size;
  assert.ok(size(root) + size(look) < 300_000);
});
