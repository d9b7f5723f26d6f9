// Which run was retried from which, as a graph on the sandbox's time.
import { html } from './vendor/htm-preact.js';
import { get, pathOf, queryOf } from './api.js';
import { useJournal } from './journal_store.js';
import { useLoaded } from './live.js';
import { Nothing, stateKind, timeText } from './parts.js';
import { hashOf } from './router.js';

/** px */
const LANE = 34;
const GAP = 22;
const NODE = { width: 92, height: 24 };
const MARGIN = { left: 8, top: 40 };
/** A graph of more retries than these can no longer be read: the latest are shown. */
const MOST_RETRIES = 100;
/** Ids in one call: a URL has to hold them. */
const IDS_AT_ONCE = 50;

/**
 * The retries that belong together with a run: those that led to it, those that came from it, and theirs.
 * @param {import('./journal_store.js').Entry[]} retries
 */
export function familyOf(id, retries) {
  const ids = new Set([id]);
  for (let size = 0; size !== ids.size;) {
    size = ids.size;
    for (const { run, madeRun } of retries) {
      if (ids.has(run) || ids.has(madeRun)) ids.add(run).add(madeRun);
    }
  }
  return retries.filter(({ run }) => ids.has(run));
}

/**
 * Where each run stands: x by its time, where gaps count by their logarithm, as a run of last year may be retried
 * twice in a second; y by its lane: a run's first retry goes on in its lane, others begin one.
 * @param {{id: string, atMs: number}[]} runs
 * @param {{run: string, madeRun: string}[]} retries the oldest first
 */
export function laidOut(runs, retries) {
  const atOf = new Map(runs.map(({ id, atMs }) => [id, atMs]));
  const from = new Map(retries.map(({ run, madeRun }) => [madeRun, run]));
  // A retry may be made in the millisecond of its run: it stands to the right of it all the same.
  const stepOf = (id) => (from.has(id) && atOf.get(from.get(id)) === atOf.get(id) ? stepOf(from.get(id)) + 1 : 0);
  const columns = new Map(runs.map(({ id, atMs }) => [`${atMs} ${stepOf(id)}`, { time: atMs, step: stepOf(id) }]));
  const inOrder = [...columns.values()].sort((one, other) => one.time - other.time || one.step - other.step);
  let x = MARGIN.left;
  inOrder.forEach((column, i) => {
    if (i > 0) x += NODE.width + GAP + 6 * Math.log10(1 + (column.time - inOrder[i - 1].time) / 1000);
    column.x = x;
  });
  const lanes = new Map();
  const goneOn = new Set();
  let next = 0;
  for (const { run, madeRun } of retries) {
    if (!lanes.has(run)) lanes.set(run, next++);
    lanes.set(madeRun, goneOn.has(run) ? next++ : lanes.get(run));
    goneOn.add(run);
  }
  const nodes = runs.map((run) => ({
    ...run,
    x: columns.get(`${run.atMs} ${stepOf(run.id)}`).x,
    y: MARGIN.top + (lanes.get(run.id) ?? next++) * LANE,
  }));
  const stamps = inOrder.filter(({ step }) => step === 0).map(({ time, x: at }) => ({ time, x: at }));
  return { nodes, stamps, width: x + NODE.width + MARGIN.left, height: MARGIN.top + next * LANE };
}

async function runsOf(scope, ids) {
  const pages = [];
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE) {
    const some = ids.slice(i, i + IDS_AT_ONCE);
    pages.push(
      get(
        `${pathOf(scope)}/runs${queryOf({ property: `id==${some.map((id) => `"${id}"`).join(',')}`, limit: some.length })}`,
      ),
    );
  }
  return new Map((await Promise.all(pages)).flatMap(({ runs }) => runs).map((run) => [run.id, run]));
}

function Node({ scope, node, isMarked }) {
  const label = `Run ${node.id}, ${node.state ?? 'deleted'}, ${timeText(node.atMs)}`;
  return html`<a href=${hashOf(scope, 'runs', node.id)} aria-label=${label} class="node ${stateKind(node.state)} ${isMarked ? 'marked' : ''}">
    <title>${label}</title>
    <rect x=${node.x} y=${node.y} width=${NODE.width} height=${NODE.height} rx="5" />
    <text x=${node.x + 8} y=${node.y + 16}>${node.id.slice(0, 8)}</text>
  </a>`;
}

/** The graph of all retries that the journal has, or of those that belong to one run. */
export function Lineage({ scope, run }) {
  const journal = useJournal(scope);
  const all = run === undefined ? journal.retries() : familyOf(run, journal.retries());
  const retries = all.slice(-MOST_RETRIES);
  const ids = [...new Set(retries.flatMap((one) => [one.run, one.madeRun]))];
  const { value: known } = useLoaded(() => runsOf(scope, ids), [ids.join()], ['runs', 'clock'], scope);

  if (retries.length === 0)
    return run === undefined && html`<${Nothing}>No run has been retried, as far as the journal goes back.<//>`;
  if (!known) return '';
  const madeAt = new Map(retries.map(({ madeRun, atMs }) => [madeRun, atMs]));
  const firstAt = retries[0].atMs;
  const runs = ids.map((id) => ({
    id,
    state: known.get(id)?.state,
    atMs: madeAt.get(id) ?? Math.min(known.get(id)?.createdAt ?? firstAt, firstAt),
  }));
  const { nodes, stamps, width, height } = laidOut(runs, retries);
  const at = new Map(nodes.map((node) => [node.id, node]));
  const path = ({ run: from, madeRun: to }) => {
    const [start, end] = [at.get(from), at.get(to)];
    const [x1, y1, x2, y2] = [start.x + NODE.width, start.y + NODE.height / 2, end.x, end.y + NODE.height / 2];
    return `M ${x1} ${y1} C ${x1 + GAP} ${y1} ${x1} ${y2} ${x1 + GAP} ${y2} H ${x2}`;
  };
  return html`<section class="card" aria-label="Lineage of retries">
    ${all.length > retries.length && html`<p class="muted">The latest ${retries.length} of ${all.length} retries.</p>`}
    <div class="scroll" tabindex="0" role="region" aria-label="Graph of retries">
      <svg class="lineage" width=${width} height=${height} data-testid="lineage" role="group" aria-label="Runs by time; lines lead from a run to its retry">
        ${stamps.map(
          ({ time, x }) => html`<g class="stamp">
            <line x1=${x} x2=${x} y1="32" y2=${height} />
            <text x=${x} y="12">${timeText(time).slice(0, 10)}</text>
            <text x=${x} y="26">${timeText(time).slice(11)}</text>
          </g>`,
        )}
        ${retries.map((one) => html`<path key=${one.number} class="retried" d=${path(one)} />`)}
        ${nodes.map((node) => html`<${Node} key=${node.id} scope=${scope} node=${node} isMarked=${node.id === run} />`)}
      </svg>
    </div>
  </section>`;
}
