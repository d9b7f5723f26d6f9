// Takes the pictures of docs/console.md: node screenshots.js FOLDER. The mock is deterministic, and so are they.
import { join } from 'node:path';
import { startFlowMock } from '../../helpers/node/index.js';
import { FAILED, SERVICE, chromium } from './fixture.js';

const folder = process.argv[2];
const mock = await startFlowMock({ options: ['--deterministic', '1'] });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

const admin = (method, path, body) =>
  fetch(`${mock.url}/__admin/sandboxes/acme/dev${path}`, { method, body: JSON.stringify(body) });

async function send(method, path) {
  const headers = {
    Authorization: 'Bearer token',
    'x-api-key': 'key',
    'x-gw-ims-org-id': 'acme',
    'x-sandbox-name': 'dev',
    'Content-Type': 'application/json',
  };
  await admin('PUT', '/clock', { advanceMs: 90_000 });
  return (await fetch(`${mock.url}${SERVICE}${path}`, { method, headers })).json();
}
const retry = (id, op = 're-trigger') => send('POST', `/runs/${id}/action?op=${op}`);

async function picture(name, hash, { look = async () => {}, width = 1100, height = 640, colorScheme = 'light' } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`${mock.url}/__admin/ui${hash}`);
  await page.getByTestId('clock-now').getByText(/\d/).waitFor();
  await look(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
}

try {
  await admin('PUT', `/runs/${FAILED}/script`, {
    retries: ['failed', 'failed', { outcome: 'success', durationMs: 600_000 }],
  });
  const first = await retry(FAILED);
  const second = await retry(first.id);
  await retry(second.id);
  await retry('5b1f0c9e-3d2a-4e6b-9c47-0d8a2f6e1b34');
  await send('GET', '/runs?limit=5');
  await send('GET', `/runs/${second.id}`);
  await retry(FAILED, 'retry');
  await admin('POST', '/faults', {
    type: 'status',
    attributes: { status: 503 },
    match: { operation: 'retry_run' },
    times: 1,
  });
  await retry(FAILED);

  await picture('console-runs', '#/s/acme/dev/runs?lineage=true', {
    look: (page) => page.getByTestId('lineage').waitFor(),
  });
  await picture('console-run', '#/s/acme/dev/runs/9830305a-985f-47d0-b030-5a985fd7d004', {
    look: (page) => page.getByTestId('timeline').waitFor(),
  });
  await picture('console-journal', '#/s/acme/dev/journal?q=op:retry', {
    look: (page) => page.getByTestId('journal-row').first().waitFor(),
    height: 420,
    colorScheme: 'dark',
  });
  await picture('console-exchange', '#/s/acme/dev/journal/7', {
    look: (page) => page.getByTestId('why').waitFor(),
    width: 900,
    height: 600,
  });
  await picture('console-contract', '#/contract', {
    look: (page) => page.getByTestId('contract-map').waitFor(),
    width: 1000,
    height: 440,
  });
} finally {
  await browser.close();
  await mock.end();
}
