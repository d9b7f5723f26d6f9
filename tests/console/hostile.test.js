// Names that were chosen to break a page are shown as the texts they are.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually, useConsole } from './fixture.js';

const SCRIPT = `<script>globalThis.broken = 1</script><img src=x onerror="globalThis.broken = 1">`;
const BIDI = 'safe\u202Egnp.exe\u2066\u200F';
const LONG = '𝓕'.repeat(2500); // 10 kB in UTF-8
const NAMES = [SCRIPT, BIDI, LONG, '{{constructor}}', '__proto__', "' onclick='globalThis.broken = 1"];

/** What a run's activities may be in a seed. */
const ODD = [
  {},
  { id: {}, name: [SCRIPT], statusSummary: 3 },
  { name: SCRIPT, statusSummary: { status: {} }, durationSummary: { startedAtUTC: 'never' } },
  { id: 'x', durationSummary: { startedAtUTC: 1e300, completedAtUTC: -5 } },
];
const METRICS = { statusSummary: { status: 'success' }, durationSummary: {} };

const folder = mkdtempSync(join(tmpdir(), 'console-test-'));
const seed = join(folder, 'seed.json');
writeFileSync(
  seed,
  JSON.stringify({
    flows: NAMES.map((name, i) => ({ id: `flow-${i}`, name, description: name })),
    runs: [
      { id: 'odd', flowId: 'flow-0', metrics: METRICS, activities: ODD },
      ...NAMES.map((_, i) => ({
        id: `run-of-${i}`,
        flowId: `flow-${i}`,
        state: 'failed',
        createdBy: SCRIPT,
        providerRefId: BIDI,
      })),
    ],
  }),
);
after(() => rmSync(folder, { recursive: true }));

const it = useConsole({ options: ['--seed', seed] });
const unbroken = async (page) => assert.equal(await page.evaluate(() => globalThis.broken), undefined);

test('names of flows are texts in the list of runs', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await eventually(
    () => page.getByTestId('run-row').locator('td.flow').allTextContents(),
    (texts) => {
      for (const name of NAMES)
        assert.ok(
          texts.some((text) => text === name || text === `${name.slice(0, 100)}…`),
          name.slice(0, 40),
        );
    },
  );
  await unbroken(page);
  // A mark in a name turns nothing beside it.
  assert.equal(await page.locator('td.flow bdi').count(), NAMES.length + 1);
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(widths[0] <= widths[1], 'a name makes the page no wider');
  const heights = await page.getByTestId('run-row').evaluateAll((rows) => rows.map((row) => row.offsetHeight));
  assert.deepEqual(new Set(heights).size, 1, 'nor a row higher');
});

for (const i of NAMES.keys()) {
  test(`a run whose flow has name ${i} is shown`, async () => {
    const page = await it.open(`#/s/org/dev/runs/run-of-${i}`);
    await eventually(
      () => page.locator('.facts').textContent(),
      (text) => assert.ok(text.includes(NAMES[i])),
    );
    await page.getByTestId('run-json').getByText('<script>').waitFor();
    await unbroken(page);
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(widths[0] <= widths[1]);
  });
}

test('a run whose activities are odd is shown', async () => {
  const page = await it.open('#/s/org/dev/runs/odd');
  await page.getByTestId('run-json').waitFor();
  assert.equal(await page.getByTestId('timeline').locator('li').count(), ODD.length);
  await unbroken(page);
});

test('names of organisations and sandboxes are texts', async () => {
  // Those of headers are visible ASCII.
  const organisation = `<b>&"'/../%2F`;
  const sandbox = '<script>globalThis.broken=1</script>';
  const path = `/sandboxes/${encodeURIComponent(organisation)}/${encodeURIComponent(sandbox)}`;
  await it.admin('PUT', `${path}/runs`, { runs: [{ id: 'only', state: 'failed' }] });
  const page = await it.open('#/sandboxes');
  const row = page.getByTestId('sandbox-row').filter({ hasText: sandbox });
  await row.getByText(organisation).waitFor();
  await row.getByRole('link').first().click();
  await page.getByTestId('run-row').filter({ hasText: 'only' }).waitFor();
  assert.equal(
    await page.getByTestId('sandbox-select').evaluate((select) => select.selectedOptions[0].textContent),
    sandbox,
  );
  await page.getByTestId('run-row').getByTestId('retry-button').click();
  await page.getByText(/^Retried/).waitFor();
  await page.getByRole('link', { name: 'Journal', exact: true }).click();
  await page.getByTestId('journal-row').first().click();
  await page.getByTestId('why').waitFor();
  await unbroken(page);
});

test('requests are texts in the journal', async () => {
  const query = '/runs?property=name==%3Cscript%3Ealert(1)%3C/script%3E&x=<img%20src=x%20onerror=alert(1)>';
  await it.send('GET', query);
  await it.send('POST', '/runs', { body: SCRIPT + BIDI });
  const page = await it.open('#/s/org/dev/journal');
  await page.getByTestId('journal-row').filter({ hasText: 'POST /runs' }).click();
  await page.getByLabel('Body of the request').getByText(SCRIPT).waitFor();
  await page.goBack();
  await page.getByTestId('journal-row').filter({ hasText: 'property=name' }).click();
  await page.getByTestId('why').waitFor();
  await unbroken(page);
});

test('a hash that makes no sense breaks nothing', async () => {
  for (const hash of [
    '#/s/org',
    '#/s///runs',
    '#/%',
    '#/s/org/dev/runs/%E0%A4%A',
    '#//',
    '#/__proto__',
    '#/s/org/dev/constructor',
    '#/s/org/dev/journal/-1',
  ]) {
    it.allowed = /404|400/;
    const page = await it.open(hash);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Contract', exact: true }).click();
    await page.getByTestId('contract-map').waitFor();
  }
});
