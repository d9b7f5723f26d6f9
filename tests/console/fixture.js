// A mock and a browser for the tests of one file, and what tests do with them.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, afterEach, before } from 'node:test';
import { startFlowMock } from '../../helpers/node/index.js';

// with_browser.sh installs the packages beside the build.
const modules = createRequire(
  process.env.CONSOLE_TEST_MODULES ? `${process.env.CONSOLE_TEST_MODULES}/` : import.meta.url,
);
export const { chromium } = modules('playwright-core');
export const axeSource = () => modules('axe-core').source;

export const FAILED = '4fb0418e-1804-45d6-8d56-dd51f05c0baf';
export const SERVICE = '/data/foundation/flowservice';

/** What a browser's page says that nobody should see. */
function watch(page, problems) {
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.text()} (${message.location().url})`);
  });
}

/**
 * Starts a mock before the tests of a file, and ends it after them; after each test its pages have to have said nothing.
 * @param {object} settings
 * @param {string[]} [settings.options] of flow-mock
 * @param {() => Promise<void>} [settings.prepare] what is done once the mock runs
 * @param {RegExp} [settings.allowed] problems that are expected; a test that expects others sets its own
 */
export function useConsole({ options = [], prepare = async () => {}, allowed } = {}) {
  const its = { allowed };
  let browser;
  let contexts = [];
  let problems = [];

  before(async () => {
    its.mock = await startFlowMock({ options: ['--quiet', ...options] });
    its.url = its.mock.url;
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    await prepare();
  });
  after(async () => {
    await browser?.close();
    await its.mock?.end();
  });
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    const found = problems.filter((problem) => !its.allowed?.test(problem));
    [contexts, problems] = [[], []];
    its.allowed = allowed;
    assert.deepEqual(found, []);
  });

  /** A page of a browser's own, at a hash of the console. */
  its.open = async (hash = '', { width = 1280, height = 800, ...more } = {}) => {
    const context = await browser.newContext({ viewport: { width, height }, acceptDownloads: true, ...more });
    context.setDefaultTimeout(10_000);
    contexts.push(context);
    const page = await context.newPage();
    watch(page, problems);
    await page.goto(`${its.url}/__admin/ui${hash}`);
    return page;
  };

  /** A call of the control API; its answer's JSON. */
  its.admin = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${its.url}/__admin${path}`, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.json();
  };

  /** A request of an application; its answer's JSON. */
  its.send = async (method, path, { organisation = 'org', sandbox = 'dev', body } = {}) => {
    const headers = {
      Authorization: 'Bearer token',
      'x-api-key': 'key',
      'x-gw-ims-org-id': organisation,
      'x-sandbox-name': sandbox,
      'Content-Type': 'application/json',
    };
    const answer = await fetch(`${its.url}${SERVICE}${path}`, { method, headers, body });
    return answer.json();
  };

  its.retry = (id = FAILED, where = {}) => its.send('POST', `/runs/${id}/action?op=re-trigger`, where);

  /** A sandbox as the seed says, with nothing in its journal. */
  its.fresh = async (sandbox = 'dev', organisation = 'org') => {
    await its.admin('POST', `/sandboxes/${organisation}/${sandbox}/reset`);
    await its.admin('DELETE', `/sandboxes/${organisation}/${sandbox}/requests`);
  };

  return its;
}

/** What is saved by a click: its name and its text. */
export async function download(page, click) {
  const [saved] = await Promise.all([page.waitForEvent('download'), click()]);
  const parts = [];
  for await (const part of await saved.createReadStream()) parts.push(part);
  return { name: saved.suggestedFilename(), text: Buffer.concat(parts).toString() };
}

/** The text that a click copies. */
export async function copied(page, click) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await click();
  await page.getByText(/^Copied/).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Waits until a value is as expected; the last difference is the error. */
export async function eventually(read, check, ms = 5000) {
  const end = performance.now() + ms;
  for (;;) {
    try {
      return check(await read());
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}
