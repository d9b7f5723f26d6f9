// The contract as a map: its clauses by subject and standing, and which of them requests have exercised.
import { html } from './vendor/htm-preact.js';
import { get } from './api.js';
import { useLoaded } from './live.js';
import { Problem, Prose, Standing } from './parts.js';
import { hashOf, replaceHash } from './router.js';
import { useTyped } from './typed.js';

const STANDINGS = ['documented', 'inferred', 'assumed', 'observed'];

const subjectOf = ({ subject, id }) => subject ?? id.split('/')[0];

/** Whether a clause is one of those that the filters leave. */
const passes = (clause, { subject, standing, exercised, q }) =>
  (!subject || subjectOf(clause) === subject) &&
  (!standing || clause.standing === standing) &&
  (!exercised || String(clause.exercised) === exercised) &&
  (!q || [clause.id, clause.title, clause.requirement].join('\n').toLowerCase().includes(q.toLowerCase()));

/** How many of some clauses are exercised; a button that leaves just these in the list. */
function Cell({ clauses, label, isChosen, onChoose }) {
  if (clauses.length === 0) return html`<td></td>`;
  const exercised = clauses.filter((clause) => clause.exercised).length;
  const share = exercised / clauses.length;
  return html`<td class="cell">
    <button type="button" aria-pressed=${String(isChosen)} aria-label=${`${label}: ${exercised} of ${clauses.length} exercised`} onClick=${onChoose}>
      <span>${exercised}/${clauses.length}</span>
      <span class="track" aria-hidden="true"><span class="span" style=${{ left: 0, width: `${share * 100}%` }}></span></span>
    </button>
  </td>`;
}

function MapTable({ clauses, chosen, onChoose }) {
  const standings = STANDINGS.filter((standing) => clauses.some((clause) => clause.standing === standing));
  const subjects = [...new Set(clauses.map(subjectOf))];
  const cell = (subject, standing) => {
    const isChosen = chosen.subject === subject && chosen.standing === standing;
    return html`<${Cell}
      clauses=${clauses.filter((clause) => passes(clause, { subject, standing }))}
      label=${[subject, standing].filter(Boolean).join(', ') || 'all'}
      isChosen=${isChosen}
      onChoose=${() => onChoose(isChosen ? { subject: '', standing: '' } : { subject, standing })}
    />`;
  };
  const row = (subject, title) => html`<tr key=${subject}>
    <th scope="row">${title}</th>
    ${standings.map((standing) => cell(subject, standing))} ${cell(subject, '')}
  </tr>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Map of the contract">
    <table class="map" aria-label="Clauses exercised, by subject and standing">
      <thead>
        <tr>
          <th scope="col">Subject</th>
          ${standings.map((standing) => html`<th scope="col">${standing}</th>`)}
          <th scope="col">all</th>
        </tr>
      </thead>
      <tbody>${subjects.map((subject) => row(subject, subject))} ${row('', 'all')}</tbody>
    </table>
  </div>`;
}

function List({ clauses }) {
  return html`<ul class="clauses">
    ${clauses.map(
      ({
        id,
        title,
        requirement,
        standing,
        source,
        exercised,
      }) => html`<li key=${id} class="clause" data-testid="contract-clause">
        <p>
          <span class="chip ${exercised ? 'good' : ''}">${exercised ? 'exercised' : 'not exercised'}</span> <${Standing} standing=${standing} />
          ${' '}<code>${id}</code> <${Prose} text=${title} />
        </p>
        ${requirement && html`<p><${Prose} text=${requirement} /></p>`} ${source && html`<p class="muted">Source: ${source}</p>`}
      </li>`,
    )}
  </ul>`;
}

export function Contract({ route }) {
  const { value, error } = useLoaded(() => get('/coverage'), [], ['request'], null);
  const chosen = Object.fromEntries(
    ['subject', 'standing', 'exercised', 'q'].map((name) => [name, route.query.get(name) ?? '']),
  );
  const choose = (changes) => replaceHash(hashOf(null, 'contract', '', { ...chosen, ...changes }));
  const [text, setText] = useTyped(chosen.q, (q) => choose({ q }));
  if (!value) return html`<${Problem} error=${error} />`;
  const found = value.clauses.filter((clause) => passes(clause, chosen));
  return html`
    <form role="search" class="filter fields" onSubmit=${(event) => event.preventDefault()}>
      <label>Search <input type="search" value=${text} onInput=${({ target }) => setText(target.value)} placeholder="retry/op" /></label>
      <label>
        Exercised
        <select value=${chosen.exercised} onChange=${({ target }) => choose({ exercised: target.value })}>
          <option value="">all</option>
          <option value="true">exercised</option>
          <option value="false">not exercised</option>
        </select>
      </label>
    </form>
    <div class="contract" data-testid="contract-map">
      <${MapTable} clauses=${value.clauses} chosen=${chosen} onChoose=${choose} />
      <section aria-label="Clauses">
        <h2>Clauses</h2>
        <p role="status">${found.length} of ${value.clauses.length} clauses; requests have exercised ${value.exercised}.</p>
        <${List} clauses=${found} />
      </section>
    </div>
  `;
}
