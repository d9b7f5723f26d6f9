// A table of very many rows: only those in sight are in the document.
import { html, useEffect, useLayoutEffect, useRef, useState } from './vendor/htm-preact.js';

/** px; of every row, so that where a row stands is known without laying it out. */
export const ROW_HEIGHT = 36;
/** Rows that are rendered above and below those in sight, so that scrolling does not show gaps. */
const SPARE = 8;

/** How far each table was scrolled, for who comes back to it. */
const places = new Map();

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {string} [kind] CSS classes of its cells; 'wide' and 'wider': not on narrow screens
 * @property {(row: object) => any} cell
 * @property {string} [sort] what the column is sorted by, where it can be
 */

/**
 * @param {object} props
 * @param {string} props.testId
 * @param {string} props.rowTestId
 * @param {string} props.label what is in the table, for screen readers
 * @param {Column[]} props.columns
 * @param {number} props.count of rows
 * @param {(index: number) => object | undefined} props.row undefined: not loaded yet
 * @param {(row: object) => any} props.keyOf
 * @param {(row: object) => void} props.onOpen a row was clicked, beside its links and buttons
 * @param {(from: number, to: number) => void} [props.onSight] these rows are in sight
 * @param {number} [props.added] how many rows have come on top so far: who has scrolled keeps sight of the same rows
 * @param {string} [props.sorted] the sort in force, with '-' before it where it is descending
 * @param {(sort: string) => void} [props.onSort]
 * @param {string} props.place under which the table's place is remembered
 */
export function LongTable(props) {
  const { testId, rowTestId, label, columns, count, row, keyOf, onOpen, onSight, added = 0, place } = props;
  const box = useRef();
  const lastAdded = useRef(added);
  const [sight, setSight] = useState({ first: 0, rows: 30 });

  const look = () => {
    const { scrollTop, clientHeight } = box.current;
    places.set(place, scrollTop);
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - SPARE);
    const rows = Math.ceil(clientHeight / ROW_HEIGHT) + 2 * SPARE;
    if (first !== sight.first || rows !== sight.rows) setSight({ first, rows });
  };

  useLayoutEffect(() => {
    const more = added - lastAdded.current;
    lastAdded.current = added;
    if (more > 0 && box.current.scrollTop > ROW_HEIGHT) box.current.scrollTop += more * ROW_HEIGHT;
  }, [added]);
  useLayoutEffect(() => {
    box.current.scrollTop = places.get(place) ?? 0;
    look();
  }, [place, count > 0]);
  const looks = useRef(look);
  looks.current = look;
  useEffect(() => {
    const watch = new ResizeObserver(() => looks.current());
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  const first = Math.min(sight.first, Math.max(0, count - 1));
  const last = Math.min(count, first + sight.rows);
  useEffect(() => onSight?.(first, last), [first, last, onSight]);

  const shown = [];
  for (let index = first; index < last; ++index) shown.push([index, row(index)]);
  const cells = (one) => columns.map(({ kind, cell }) => html`<td class=${kind}>${cell(one)}</td>`);
  const open = (event, one) => {
    if (!event.target.closest('a, button, input') && getSelection().isCollapsed) onOpen(one);
  };
  const gap = (rows) =>
    rows > 0 &&
    html`<tr aria-hidden="true" class="gap"><td colspan=${columns.length} style=${{ height: `${rows * ROW_HEIGHT}px` }}></td></tr>`;

  return html`<div class="long" ref=${box} onScroll=${look} role="region" aria-label=${label} tabindex="0">
    <table data-testid=${testId} aria-label=${label} aria-rowcount=${count + 1}>
      <thead>
        <tr aria-rowindex="1">
          ${columns.map((column) => html`<${Heading} column=${column} sorted=${props.sorted} onSort=${props.onSort} />`)}
        </tr>
      </thead>
      <tbody>
        ${gap(first)}
        ${shown.map(
          ([index, one]) =>
            html`<tr
              key=${one === undefined ? `row ${index}` : keyOf(one)}
              data-testid=${one && rowTestId}
              aria-rowindex=${index + 2}
              style=${{ height: `${ROW_HEIGHT}px` }}
              onClick=${(event) => one && open(event, one)}
            >
              ${one === undefined ? html`<td colspan=${columns.length} class="muted">…</td>` : cells(one)}
            </tr>`,
        )}
        ${gap(count - last)}
      </tbody>
    </table>
  </div>`;
}

function Heading({ column: { title, kind, sort }, sorted, onSort }) {
  if (!sort) return html`<th scope="col" class=${kind}>${title}</th>`;
  const direction = sorted === sort ? 'ascending' : sorted === `-${sort}` ? 'descending' : 'none';
  const mark = { ascending: ' ▲', descending: ' ▼', none: '' }[direction];
  const next = direction === 'descending' ? sort : `-${sort}`;
  return html`<th scope="col" class=${kind} aria-sort=${direction}>
    <button type="button" class="sort" onClick=${() => onSort(next)}>${title}<span aria-hidden="true">${mark}</span></button>
  </th>`;
}
