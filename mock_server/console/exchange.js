// One exchange of the journal, whole, and why it was answered as it was.
import { html } from './vendor/htm-preact.js';
import { get, post } from './api.js';
import { curlOfExchange } from './copy_as.js';
import { useLoaded } from './live.js';
import {
  Name,
  Nothing,
  Problem,
  Prose,
  RunLink,
  Standing,
  Status,
  Time,
  act,
  copy,
  durationText,
  pretty,
} from './parts.js';
import { hashOf } from './router.js';
import { SERVICE } from './search.js';

/** Headers and a body, as JSON where it is. */
function Message({ title, first, headers = [], body = '' }) {
  return html`<section class="card message" aria-label=${title}>
    <h2>${title}</h2>
    <p class="mono">${first}</p>
    ${
      headers.length > 0 &&
      html`<dl class="headers">
      ${headers.map(({ name, value }) => html`<div><dt><${Name} text=${name} /></dt><dd><${Name} text=${value} /></dd></div>`)}
    </dl>`
    }
    ${body === '' ? html`<p class="muted">No body.</p>` : html`<pre tabindex="0" aria-label=${`Body of the ${title.toLowerCase()}`}>${pretty(body)}</pre>`}
  </section>`;
}

function Clause({ clause: { id, title, requirement, standing, source, violated, place, mend } }) {
  return html`<li class="clause" data-testid="clause">
    <p>
      ${violated ? html`<span class="chip bad">violated</span>` : html`<span class="chip">spoke</span>`} <${Standing} standing=${standing} />${' '}
      <a href=${hashOf(null, 'contract', '', { q: id })} class="mono">${id}</a> <${Prose} text=${title} />
    </p>
    ${requirement && html`<p><${Prose} text=${requirement} /></p>`}
    ${source && html`<p class="muted">Source: ${source}</p>`}
    ${violated && mend && html`<p><strong>${place}:</strong> <${Prose} text=${mend} /></p>`}
  </li>`;
}

const Change = ({ place, what }) => html`<li>${place && html`<strong>${place}: </strong>`}<${Prose} text=${what} /></li>`;

/** What would have passed, where the request was refused or broke a clause. */
function Advice({ errorEntry, broken }) {
  if (!errorEntry?.advice && broken.length === 0) return '';
  return html`<section class="card" aria-label="What would have passed">
    <h2>What would have passed</h2>
    <ul>
      ${errorEntry?.advice && html`<${Change} place=${errorEntry.place} what=${errorEntry.advice} />`}
      ${broken.filter(({ mend }) => mend).map(({ id, place, mend }) => html`<${Change} key=${id} place=${place} what=${mend} />`)}
    </ul>
  </section>`;
}

function Why({ clauses, errorEntry, fault }) {
  const ordered = [...clauses].sort((one, other) => Number(other.violated) - Number(one.violated));
  return html`<section class="card" aria-label="Why this answer" data-testid="why">
    <h2>Why this answer</h2>
    ${fault && html`<p><span class="chip warn">fault ${fault}</span> A fault that was set up changed it.</p>`}
    ${
      errorEntry &&
      html`<p data-testid="error-entry">
      <span class="chip bad">refused</span> <${Standing} standing=${errorEntry.standing} /> <code>${errorEntry.code ?? errorEntry.name}</code>
      ${' '}${errorEntry.title} ${errorEntry.source && html`<span class="muted">Source: ${errorEntry.source}</span>`}
    </p>`
    }
    ${
      ordered.length === 0
        ? html`<${Nothing}>No clause of the contract speaks of this exchange.<//>`
        : html`<p class="muted">${ordered.length === 1 ? 'One clause speaks' : `${ordered.length} clauses speak`} of this exchange.</p>
          <ul class="clauses">${ordered.map((clause) => html`<${Clause} key=${clause.id} clause=${clause} />`)}</ul>`
    }
  </section>`;
}

/** The request as the match of a fault: its path as the service knows it. */
function faultQuery({ method, operation, target }) {
  const [path] = target.split('?');
  return {
    method,
    operation: operation ?? '',
    path: path.startsWith(`${SERVICE}/`) ? path.slice(SERVICE.length) : path,
  };
}

export function Exchange({ scope, route }) {
  const { id } = route;
  const { value: exchange, error } = useLoaded(() => get(`/requests/${encodeURIComponent(id)}`), [id], [], scope);
  const back = html`<p><a href=${hashOf(scope, 'journal')}>Back to the list</a></p>`;
  if (error)
    return html`${back}<${Problem} error=${error} />
      <p class="muted">The journal keeps the latest requests: --journal-size says how many.</p>`;
  if (!exchange) return back;

  const {
    number,
    method,
    target,
    status,
    headers,
    body,
    answerHeaders,
    answerBody,
    atMs,
    durationUs,
    operation,
    run,
    madeRun,
    fault,
    errorEntry,
  } = exchange;
  const clauses = exchange.clauses ?? [];
  const its =
    exchange.sandbox === undefined ? null : { organisation: exchange.organisation, sandbox: exchange.sandbox };
  const replay = () =>
    act(
      () => post(`/requests/${number}/replay`),
      (replayed) => ({
        text: `Replayed: answered ${replayed.status}.`,
        href: hashOf(scope, 'journal', replayed.number),
        label: `Request ${replayed.number}`,
      }),
    );
  return html`
    ${back}
    <p class="inline">
      <strong>No. ${number}</strong> <${Status} status=${status} /> <${Time} ms=${atMs} /> <span>${durationText(durationUs / 1000)}</span>
      ${operation && html`<code>${operation}</code>`} ${its && html`<span>in <a href=${hashOf(its, 'runs')}><${Name} text=${its.sandbox} /></a></span>`}
      ${run && its && html`<span>of run <${RunLink} scope=${its} id=${run} /></span>`}
      ${madeRun && its && html`<span>made run <${RunLink} scope=${its} id=${madeRun} /></span>`}
    </p>
    <p class="inline">
      <button type="button" onClick=${() => copy('curl command', curlOfExchange(exchange, location.origin))}>Copy as curl</button>
      <button type="button" onClick=${replay}>Replay</button>
      <a class="button" href=${hashOf(its, 'faults', '', faultQuery(exchange))}>Add a fault from this request</a>
    </p>
    ${exchange.cut?.length > 0 && html`<p class="chip warn">Not kept whole: ${exchange.cut.join(', ')}</p>`}
    <${Advice} errorEntry=${errorEntry} broken=${clauses.filter(({ violated }) => violated)} />
    <div class="columns">
      <${Message} title="Request" first=${html`${method} <${Name} text=${target} />`} headers=${headers} body=${body} />
      <${Message} title="Answer" first=${`Status ${status || 'none: the connection was closed'}`} headers=${answerHeaders} body=${answerBody} />
    </div>
    <${Why} clauses=${clauses} errorEntry=${errorEntry} fault=${fault} />
  `;
}
