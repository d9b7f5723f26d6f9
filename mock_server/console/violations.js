// Where the application broke the contract, by clause.
import { html } from './vendor/htm-preact.js';
import { get, pathOf, remove } from './api.js';
import { useLoaded } from './live.js';
import { Name, Nothing, Problem, Prose, act } from './parts.js';
import { hashOf } from './router.js';

/** Of each clause the latest requests are named. */
const NAMED = 5;

/** @returns {{clause: string, title: string, place: string, mend: string, all: object[]}[]} the most frequent first */
export function byClause(violations) {
  const groups = new Map();
  for (const violation of violations) {
    const { clause, title, place, mend } = violation;
    if (!groups.has(clause)) groups.set(clause, { clause, title, place, mend, all: [] });
    groups.get(clause).all.push(violation);
  }
  return [...groups.values()].sort((one, other) => other.all.length - one.all.length);
}

function Requests({ scope, all }) {
  const numbered = all
    .filter(({ number }) => number !== undefined)
    .slice(-NAMED)
    .reverse();
  return html`
    ${numbered.map(
      ({ number, method, path }) =>
        html`<div key=${number}><a href=${hashOf(scope, 'journal', number)}>${number}</a> ${method} <${Name} text=${path ?? ''} most=${120} /></div>`,
    )}
    ${all.length > numbered.length && numbered.length > 0 && html`<div class="muted">and ${all.length - numbered.length} before</div>`}
  `;
}

function Table({ scope, violations, testId, label }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table class="violations" data-testid=${testId} aria-label=${label}>
      <thead>
        <tr>
          <th scope="col">Clause</th>
          <th scope="col" class="number">Times</th>
          <th scope="col">How to fix it</th>
          <th scope="col">Requests</th>
        </tr>
      </thead>
      <tbody>
        ${byClause(violations).map(
          ({ clause, title, place, mend, all }) => html`<tr key=${clause} data-testid="violation-row">
            <td>
              <a class="mono" href=${hashOf(null, 'contract', '', { q: clause })}>${clause}</a>
              <div><${Prose} text=${title ?? ''} /></div>
              ${all.some(({ missing }) => missing) && html`<span class="chip warn">expected, and has not occurred</span>`}
            </td>
            <td class="number">${all.length}</td>
            <td><strong>${place}</strong><div><${Prose} text=${mend} /></div></td>
            <td><${Requests} scope=${scope} all=${all} /></td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function Violations({ scope }) {
  const path = `${pathOf(scope)}/violations`;
  const { value, error } = useLoaded(() => get(path), [path], ['violations'], scope);
  if (!value) return html`<${Problem} error=${error} />`;
  const { violations, total, expected } = value;
  const kept = total > violations.length ? `, the first ${violations.length} are shown` : '';
  const clear = () => act(() => remove(path), 'The violations are deleted.');
  return html`
    <p class="inline">
      <span role="status">${total === 1 ? '1 violation' : `${total} violations`}${kept}</span>
      <button type="button" disabled=${total === 0 && expected.length === 0} onClick=${clear}>Clear</button>
      ${scope && html`<a href=${hashOf(null, 'violations')}>Of the whole mock</a>`}
    </p>
    <${Table} scope=${scope} violations=${violations} testId="violations-table" label="Violations by clause" />
    ${total === 0 && html`<${Nothing}>The application has kept to the contract so far.<//>`}
    ${
      expected.length > 0 &&
      html`<h2>Expected</h2>
      <p class="muted">Tests announced these: they count as no fault of the application.</p>
      <${Table} scope=${scope} violations=${expected} testId="expected-table" label="Expected violations by clause" />`
    }
  `;
}
