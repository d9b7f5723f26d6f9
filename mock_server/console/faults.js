// Faults: what the mock does to requests on purpose.
import { html, useState } from './vendor/htm-preact.js';
import { get, pathOf, post, remove } from './api.js';
import { useLoaded } from './live.js';
import { Nothing, Problem, act } from './parts.js';
import { hashOf } from './router.js';

const matchText = ({ method, operation, path, headers = {} } = {}) =>
  [method, operation, path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
    .filter(Boolean)
    .join(' ') || 'any request';

const attributesText = (attributes = {}) =>
  Object.entries(attributes)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

function List({ path, faults, label }) {
  const removeOne = (id) => act(() => remove(`${path}/${encodeURIComponent(id)}`), `Fault ${id} is removed.`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table data-testid="faults-table" aria-label=${label}>
      <thead>
        <tr>
          <th scope="col">Fault</th>
          <th scope="col">Requests</th>
          <th scope="col">Met</th>
          <th scope="col">Action</th>
        </tr>
      </thead>
      <tbody>
        ${faults.map(
          ({
            id,
            type,
            attributes,
            match,
            at,
            after,
            probability,
            matched,
            left,
          }) => html`<tr key=${id} data-testid="fault-row">
            <th scope="row"><code>${id}</code> ${type} <span class="muted">${attributesText(attributes)}${at ? `, at the ${at}` : ''}</span></th>
            <td>${matchText(match)}${after ? `, after ${after}` : ''}${probability === undefined ? '' : `, with probability ${probability}`}</td>
            <td>${matched ?? 0} times, ${left === null || left === undefined ? 'no limit' : `${left} left`}</td>
            <td><button type="button" aria-label=${`Remove fault ${id}`} onClick=${() => removeOne(id)}>Remove</button></td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The members of a fault from the text of its form's fields: numbers where the description says so. */
export function faultOf(type, texts, properties) {
  const valueOf = (name, { type: kind, enum: choices }) => {
    const text = texts[name];
    return kind === 'integer' || kind === 'number' || typeof choices?.[0] === 'number' ? Number(text) : text;
  };
  const given = (some) =>
    Object.fromEntries(
      Object.entries(some)
        .filter(([name]) => texts[name])
        .map(([name, schema]) => [name, valueOf(name, schema)]),
    );
  const { match, attributes, ...rest } = properties;
  const members = Object.fromEntries(
    ['at', 'times', 'after', 'probability', 'seed', 'id'].map((name) => [name, rest[name]]),
  );
  const its = attributes.anyOf.find(({ title }) => title === type);
  return {
    type,
    attributes: given(its.properties),
    match: given({ method: {}, operation: {}, path: {} }),
    ...given(members),
  };
}

function AddForm({ path, properties, query }) {
  const [type, setType] = useState('status');
  const [texts, setTexts] = useState({ status: '503', ...Object.fromEntries(query) });
  const set =
    (name) =>
    ({ target }) =>
      setTexts({ ...texts, [name]: target.value });
  const attributes = properties.attributes.anyOf.find(({ title }) => title === type);

  const field = (
    name,
    { enum: choices, type: kind, minimum, maximum, description },
    isRequired = false,
  ) => html`<label key=${name} title=${description}>
    ${name}
    ${
      choices
        ? html`<select required=${isRequired} value=${texts[name] ?? ''} onChange=${set(name)}>
          ${!isRequired && html`<option value="">any</option>`} ${choices.map((one) => html`<option value=${String(one)}>${String(one)}</option>`)}
        </select>`
        : html`<input
          type=${kind === 'integer' || kind === 'number' ? 'number' : 'text'}
          min=${minimum}
          max=${maximum}
          step=${kind === 'number' ? 'any' : undefined}
          required=${isRequired}
          value=${texts[name] ?? ''}
          onInput=${set(name)}
        />`
    }
  </label>`;
  const add = (event) => {
    event.preventDefault();
    act(
      () => post(path, faultOf(type, texts, properties)),
      ({ id }) => ({ text: `Fault ${id} is added.` }),
    );
  };
  const { method, operation, path: glob } = properties.match.properties;
  return html`<form class="card fields" onSubmit=${add} data-testid="fault-form" aria-label="Add a fault">
    <label>
      type
      <select value=${type} onChange=${({ target }) => setType(target.value)}>
        ${properties.type.enum.map((one) => html`<option value=${one}>${one}</option>`)}
      </select>
    </label>
    ${Object.entries(attributes.properties).map(([name, schema]) => field(name, schema, attributes.required?.includes(name)))}
    ${field('method', method)} ${field('operation', operation)} ${field('path', glob)} ${field('times', properties.times)}
    ${field('after', properties.after)} ${field('probability', properties.probability)} ${field('at', properties.at)}
    <button>Add fault</button>
  </form>`;
}

export function Faults({ scope, route }) {
  const path = `${pathOf(scope)}/faults`;
  const own = useLoaded(() => get(path), [path], ['faults', 'request'], scope);
  const common = useLoaded(async () => (scope ? get('/faults') : { faults: [] }), [path], ['faults', 'request'], null);
  const { value: properties } = useLoaded(
    async () => (await get('/openapi')).components.schemas.Fault.properties,
    [],
    [],
    null,
  );
  if (!own.value) return html`<${Problem} error=${own.error} />`;
  const { faults } = own.value;
  const ofMock = common.value?.faults ?? [];
  const removeAll = () => act(() => remove(path), 'All faults are removed.');
  return html`
    <p class="inline">
      <span role="status">${faults.length === 1 ? '1 fault' : `${faults.length} faults`} ${scope ? 'in this sandbox' : 'for all sandboxes'}</span>
      <button type="button" disabled=${faults.length === 0} onClick=${removeAll}>Remove all</button>
      ${scope && html`<a href=${hashOf(null, 'faults')}>Of the whole mock</a>`}
    </p>
    ${faults.length === 0 ? html`<${Nothing}>Requests are answered as the contract says.<//>` : html`<${List} path=${path} faults=${faults} label="Faults" />`}
    ${ofMock.length > 0 && html`<h2>For all sandboxes</h2><${List} path="/faults" faults=${ofMock} label="Faults for all sandboxes" />`}
    <h2>Add a fault</h2>
    ${properties && html`<${AddForm} path=${path} properties=${properties} query=${route.query} />`}
  `;
}
