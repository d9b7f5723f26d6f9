import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as flowMock from 'flow-mock';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));
const project = fileURLToPath(new URL('../../..', import.meta.url));
const npm = await run('npm', ['--version']).then(() => true, () => false);

test('the version is the project’s', () => {
  const [, version] = /^ {2}version: '(.+)'/m.exec(readFileSync(join(project, 'meson.build'), 'utf8'));
  assert.equal(JSON.parse(readFileSync(join(here, 'package.json'))).version, version);
});

test('the types name all that the module exports', () => {
  const types = readFileSync(join(here, 'index.d.ts'), 'utf8');
  const declared = [...types.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(declared.sort(), Object.keys(flowMock).sort());
});

test('the package holds the module and its types', { skip: !npm && 'npm is not installed' }, async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--offline'], { cwd: here });
  const [{ files }] = JSON.parse(stdout);
  assert.deepEqual(files.map(({ path }) => path).sort(), ['README.md', 'index.d.ts', 'index.js', 'package.json']);
});

for (const page of ['README.md', 'helpers/node/README.md']) {
  const text = readFileSync(join(project, page), 'utf8');
  for (const [number, [, code]] of [...text.matchAll(/^```js\n([^]*?)^```$/gm)].entries()) {
    test(`block ${number + 1} of ${page} runs as it stands`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'flow-mock-readme-'));
      try {
        mkdirSync(join(folder, 'node_modules'));
        symlinkSync(here, join(folder, 'node_modules', 'flow-mock'));
        const file = join(folder, 'block.mjs');
        writeFileSync(file, code);
        // Without the variable, by which a test of a test would report to this one.
        const { NODE_TEST_CONTEXT, ...env } = process.env;
        const { stdout } = await run(process.execPath, [file], { env });
        assert.match(stdout, /pass 1\b/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
}
