// The runs of a sandbox: filtered and sorted by the mock, and loaded as far as they are in sight.
import { html, useContext, useEffect, useMemo, useReducer } from './vendor/htm-preact.js';
import { get, pathOf, post, queryOf } from './api.js';
import { Lineage } from './lineage.js';
import { concerns, listen, paced } from './live.js';
import { ClockOfSandbox, Name, Problem, RunLink, State, Time, act, stateKind, useFlowNames } from './parts.js';
import { hashOf, replaceHash } from './router.js';
import { conditionsOf } from './search.js';
import { LongTable } from './table.js';
import { useTyped } from './typed.js';

const PAGE = 100;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** States that have a chip of their own: the documented statuses of a run that runs, and of one that has ended. */
const CHIPS = ['failed', 'success', 'partialSuccess', 'partialFailure', 'inProgress'];
const STATE_FIELD = 'state';
const SORT_OF_MOCK = '-createdAt';

/** The run with the time on the sandbox's clock at which it ends, where it is in progress. */
const withEnd = (run, nowMs) => (run.ends ? { ...run, nextAt: nowMs + run.ends.afterMs } : run);

/** Runs of a query, by their place in it. */
class RunPages {
  total = undefined;
  error = undefined;
  #pages = new Map();
  #generation = 0;
  #sight = [0, 0];

