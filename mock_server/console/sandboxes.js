// The sandboxes that have been used, and a way into one that has not.
import { html, useState } from './vendor/htm-preact.js';
import { get } from './api.js';
import { useLoaded } from './live.js';
import { Name, Nothing, Problem, Time } from './parts.js';
import { hashOf } from './router.js';

const FIRST_REQUEST = `curl -X POST \\
  '${location.origin}/data/foundation/flowservice/runs/4fb0418e-1804-45d6-8d56-dd51f05c0baf/action?op=re-trigger' \\
  -H 'Authorization: Bearer token' -H 'x-api-key: key' -H 'x-gw-ims-org-id: org' -H 'x-sandbox-name: dev' \\
  -H 'Content-Type: application/json'`;

function OpenForm() {
  const [names, setNames] = useState({ organisation: '', sandbox: '' });
  const field = (name, title) => html`<label>
    ${title}
    <input required value=${names[name]} onInput=${({ target }) => setNames({ ...names, [name]: target.value })} />
  </label>`;
  const open = (event) => {
    event.preventDefault();
    location.hash = hashOf(names, 'runs');
  };
  return html`<form class="card fields" onSubmit=${open}>
    ${field('organisation', 'Organisation (x-gw-ims-org-id)')} ${field('sandbox', 'Sandbox (x-sandbox-name)')}
    <button>Open</button>
  </form>`;
}

const CHANGES = ['sandboxes', 'runs', 'clock', 'faults', 'violations', 'requests', 'request'];

export function Sandboxes() {
  const { value, error } = useLoaded(() => get('/sandboxes?limit=10000'), [], CHANGES, null);
  if (!value) return html`<${Problem} error=${error} />`;
  const rows = [...value.sandboxes].sort((one, other) => (other.lastUse ?? 0) - (one.lastUse ?? 0));
  const number = (value) => html`<td class="number wide">${value ?? ''}</td>`;
  return html`
    ${
      rows.length === 0 &&
      html`<${Nothing}>No sandbox has been used yet: the first request to one creates it, as a copy of the seed. Such as:<//>
      <pre>${FIRST_REQUEST}</pre>`
    }
    ${
      rows.length > 0 &&
      html`<div class="scroll" tabindex="0" role="region" aria-label="Sandboxes">
      <table data-testid="sandboxes-table" aria-label="Sandboxes">
        <thead>
          <tr>
            <th scope="col">Sandbox</th>
            <th scope="col">Clock</th>
            <th scope="col" class="number">Runs</th>
            <th scope="col" class="number wide">Flows</th>
            <th scope="col" class="number wide">Requests</th>
            <th scope="col" class="number">Violations</th>
            <th scope="col" class="number wide">Faults</th>
            <th scope="col" class="wide">Last request</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (one) => html`<tr key=${`${one.organisation}/${one.sandbox}`} data-testid="sandbox-row">
              <th scope="row">
                <a href=${hashOf(one, 'runs')}><${Name} text=${one.sandbox} /></a>
                <div class="muted"><${Name} text=${one.organisation} /></div>
              </th>
              <td>
                <${Time} ms=${one.nowMs} /> ${one.frozen && html`<span class="chip info">frozen</span>`}
                ${one.mode === 'auto' && html`<span class="chip info">auto</span>`}
              </td>
              <td class="number">${one.runs}</td>
              ${number(one.flows)} ${number(one.requests)}
              <td class="number">
                ${
                  one.violations > 0
                    ? html`<a class="chip bad" href=${hashOf(one, 'violations')}>${one.violations}</a>`
                    : (one.violations ?? '')
                }
              </td>
              ${number(one.faults)}
              <td class="wide">${one.lastSeenMs === undefined ? 'never' : html`<${Time} ms=${one.lastSeenMs} />`}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
    }
    <h2>Open a sandbox by its name</h2>
    <${OpenForm} />
  `;
}
