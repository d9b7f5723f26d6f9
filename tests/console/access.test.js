// Who uses a keyboard, a screen reader, a small screen, or a dark one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAILED, axeSource, eventually, useConsole } from './fixture.js';

const it = useConsole({ prepare });
let number; // of a request that was refused

const VIEWS = {
  sandboxes: '#/sandboxes',
  runs: '#/s/org/dev/runs?lineage=true',
  'a run': `#/s/org/dev/runs/${FAILED}`,
  journal: '#/s/org/dev/journal',
  'the whole journal': '#/journal',
  exchange: () => `#/s/org/dev/journal/${number}`,
  violations: '#/s/org/dev/violations',
  faults: '#/s/org/dev/faults',
  events: '#/s/org/dev/events',
  contract: '#/contract',
};
const hashOf = (view) => (typeof view === 'function' ? view() : view);

async function prepare() {
  await it.retry();
  await it.retry();
  await it.send('POST', `/runs/${FAILED}/action?op=retry`);
  await it.admin('POST', '/sandboxes/org/dev/faults', { type: 'latency', attributes: { latencyMs: 1 } });
  await it.admin('PUT', '/sandboxes/org/dev/webhook', { url: 'http://127.0.0.1:1/nobody', retry: { forMs: 0 } });
  await it.retry();
  const { requests } = await it.admin('GET', '/sandboxes/org/dev/requests');
  number = requests.find(({ status }) => status === 400).number;
}

/** Until lists are loaded. */
async function settled(page) {
  await page.getByTestId('clock-now').getByText(/\d/).waitFor();
  await page.waitForLoadState('domcontentloaded');
  await page.locator('main').locator('table, form, pre, [role=status]').first().waitFor();
  await page.waitForTimeout(200);
}

/** What axe finds serious, and where. */
async function findings(page) {
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
  return serious.map(({ id, nodes }) => [
    id,
    nodes.slice(0, 3).map(({ html, failureSummary }) => [html, failureSummary]),
  ]);
}

for (const [name, view] of Object.entries(VIEWS)) {
  test(`axe finds nothing serious in ${name}, light or dark, and it is usable at 360 px`, async () => {
    const page = await it.open(hashOf(view), { bypassCSP: true });
    await settled(page);
    await page.evaluate(axeSource());
    assert.deepEqual(await findings(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await findings(page), []);

    await page.setViewportSize({ width: 360, height: 640 });
    const [width, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(width <= seen, `the page is ${width} px wide`);
    for (const link of await page.locator('nav a').all()) {
      const box = await link.boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 360);
    }
    assert.deepEqual(await findings(page), []);
  });
}

test('at 360 px a run can be retried, and a request found', async () => {
  const page = await it.open('#/s/org/dev/runs', { width: 360, height: 640 });
  const row = page.getByTestId('run-row').filter({ hasText: FAILED.slice(0, 8) });
  const box = await row.getByTestId('retry-button').boundingBox();
  assert.ok(box.x + box.width <= 360);
  await row.getByTestId('retry-button').click();
  await page.getByText(/^Retried/).waitFor();
  await page.getByRole('link', { name: 'Journal', exact: true }).click();
  await page.getByTestId('journal-row').first().click();
  await page.getByTestId('why').waitFor();
});

/** The name of what has the focus. */
const focused = (page) =>
  page.evaluate(() => {
    const { ariaLabel, textContent, tagName } = document.activeElement;
    return `${tagName} ${ariaLabel ?? textContent.trim()}`;
  });

test('everything is reached by keyboard, in order', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('run-row').first().waitFor();
  const met = [];
  for (let i = 0; i < 40 && !met.at(-1)?.includes('Retry run'); ++i) {
    await page.keyboard.press('Tab');
    met.push(await focused(page));
  }
  const order = [
    'Skip to the view',
    'A Sandboxes',
    'A Runs',
    'A Contract',
    'SELECT',
    'Freeze',
    'Advance',
    'Reset',
    'Snapshot',
    'Restore',
    'INPUT',
    'failed',
    'Lineage',
    'Retry run',
  ];
  let at = -1;
  for (const name of order) {
    const next = met.findIndex((one, i) => i > at && one.includes(name));
    assert.ok(next > at, `${name} comes after ${met[at]}: ${met.join(' | ')}`);
    at = next;
  }
  await page.keyboard.press('Enter');
  await page
    .getByText(/^Retried|answered/)
    .first()
    .waitFor();
});

test('who follows a link is at the heading of its view', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('run-row').first().waitFor();
  await page.getByRole('link', { name: 'Journal', exact: true }).focus();
  await page.keyboard.press('Enter');
  await eventually(
    () => focused(page),
    (name) => assert.equal(name, 'H1 Journal'),
  );
});

test('the link past the bar leads to the view', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByTestId('run-row').first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'H1 Runs');
});

test('a dark system has a dark page', async () => {
  const background = async (colorScheme) => {
    const page = await it.open('#/s/org/dev/runs', { colorScheme });
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  };
  const brightness = (color) =>
    color
      .match(/\d+/g)
      .slice(0, 3)
      .reduce((sum, part) => sum + Number(part), 0);
  assert.ok(brightness(await background('light')) > 600);
  assert.ok(brightness(await background('dark')) < 150);
});

test('a screen reader is told what came of a click', async () => {
  const page = await it.open('#/s/org/dev/runs');
  await page.getByRole('button', { name: `Retry run ${FAILED}` }).click();
  await page
    .getByRole('status')
    .getByText(/^Retried/)
    .waitFor();
});
