// Events of ended runs, and their deliveries to the sandbox's webhook.
import { html, useEffect, useState } from './vendor/htm-preact.js';
import { get, pathOf, post, put, remove } from './api.js';
import { useLoaded } from './live.js';
import { Nothing, Problem, RunLink, Status, Time, act, durationText } from './parts.js';

const KINDS = { delivered: 'good', failed: 'bad', pending: 'warn' };

/** Values in a webhook's query are not shown, and cannot be sent again. */
const shownUrl = (webhook) => (webhook && !webhook.url.includes('(not kept)') ? webhook.url : '');

function WebhookForm({ path, webhook }) {
  const [url, setUrl] = useState(shownUrl(webhook));
  useEffect(() => setUrl(shownUrl(webhook)), [webhook?.url]);
  const set = (event) => {
    event.preventDefault();
    act(() => put(`${path}/webhook`, { ...webhook, url }), 'Ended runs are posted there.');
  };
  const unset = () => act(() => remove(`${path}/webhook`), 'The webhook is removed.');
  return html`<form class="card fields" onSubmit=${set}>
    <label class="grow">
      Webhook
      <input
        type="url"
        required
        placeholder="http://127.0.0.1:9000/events"
        value=${url}
        onInput=${({ target }) => setUrl(target.value)}
      />
    </label>
    <button>Set webhook</button>
    <button type="button" disabled=${!webhook} onClick=${unset}>Remove webhook</button>
  </form>`;
}

const Attempt = ({ attempt: { atMs, status, error, durationMs } }) =>
  html`<li>
    <${Time} ms=${atMs} /> ${status ? html`<${Status} status=${status} />` : html`<span class="chip bad">${error}</span>`}
    ${' '}<span class="muted">${durationText(durationMs)}</span>
  </li>`;

function Event({ scope, event: { id, code, runId, atMs, body, state, attempts } }) {
  const redeliver = () =>
    act(() => post(`${pathOf(scope)}/events/${encodeURIComponent(id)}/redeliver`), 'The event is delivered again.');
  return html`<tr data-testid="event-row">
    <td><${Time} ms=${atMs} /></td>
    <td><code>${code}</code> of <${RunLink} scope=${scope} id=${runId} /></td>
    <td><span class="chip ${KINDS[state] ?? ''}">${state}</span></td>
    <td>
      <ul class="plain-list">${attempts.map((attempt) => html`<${Attempt} attempt=${attempt} />`)}</ul>
      <details><summary>Body</summary><pre>${JSON.stringify(body, null, 2)}</pre></details>
    </td>
    <td><button type="button" aria-label=${`Deliver event ${id} again`} onClick=${redeliver}>Redeliver</button></td>
  </tr>`;
}

export function Events({ scope }) {
  const path = pathOf(scope);
  const load = async () => {
    if (!(await get(path)).webhook) return {};
    const [webhook, log] = await Promise.all([get(`${path}/webhook`), get(`${path}/events`)]);
    return { webhook, log };
  };
  const { value, error } = useLoaded(load, [path], ['events', 'runs', 'clock'], scope);
  if (!value) return html`<${Problem} error=${error} />`;
  const events = [...(value.log?.events ?? [])].reverse();
  return html`
    <${WebhookForm} path=${path} webhook=${value.webhook} />
    ${!value.webhook && html`<${Nothing}>Events are posted once a webhook is set: one for each run that ends from then on.<//>`}
    ${value.webhook && html`<p role="status">${events.length} events, ${value.log?.due ?? 0} deliveries due</p>`}
    ${
      events.length > 0 &&
      html`<div class="scroll" tabindex="0" role="region" aria-label="Events">
      <table data-testid="events-table" aria-label="Events">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Event</th>
            <th scope="col">State</th>
            <th scope="col">Deliveries</th>
            <th scope="col">Action</th>
          </tr>
        </thead>
        <tbody>${events.map((event) => html`<${Event} key=${event.id} scope=${scope} event=${event} />`)}</tbody>
      </table>
    </div>`
    }
  `;
}