  constructor(scope, query, changed) {
    this.path = `${pathOf(scope)}/runs`;
    this.query = query;
    this.changed = changed;
    this.refresh = paced(() => this.#refresh());
    this.refresh();
  }

  row(index) {
    return this.#pages.get(Math.floor(index / PAGE))?.runs?.[index % PAGE];
  }

  /** The runs in sight that are loaded. */
  inSight() {
    const [from, to] = this.#sight;
    return Array.from({ length: to - from }, (_, i) => this.row(from + i)).filter((run) => run !== undefined);
  }

  look(from, to) {
    this.#sight = [from, to];
    if (this.total !== undefined) this.#numbersInSight().forEach((number) => this.#load(number));
  }

  #numbersInSight() {
    const [from, to] = this.#sight;
    const first = Math.floor(from / PAGE);
    const last = Math.max(first, Math.ceil(to / PAGE) - 1);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  /** Those in sight are loaded again, the others when they come in sight. */
  async #refresh() {
    this.#generation += 1;
    const shown = this.#numbersInSight();
    for (const number of this.#pages.keys()) {
      if (!shown.includes(number)) this.#pages.delete(number);
    }
    await Promise.all(shown.map((number) => this.#load(number, true)));
  }

  async #load(number, again = false) {
    const page = this.#pages.get(number);
    if (page && !again) return;
    this.#pages.set(number, page ?? {});
    const generation = this.#generation;
    try {
      const query = queryOf({ ...this.query, offset: number * PAGE, limit: PAGE });
      const { runs, total, nowMs } = await get(this.path + query);
      if (generation !== this.#generation) return;
      this.#pages.set(number, { runs: runs.map((run) => withEnd(run, nowMs)) });
      this.total = total;
      this.error = undefined;
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#pages.delete(number);
      this.error = error;
    }
    this.changed();
  }
}

/** The runs of a query, which follow the mock. */
function useRunPages(scope, query) {
  const [, renew] = useReducer((count) => count + 1, 0);
  const pages = useMemo(() => new RunPages(scope, query, renew), [pathOf(scope), queryOf(query)]);
  const clock = useContext(ClockOfSandbox);

  useEffect(
    () =>
      listen((name, data) => {
        const isOfIt =
          name === 'hello' ||
          (name === 'change' && concerns(data, scope) && data.what.some((one) => one === 'runs' || one === 'clock'));
        if (isOfIt) pages.refresh();
      }),
    [pages],
  );
  // Nothing is sent when a run ends because time has passed.
  const nextEnd = Math.min(...pages.inSight().map(({ nextAt }) => nextAt ?? Infinity));
  useEffect(() => {
    if (!clock || clock.frozen || nextEnd === Infinity) return undefined;
    const timer = setTimeout(pages.refresh, Math.min(Math.max(0, nextEnd - clock.now()) + 20, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [pages, clock, nextEnd]);
  return pages;
}

const isOfState = (condition) => condition.startsWith(`${STATE_FIELD}==`);

export function retry(scope, id) {
  return act(
    () => post(`${pathOf(scope)}/runs/${encodeURIComponent(id)}/retry`),
    ({ status, madeRun, number }) => ({
      text: madeRun ? `Retried: run ${madeRun} was made.` : `The retry was answered ${status}.`,
      isBad: status >= 400,
      href: number && hashOf(scope, 'journal', number),
      label: 'See its request',
    }),
  );
}

export const RetryButton = ({ scope, id }) =>
  html`<button type="button" data-testid="retry-button" aria-label=${`Retry run ${id}`} onClick=${() => retry(scope, id)}>Retry</button>`;

/** Outcomes that the run's next retries will have, as its row shows them. */
const scriptText = (retries = []) => retries.map((one) => one.outcome ?? one).join(', ');

function columnsOf(scope, flows) {
  return [
    { title: 'Run', kind: 'id', cell: (run) => html`<${RunLink} scope=${scope} id=${run.id} />` },
    { title: 'State', kind: 'state', sort: STATE_FIELD, cell: (run) => html`<${State} state=${run.state} />` },
    {
      title: 'Flow',
      kind: 'flow wide',
      sort: 'flowId',
      cell: (run) => html`<${Name} text=${flows[run.flowId] || run.flowId} most=${100} />`,
    },
    { title: 'Created', kind: 'time wide', sort: 'createdAt', cell: (run) => html`<${Time} ms=${run.createdAt} />` },
    { title: 'Updated', kind: 'time wider', sort: 'updatedAt', cell: (run) => html`<${Time} ms=${run.updatedAt} />` },
    { title: 'Ends', kind: 'time wider', cell: (run) => html`<${Time} ms=${run.nextAt} />` },
    { title: 'Script', kind: 'script wider', cell: (run) => scriptText(run.retries) },
    { title: 'Action', kind: 'action', cell: (run) => html`<${RetryButton} scope=${scope} id=${run.id} />` },
  ];
}

/** The filter in the documented language, and a chip for each of the usual states. */
function Filter({ property, onFilter, error }) {
  const [text, setText] = useTyped(property, onFilter);
  const conditions = conditionsOf(property);
  const others = conditions.filter((one) => !isOfState(one));
  const chosen = conditions.find(isOfState)?.split('==')[1]?.toLowerCase();
  const chip = (state) => {
    const isOn = chosen === state.toLowerCase();
    const condition = isOn ? [] : [`${STATE_FIELD}==${state}`];
    return html`<button type="button" class="chip ${stateKind(state)}" aria-pressed=${String(isOn)} onClick=${() => onFilter([...condition, ...others].join(' & '))}>
      ${state}
    </button>`;
  };
  return html`<form role="search" class="filter" onSubmit=${(event) => (event.preventDefault(), onFilter(text))}>
    <label>
      Filter
      <input
        type="search"
        placeholder="state==failed & createdAt>1651587120000"
        title="The documented query language of property; several conditions with &"
        aria-describedby="filter-problem"
        aria-invalid=${String(Boolean(error))}
        value=${text}
        onInput=${({ target }) => setText(target.value)}
      />
    </label>
    <div class="chips" role="group" aria-label="States">${CHIPS.map(chip)}</div>
    <div id="filter-problem"><${Problem} error=${error} /></div>
  </form>`;
}

export function Runs({ scope, route }) {
  const property = route.query.get('property') ?? '';
  const orderby = route.query.get('orderby') ?? '';
  const hasLineage = route.query.get('lineage') === 'true';
  const pages = useRunPages(scope, { property: conditionsOf(property), orderby: orderby || SORT_OF_MOCK });
  const flows = useFlowNames(scope);
  const go = (changes) =>
    replaceHash(hashOf(scope, 'runs', '', { property, orderby, lineage: hasLineage || '', ...changes }));
  const look = useMemo(() => (from, to) => pages.look(from, to), [pages]);

  return html`
    <${Filter} property=${property} error=${pages.error} onFilter=${(text) => go({ property: text })} />
    <p class="inline">
      <span role="status">${pages.total === undefined ? '…' : pages.total === 1 ? '1 run' : `${pages.total} runs`}</span>
      <button type="button" aria-pressed=${String(hasLineage)} onClick=${() => go({ lineage: hasLineage ? '' : true })}>Lineage</button>
    </p>
    ${hasLineage && html`<${Lineage} scope=${scope} />`}
    <${LongTable}
      testId="runs-table"
      rowTestId="run-row"
      label="Runs"
      columns=${columnsOf(scope, flows)}
      count=${pages.total ?? 0}
      row=${(index) => pages.row(index)}
      keyOf=${({ id }) => id}
      onOpen=${({ id }) => (location.hash = hashOf(scope, 'runs', id))}
      onSight=${look}
      sorted=${orderby || SORT_OF_MOCK}
      onSort=${(sort) => go({ orderby: sort })}
      place=${`${pathOf(scope)}/runs?${property}&${orderby}`}
    />
  `;
}
