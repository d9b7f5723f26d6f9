// The bar above every view: which sandbox, its clock, and what is done to the whole of it.
import { html, useEffect, useRef, useState } from './vendor/htm-preact.js';
import { ask, get, pathOf, post, put } from './api.js';
import { useLoaded } from './live.js';
import { act, durationMs, save, timeText } from './parts.js';
import { hashOf } from './router.js';

const TICK_MS = 100;
const FOLLOWS =
  'The clock follows that of the whole mock, which is frozen (--deterministic): PUT /__admin/clock resumes it.';

/** A clock as the control API shows it, which goes on by itself: {frozen, mode, now()}; undefined until it is known. */
export function useClock(scope) {
  const load = async () => {
    const clock = await get(`${pathOf(scope)}/clock`);
    const readAt = performance.now();
    return { ...clock, now: () => (clock.frozen ? clock.nowMs : Math.floor(clock.nowMs + performance.now() - readAt)) };
  };
  return useLoaded(load, [pathOf(scope)], ['clock', 'runs'], scope).value;
}

function Now({ clock }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!clock || clock.frozen) return undefined;
    const timer = setInterval(() => tick((ticks) => ticks + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [clock]);
  return html`<span class="clock" title="The time of the sandbox's clock, UTC">
    <span class="hidden-name">Time of the clock</span>
    <time data-testid="clock-now">${clock ? new Date(clock.now()).toISOString() : '…'}</time>
  </span>`;
}

/** The value of a sandbox's option. */
const valueOf = ({ organisation, sandbox }) => [organisation, sandbox].map(encodeURIComponent).join('/');

function SandboxSelect({ sandboxes, scope }) {
  const known =
    sandboxes.some((one) => scope && valueOf(one) === valueOf(scope)) || !scope ? sandboxes : [scope, ...sandboxes];
  const organisations = [...new Set(known.map(({ organisation }) => organisation))].sort();
  const choose = ({ target }) => {
    const [organisation, sandbox] = target.value.split('/').map(decodeURIComponent);
    location.hash = hashOf({ organisation, sandbox }, 'runs');
  };
  const options = (organisation) =>
    known
      .filter((one) => one.organisation === organisation)
      .map(
        (one) =>
          html`<option value=${valueOf(one)} selected=${scope && valueOf(one) === valueOf(scope)}>${one.sandbox}</option>`,
      );
  return html`<label class="inline">
    Sandbox
    <select data-testid="sandbox-select" onChange=${choose} title=${scope ? `Organisation ${scope.organisation}` : ''}>
      ${!scope && html`<option value="" disabled selected>none yet</option>`}
      ${organisations.map((organisation) => html`<optgroup label=${organisation}>${options(organisation)}</optgroup>`)}
    </select>
  </label>`;
}

/** What stands in the bar for a scope: null, where no sandbox has been used yet, is the whole mock. */
export function Bar({ sandboxes, scope, clock, connected }) {
  const [duration, setDuration] = useState('1h');
  const file = useRef();
  const path = pathOf(scope);
  const whose = scope ? 'the sandbox' : 'the whole mock';

  const freeze = () =>
    act(
      () => put(`${path}/clock`, { frozen: !clock.frozen }),
      ({ frozen }) => ({ text: !frozen ? 'The clock runs.' : clock.frozen ? FOLLOWS : 'The clock is frozen.' }),
    );
  const advance = (event) => {
    event.preventDefault();
    act(
      () => put(`${path}/clock`, { advanceMs: durationMs(duration) }),
      ({ nowMs }) => ({ text: `The clock was moved to ${timeText(nowMs)}.` }),
    );
  };
  const reset = () => act(() => post(`${path}/reset`), `Reset: ${whose} is as the seed says.`);
  const snapshot = () =>
    act(async () => {
      const text = await (await ask('GET', `${path}/snapshot`)).text();
      save(`${scope.sandbox}.snapshot.json`, 'application/json', [text]);
    }, 'The snapshot is a seed file, saved as a download.');
  const restore = async ({ target }) => {
    const [chosen] = target.files;
    if (!chosen) return;
    const text = await chosen.text();
    target.value = ''; // the same file can be chosen again
    await act(() => ask('POST', `${path}/restore`, { body: text }), `Restored: the sandbox is as ${chosen.name} says.`);
  };

  return html`<div class="bar" role="group" aria-label="Sandbox and its clock">
    <${SandboxSelect} sandboxes=${sandboxes} scope=${scope} />
    <span class="inline">
      <${Now} clock=${clock} />
      ${clock?.frozen && html`<span class="chip info">frozen</span>`}
      ${clock?.mode === 'auto' && html`<span class="chip info" title="Moves to the end of each run that is read">auto</span>`}
      <button type="button" onClick=${freeze} disabled=${!clock}>${clock?.frozen ? 'Unfreeze' : 'Freeze'}</button>
    </span>
    <form class="inline" onSubmit=${advance}>
      <input
        class="short"
        aria-label="How far to advance the clock: 500ms, 30s, 5m, 1h, 2d"
        value=${duration}
        onInput=${({ target }) => setDuration(target.value)}
      />
      <button>Advance</button>
    </form>
    <span class="inline">
      <button type="button" onClick=${reset} title=${`Back to the seed: ${whose}`}>Reset</button>
      <button type="button" onClick=${snapshot} disabled=${!scope}>Snapshot</button>
      <button type="button" onClick=${() => file.current.click()} disabled=${!scope}>Restore</button>
      <input ref=${file} type="file" accept=".json,application/json" hidden aria-label="Snapshot to restore" onChange=${restore} />
    </span>
    ${!connected && html`<span class="chip bad" role="status" data-testid="not-connected">not connected</span>`}
  </div>`;
}
