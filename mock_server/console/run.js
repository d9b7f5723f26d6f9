// One run: as the service answers it, what it came from and led to, and what can be made of it.
import { html, useContext, useEffect, useMemo, useState } from './vendor/htm-preact.js';
import { get, pathOf, put } from './api.js';
import { curlOfRetry, nodeTest, pythonTest, seedOf, stateOf } from './copy_as.js';
import { useJournal } from './journal_store.js';
import { Lineage } from './lineage.js';
import { useLoaded } from './live.js';
import {
  ClockOfSandbox,
  Name,
  Problem,
  RunLink,
  State,
  Time,
  act,
  copy,
  durationMs,
  durationText,
  durationWord,
} from './parts.js';
import { hashOf } from './router.js';
import { RetryButton } from './runs.js';
import { Timeline } from './timeline.js';

/** States to choose from; any documented one can be typed. */
const STATES = [
  'failed',
  'success',
  'success-without-records',
  'in-progress',
  'partialSuccess',
  'partialFailure',
  'COMPLETED',
  'Processing',
  'waiting',
  'queued',
  'scheduled',
];
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** "failed, success:30m" as outcomes of a script. Throws. */
export function outcomesOf(text) {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  return words.map((word) => {
    const [outcome, duration] = word.split(/:(.*)/s);
    return duration === undefined ? outcome : { outcome: outcome.trim(), durationMs: durationMs(duration) };
  });
}

/** The same the other way round. */
export const textOfOutcomes = (outcomes = []) =>
  outcomes
    .map((one) =>
      typeof one === 'string' ? one : one.durationMs ? `${one.outcome}:${durationWord(one.durationMs)}` : one.outcome,
    )
    .join(', ');

/** What the copies are made of: the run's entry, and its flow's. */
async function withFlow(scope, entry) {
  return [entry, await get(`${pathOf(scope)}/flows/${encodeURIComponent(entry.flowId)}`)];
}

function StateForm({ path, entry }) {
  const [state, setState] = useState('failed');
  const set = (event) => {
    event.preventDefault();
    act(() => put(`${path}/state`, { state }), `The run's state is ${state} now.`);
  };
  const end = () => {
    const outcome = entry.ends?.outcome ?? 'success';
    act(() => put(`${path}/state`, { state: outcome }), `The run has ended: ${outcome}.`);
  };
  return html`<form class="inline" onSubmit=${set}>
    <label class="inline">
      State
      <input list="states" class="medium" required value=${state} onInput=${({ target }) => setState(target.value)} />
    </label>
    <datalist id="states">${STATES.map((one) => html`<option value=${one}></option>`)}</datalist>
    <button>Set state</button>
    <button type="button" onClick=${end} disabled=${!entry.ends} title=${entry.ends ? '' : 'Only of a run that is to end later'}>End now</button>
  </form>`;
}

function ScriptForm({ path, entry }) {
  const kept = textOfOutcomes(entry.retries);
  const [text, setText] = useState(kept);
  useEffect(() => setText(kept), [kept]);
  const set = (event) => {
    event.preventDefault();
    act(() => put(`${path}/script`, { retries: outcomesOf(text) }), 'The outcomes of the next retries are set.');
  };
  return html`<form class="inline" onSubmit=${set}>
    <label class="inline">
      Outcomes of its retries
      <input class="long-text" placeholder="failed, success:30m" value=${text} onInput=${({ target }) => setText(target.value)} />
    </label>
    <button>Set outcomes</button>
  </form>`;
}

function CopyButtons({ scope, entry }) {
  const copyMade = (what, make) => act(async () => copy(what, make(...(await withFlow(scope, entry)))));
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  return html`<div class="inline" role="group" aria-label="Copy the run">
    <button type="button" onClick=${() => copyMade('seed', (run, flow) => json(seedOf(run, flow)))}>Copy as seed</button>
    <button type="button" onClick=${() => copy('curl command', curlOfRetry(scope, entry.id, location.origin))}>Copy as curl</button>
    <button type="button" onClick=${() => copyMade('Python test', pythonTest)}>Copy as Python test</button>
    <button type="button" onClick=${() => copyMade('Node test', nodeTest)}>Copy as Node test</button>
  </div>`;
}

