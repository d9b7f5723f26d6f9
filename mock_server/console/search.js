// The languages of the search boxes: the journal's, as in op:retry status:5xx run:4fb0 path:/runs* "some words" -method:GET,
// and that of runs, which is the mock's.

/** @typedef {import('./journal_store.js').Entry} Entry */

/** Where the service's paths are. */
export const SERVICE = '/data/foundation/flowservice';

/** What can be searched by, and how; the help text of the box names the same. */
export const FIELDS = [
  'op',
  'status',
  'run',
  'method',
  'path',
  'fault',
  'error',
  'clause',
  'violated',
  'sandbox',
  'organisation',
  'number',
];

const lower = (text) => (text ?? '').toLowerCase();

/** A glob, whose * stands for anything; without one, the text may stand anywhere. */
function matcher(glob) {
  if (!glob.includes('*')) return (text) => text.includes(glob);
  const pattern = new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
  return (text) => pattern.test(text);
}

/** For each field: from its value the test of an entry, or undefined where it is no such value. */
const TESTS = {
  op:
    (value) =>
    ({ operation }) =>
      lower(operation).startsWith(value),
  method:
    (value) =>
    ({ method }) =>
      lower(method) === value,
  fault:
    (value) =>
    ({ fault }) =>
      fault !== undefined && lower(fault).includes(value),
  error:
    (value) =>
    ({ error }) =>
      error !== undefined && lower(error).includes(value),
  sandbox:
    (value) =>
    ({ sandbox }) =>
      lower(sandbox).includes(value),
  organisation:
    (value) =>
    ({ organisation }) =>
      lower(organisation).includes(value),
  number:
    (value) =>
    ({ number }) =>
      String(number) === value,
  run:
    (value) =>
    ({ run, madeRun }) =>
      lower(run).startsWith(value) || lower(madeRun).startsWith(value),
  status(value) {
    if (/^[1-5]xx$/.test(value)) return ({ status }) => Math.floor(status / 100) === Number(value[0]);
    return /^[0-9]+$/.test(value) ? ({ status }) => String(status) === value : undefined;
  },
  violated(value) {
    return ['true', 'false'].includes(value) ? ({ violated }) => Boolean(violated) === (value === 'true') : undefined;
  },
  path(value) {
    const test = matcher(value);
    return ({ target }) => {
      const path = lower(target).split('?')[0];
      return test(path) || (path.startsWith(SERVICE) && test(path.slice(SERVICE.length)));
    };
  },
};

/** All that an entry says, once: in a hundred thousand of them it is looked for with each key. */
const wordsOf = (entry) =>
  (entry.words ??= lower(
    [
      entry.number,
      entry.method,
      entry.target,
      entry.status,
      entry.operation,
      entry.run,
      entry.madeRun,
      entry.error,
      entry.fault,
      entry.organisation,
      entry.sandbox,
    ].join('\n'),
  ));

/**
 * @param {string} query
 * @returns {{test: (entry: Entry) => boolean, clauses: string[], problem: string}} the clauses that have to apply are
 *   left to the mock, as brief entries have none; problem: what is wrong with the query, which is then not in force
 */
export function search(query) {
  const tests = [];
  const clauses = [];
  let problem = '';
  for (const [, minus, field, quoted, plain] of query.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi)) {
    const value = lower(quoted ?? plain);
    const name = lower(field);
    if (name === 'clause') {
      clauses.push(quoted ?? plain);
      continue;
    }
    const isField = Object.hasOwn(TESTS, name);
    const word = field === undefined || isField ? value : `${name}:${value}`;
    const test = isField ? TESTS[name](value) : (entry) => wordsOf(entry).includes(word);
    if (test) tests.push(minus ? (entry) => !test(entry) : test);
    else problem = `'${value}' is no ${name}: ${name === 'status' ? 'write 503 or 5xx' : 'write true or false'}`;
  }
  return { test: (entry) => tests.every((test) => test(entry)), clauses, problem };
}

/** The entries of a journal that a search finds; told of more entries, it looks at those alone. */
export class Found {
  /** @type {Entry[]} the oldest first */
  entries = [];
  /** How many were found at the end, one after the other: those above them stay where they are. */
  added = 0;
  #shape;
  #upTo = 0;

  constructor(test) {
    this.test = test;
  }

  /** @param {{entries: Entry[], shape: number}} journal */
  update(journal) {
    if (journal.shape !== this.#shape) {
      this.entries = journal.entries.filter(this.test);
      this.#shape = journal.shape;
    } else {
      for (let i = this.#upTo; i < journal.entries.length; ++i) {
        if (!this.test(journal.entries[i])) continue;
        this.entries.push(journal.entries[i]);
        this.added += 1;
      }
    }
    this.#upTo = journal.entries.length;
    return this;
  }
}

/** Conditions on runs, which '&' separates as in a URL; in a value in double quotes it is part of that. */
export const conditionsOf = (text) =>
  (text.match(/(?:"[^"]*"?|[^&"])+/g) ?? []).map((one) => one.trim()).filter(Boolean);
