// The parts of the console that need no browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pythonLiteral, quoted } from '../../mock_server/console/copy_as.js';
import { Found, conditionsOf, search } from '../../mock_server/console/search.js';
import { eventReader } from '../../mock_server/console/stream.js';

const entry = (number, more = {}) => ({
  number,
  method: 'POST',
  target: '/data/foundation/flowservice/runs/4fb0418e-1804/action?op=re-trigger',
  status: 200,
  operation: 'retry_run',
  run: '4fb0418e-1804',
  violated: false,
  ...more,
});

const ENTRIES = [
  entry(1, { madeRun: '3fb0418e' }),
  entry(2, { status: 503, fault: 'f1' }),
  entry(3, {
    method: 'GET',
    target: '/data/foundation/flowservice/runs?limit=1',
    operation: 'list_runs',
    run: undefined,
  }),
  entry(4, { status: 400, error: 'op-unsupported', violated: true }),
  entry(5, {
    method: 'GET',
    target: '/elsewhere',
    status: 404,
    operation: undefined,
    run: undefined,
    sandbox: 'dev two',
  }),
];

for (const [query, numbers] of [
  ['', [1, 2, 3, 4, 5]],
  ['op:retry', [1, 2, 4]],
  ['op:retry status:503 run:4fb0', [2]],
  ['status:4xx', [4, 5]],
  ['status:40', []],
  ['run:3fb0', [1]],
  ['run:b0418e', []],
  ['method:get', [3, 5]],
  ['path:/runs*', [1, 2, 3, 4]],
  ['path:/runs', [1, 2, 3, 4]],
  ['path:/runs/*/action', [1, 2, 4]],
  ['path:/data/foundation/flowservice/runs', [1, 2, 3, 4]],
  ['fault:f1', [2]],
  ['error:unsupported', [4]],
  ['violated:true', [4]],
  ['violated:false', [1, 2, 3, 5]],
  ['-method:GET -status:200', [2, 4]],
  ['RE-TRIGGER', [1, 2, 4]],
  ['list_runs limit', [3]],
  ['"dev two"', [5]],
  ['sandbox:"dev two"', [5]],
  ['nothing:of', []],
]) {
  test(`the search '${query}' finds ${numbers.length > 0 ? numbers : 'nothing'}`, () => {
    const { test: passes, problem } = search(query);
    assert.equal(problem, '');
    assert.deepEqual(
      ENTRIES.filter(passes).map(({ number }) => number),
      numbers,
    );
  });
}

test('clauses are left to the mock', () => {
  const { clauses, test: passes } = search('clause:retry/op/unsupported violated:true');
  assert.deepEqual(clauses, ['retry/op/unsupported']);
  assert.ok(passes(ENTRIES[3]));
});

test('a value that a field cannot have is a problem', () => {
  assert.match(search('status:abc').problem, /'abc' is no status/);
  assert.match(search('violated:maybe').problem, /true or false/);
});

test('what is found grows with the journal, and is found anew when entries go', () => {
  const journal = { entries: ENTRIES.slice(0, 2), shape: 1 };
  const found = new Found(search('op:retry').test).update(journal);
  assert.deepEqual([found.entries.length, found.added], [2, 0]);
  journal.entries.push(...ENTRIES.slice(2));
  assert.deepEqual([found.update(journal).entries.length, found.added], [3, 1]);
  journal.entries = ENTRIES.slice(3);
  journal.shape = 2;
  assert.deepEqual(
    found.update(journal).entries.map(({ number }) => number),
    [4],
  );
});

test("conditions on runs are separated by '&', but not in quotes", () => {
  assert.deepEqual(conditionsOf(' state==failed & id=="a&b","c" &&'), ['state==failed', 'id=="a&b","c"']);
  assert.deepEqual(conditionsOf(''), []);
});

test('events are read however their text is cut', () => {
  const text =
    ': comment\n\nevent: hello\nid: 7\ndata: {"number":7}\n\nevent: request\r\nid: 8\r\ndata: {"a":\r\ndata: 1}\r\n\r\n';
  for (let size = 1; size < text.length; ++size) {
    const events = [];
    const read = eventReader((event) => events.push(event));
    for (let i = 0; i < text.length; i += size) read(text.slice(i, i + size));
    assert.deepEqual(events, [
      { name: 'hello', id: '7', data: '{"number":7}' },
      { name: 'request', id: '8', data: '{"a":\n1}' },
    ]);
  }
});

test('a text is one word of a shell', () => {
  assert.equal(quoted("it's"), `'it'\\''s'`);
});

test('JSON is written as Python', () => {
  assert.equal(
    pythonLiteral({ a: [true, null, 1.5], b: {}, c: 'é"' }),
    '{\n    "a": [\n        True,\n        None,\n        1.5,\n    ],\n    "b": {},\n    "c": "é\\"",\n}',
  );
});