/** The retries that made this run and that were made of it, as far as the journal goes back. */
function Family({ scope, id }) {
  const retries = useJournal(scope).retries();
  const maker = retries.find(({ madeRun }) => madeRun === id);
  const made = retries.filter(({ run }) => run === id);
  const request = ({ number }) => html`(<a href=${hashOf(scope, 'journal', number)}>request ${number}</a>)`;
  if (!maker && made.length === 0) return '';
  return html`<section aria-label="Retries">
    <h2>Retries</h2>
    <ul>
      ${maker && html`<li>Made by a retry of <${RunLink} scope=${scope} id=${maker.run} whole /> ${request(maker)}</li>`}
      ${made.map((one) => html`<li key=${one.number}>Its retry made <${RunLink} scope=${scope} id=${one.madeRun} whole /> ${request(one)}</li>`)}
    </ul>
    <${Lineage} scope=${scope} run=${id} />
  </section>`;
}

function Facts({ scope, entry, flow, nextAt }) {
  const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="facts">
    ${fact('Run', html`<code><${Name} text=${entry.id} /></code>`)}
    ${fact('State', html`<${State} state=${stateOf(entry)} />`)}
    ${fact('Flow', html`${flow?.name && html`<${Name} text=${flow.name} /> `}<code><${Name} text=${entry.flowId} /></code>`)}
    ${fact('Created', html`<${Time} ms=${entry.createdAt} />`)} ${fact('Updated', html`<${Time} ms=${entry.updatedAt} />`)}
    ${entry.ends && fact('Ends', html`<${Time} ms=${nextAt} /> (in ${durationText(entry.ends.afterMs)}: ${entry.ends.outcome})`)}
  </dl>`;
}

export function RunView({ scope, route }) {
  const { id } = route;
  const clock = useContext(ClockOfSandbox);
  const path = `${pathOf(scope)}/runs/${encodeURIComponent(id)}`;
  const load = async () => {
    const [entry, answer] = await Promise.all([get(path), get(`${path}/answer`)]);
    const flow = await get(`${pathOf(scope)}/flows/${encodeURIComponent(entry.flowId)}`).catch(() => undefined);
    return { entry, answer, flow };
  };
  const { value, error, reload } = useLoaded(load, [path], ['runs', 'clock'], scope);
  const entry = value?.entry;
  // The time that was left when it was loaded: the clock has gone on since.
  const nextAt = useMemo(
    () => (entry?.ends && clock ? clock.now() + entry.ends.afterMs : undefined),
    [value, clock !== undefined],
  );
  useEffect(() => {
    if (!entry?.ends || !clock || clock.frozen) return undefined;
    const timer = setTimeout(reload, Math.min(entry.ends.afterMs + 50, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [value, clock]);

  const back = html`<p><a href=${hashOf(scope, 'runs')}>Back to the list</a></p>`;
  if (!value) return html`${back}<${Problem} error=${error} />`;
  const shown = value.answer.items?.[0] ?? value.answer;
  return html`
    ${back}
    <${Problem} error=${error} />
    <${Facts} scope=${scope} entry=${entry} flow=${value.flow} nextAt=${nextAt} />
    <div class="card actions">
      <p class="inline"><${RetryButton} scope=${scope} id=${id} /></p>
      <${StateForm} path=${path} entry=${entry} />
      <${ScriptForm} path=${path} entry=${entry} />
      <${CopyButtons} scope=${scope} entry=${entry} />
    </div>
    <${Family} scope=${scope} id=${id} />
    <${Timeline} run=${shown} />
    <h2>As the service answers it</h2>
    <pre data-testid="run-json" tabindex="0" aria-label="The run's JSON">${JSON.stringify(value.answer, null, 2)}</pre>
  `;
}
