// The journal: every request to the service, searched as somebody types.
import { html, useMemo } from './vendor/htm-preact.js';
import { get, pathOf, queryOf, remove } from './api.js';
import { exportHar } from './har.js';
import { useJournal } from './journal_store.js';
import { useLoaded } from './live.js';
import { Name, Problem, RunLink, Status, Time, act, durationText } from './parts.js';
import { hashOf, replaceHash } from './router.js';
import { FIELDS, Found, SERVICE, search } from './search.js';
import { LongTable } from './table.js';
import { useTyped } from './typed.js';

/** Of longer targets the rest is seen in the exchange. */
const SHOWN_TARGET = 300;

const BROKEN = html`<span class="chip bad" title="Breaks the contract">!<span class="hidden-name"> violation</span></span>`;

/** Most requests are for the service: its path is left out. */
const shortTarget = ({ target }) => (target.startsWith(`${SERVICE}/`) ? target.slice(SERVICE.length) : target);

/** Numbers of the requests to which all these clauses apply; undefined: no clause is asked for. */
function useOfClauses(scope, clauses) {
  const load = async () => {
    if (clauses.length === 0) return undefined;
    const lists = await Promise.all(
      clauses.map((clause) => get(`${pathOf(scope)}/requests${queryOf({ brief: true, clause, limit: 10_000 })}`)),
    );
    const sets = lists.map(({ requests }) => new Set(requests.map(({ number }) => number)));
    return sets.reduce((all, one) => new Set([...all].filter((number) => one.has(number))));
  };
  return useLoaded(load, [clauses.join('\n')], clauses.length > 0 ? ['request', 'requests'] : [], scope);
}

/** The requests of one scope have its columns: those of the whole mock say whose they are. */
function columnsOf(scope) {
  const scopeOf = (entry) =>
    scope ?? (entry.sandbox === undefined ? null : { organisation: entry.organisation, sandbox: entry.sandbox });
  const run = (entry, id) =>
    id && (scopeOf(entry) ? html`<${RunLink} scope=${scopeOf(entry)} id=${id} />` : id.slice(0, 8));
  const link = (entry, text) => html`<a href=${hashOf(scope, 'journal', entry.number)}>${text}</a>`;
  return [
    { title: 'No.', kind: 'nr', cell: (entry) => link(entry, entry.number) },
    { title: 'Time', kind: 'time wide', cell: (entry) => html`<${Time} ms=${entry.atMs} />` },
    ...(scope
      ? []
      : [
          {
            title: 'Sandbox',
            kind: 'id wide',
            cell: (entry) => entry.sandbox && html`<${Name} text=${entry.sandbox} most=${50} />`,
          },
        ]),
    {
      title: 'Request',
      kind: 'request',
      cell: (entry) =>
        html`<span title=${entry.target}>${entry.method} <${Name} text=${shortTarget(entry)} most=${SHOWN_TARGET} /></span>`,
    },
    {
      title: 'Status',
      kind: 'status',
      cell: (entry) => html`<${Status} status=${entry.status} /> ${entry.violated && BROKEN}`,
    },
    { title: 'Operation', kind: 'operation wide', cell: ({ operation }) => operation },
    { title: 'Run', kind: 'id wider', cell: (entry) => run(entry, entry.run) },
    { title: 'Made', kind: 'id wider', cell: (entry) => run(entry, entry.madeRun) },
    {
      title: 'Notes',
      kind: 'notes wider',
      cell: ({ fault, error, durationUs }) => html`
        ${fault && html`<span class="chip warn">fault ${fault}</span>`} ${error} <span class="muted">${durationText(durationUs / 1000)}</span>
      `,
    },
  ];
}

export function JournalView({ scope, route }) {
  const query = route.query.get('q') ?? '';
  const go = (q) => replaceHash(hashOf(scope, 'journal', '', { q }));
  const [text, setText] = useTyped(query, go);
  const journal = useJournal(scope);
  const { test, clauses, problem } = useMemo(() => search(query), [query]);
  const { value: ofClauses, error } = useOfClauses(scope, clauses);
  const found = useMemo(() => {
    const isOfClauses = ({ number }) => clauses.length === 0 || ofClauses?.has(number);
    return new Found((entry) => isOfClauses(entry) && test(entry));
  }, [journal, query, ofClauses]).update(journal);
  const columns = useMemo(() => columnsOf(scope), [pathOf(scope)]);
  const { entries } = found;

  const save = () =>
    act(
      () => exportHar(scope, entries),
      ({ saved }) => ({ text: `Saved ${saved} exchanges as a HAR file.` }),
    );
  const count = query === '' ? `${entries.length} requests` : `${entries.length} of ${journal.entries.length} requests`;
  return html`
    <form role="search" class="filter" onSubmit=${(event) => event.preventDefault()}>
      <label>
        Search
        <input
          type="search"
          placeholder="op:retry status:503 run:4fb0"
          title=${`Words, and ${FIELDS.map((field) => `${field}:`).join(' ')}; a minus before one excludes it`}
          value=${text}
          onInput=${({ target }) => setText(target.value)}
        />
      </label>
      <${Problem} error=${problem ? new Error(problem) : (error ?? journal.error)} />
    </form>
    <p class="inline">
      <span role="status">${count}${journal.isLoading ? ', loading older ones …' : ''}</span>
      <button type="button" onClick=${save} disabled=${entries.length === 0}>Export HAR</button>
      <button type="button" onClick=${() => act(() => remove(`${pathOf(scope)}/requests`), 'The journal is empty.')}>Clear</button>
      ${scope ? html`<a href=${hashOf(null, 'journal')}>Of the whole mock</a>` : 'Of the whole mock: also those that reached no sandbox.'}
    </p>
    <${LongTable}
      testId="journal-table"
      rowTestId="journal-row"
      label="Journal, the latest first"
      columns=${columns}
      count=${entries.length}
      row=${(index) => entries[entries.length - 1 - index]}
      keyOf=${({ number }) => number}
      onOpen=${({ number }) => (location.hash = hashOf(scope, 'journal', number))}
      added=${found.added}
      place=${`${pathOf(scope)}/journal?${query}`}
    />
  `;
}
