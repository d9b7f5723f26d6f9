// The activities of a run as bars on its time.
import { html } from './vendor/htm-preact.js';
import { Name, State, Time, durationText } from './parts.js';

/** Percent of the width; shorter bars could not be seen. */
const THINNEST = 0.5;

/**
 * @param {object[]} activities as the service shows them: of a run that was seeded, anything may stand in them
 * @returns {{name: string, state: string, start: number, end: number, left: number, width: number}[]}
 *   times in epoch ms; left and width in percent of the time from the first start to the last end
 */
export function barsOf(activities) {
  const timed = activities.map((activity) => {
    const { id, name, statusSummary, durationSummary, updatedAtUTC } = activity ?? {};
    const { startedAtUTC: start, completedAtUTC: end = updatedAtUTC ?? start } = durationSummary ?? {};
    return { name: name ?? id, state: statusSummary?.status, start, end };
  });
  const known = timed.filter(({ start, end }) => Number.isFinite(start) && Number.isFinite(end));
  const first = Math.min(...known.map(({ start }) => start));
  const length = Math.max(1, Math.max(...known.map(({ end }) => end)) - first);
  return timed.map((bar) => {
    if (!known.includes(bar)) return { ...bar, left: 0, width: 0 };
    const width = Math.max(THINNEST, ((bar.end - bar.start) / length) * 100);
    return { ...bar, left: Math.min(((bar.start - first) / length) * 100, 100 - width), width };
  });
}

export function Timeline({ run }) {
  const bars = barsOf([run.activities ?? run.activites ?? []].flat());
  if (bars.length === 0) return '';
  return html`<section aria-label="Activities">
    <h2>Activities</h2>
    <ul class="timeline" data-testid="timeline">
      ${bars.map(
        ({ name, state, start, end, left, width }) => html`<li>
          <span class="activity"><${Name} text=${name} /> ${state && html`<${State} state=${state} />`}</span>
          <span class="track" aria-hidden="true"><span class="span" style=${{ left: `${left}%`, width: `${width}%` }}></span></span>
          <span class="muted">${width === 0 ? 'no times' : html`<${Time} ms=${start} />, ${durationText(end - start)}`}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}
