// Small parts that several views are made of.
import { createContext, html, useEffect, useState } from './vendor/htm-preact.js';
import { get, pathOf } from './api.js';
import { useLoaded } from './live.js';
import { hashOf } from './router.js';

/** The clock of the sandbox in the bar: {frozen, now()}, or undefined while it is not known. */
export const ClockOfSandbox = createContext(undefined);

const STATE_KINDS = {
  failed: 'bad',
  partialfailure: 'bad',
  success: 'good',
  'success-without-records': 'good',
  completed: 'good',
  partialsuccess: 'warn',
};

/** How a state is coloured; the word itself says it, too. */
export const stateKind = (state) => STATE_KINDS[String(state).toLowerCase().replace('_', '')] ?? 'info';

export const State = ({ state }) => html`<span class="chip ${stateKind(state)}">${String(state)}</span>`;

const STANDING_KINDS = { documented: 'good', inferred: 'info', assumed: 'warn' };

export const Standing = ({ standing }) =>
  standing && html`<span class="chip ${STANDING_KINDS[standing] ?? 'info'}">${standing}</span>`;

export function Status({ status }) {
  const kind = status >= 500 ? 'bad' : status >= 400 ? 'warn' : status >= 200 ? 'good' : 'info';
  return html`<span class="chip ${kind}">${status || 'none'}</span>`;
}

/** A text that others chose: what is in it does not turn the text around it. */
export function Name({ text, most = Infinity }) {
  const whole = String(text ?? '');
  return html`<bdi>${whole.length > most ? `${whole.slice(0, most)}…` : whole}</bdi>`;
}

/** A text of the contract, in which what stands between backquotes is code. */
export const Prose = ({ text }) => text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));

/** "2026-11-29 14:12:29.831", UTC, of epoch ms. */
export function timeText(ms) {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString().replace('T', ' ').replace('Z', '');
}

export const Time = ({ ms }) => (ms === undefined ? '' : html`<time title=${`${ms} ms, UTC`}>${timeText(ms)}</time>`);

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The ms of "500ms", "30s", "5m", "1h" or "2d". Throws. */
export function durationMs(text) {
  const found = /^\s*([0-9]+)\s*(ms|s|m|h|d)\s*$/.exec(text);
  if (!found) throw new Error(`'${text}' is no duration: write 500ms, 30s, 5m, 1h or 2d`);
  return Number(found[1]) * UNITS[found[2]];
}

/** The shortest text of which durationMs makes the same. */
export function durationWord(ms) {
  const [unit, size] = Object.entries(UNITS).findLast(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

/** As people read it, rounded. */
export function durationText(ms) {
  if (ms < 1000) return `${Math.round(ms * 100) / 100} ms`;
  const [unit, size] = Object.entries(UNITS).findLast(([, one]) => ms >= one) ?? ['s', 1000];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}

export const RunLink = ({ scope, id, whole = false }) =>
  html`<a href=${hashOf(scope, 'runs', id)} title=${id} class="mono"><bdi>${whole ? id : id.slice(0, 8)}</bdi></a>`;

export const Problem = ({ error }) => error && html`<p class="problem" role="alert">${error.message}</p>`;

/** Shown in place of a list that is empty. */
export const Nothing = ({ children }) => html`<p class="muted nothing">${children}</p>`;

/** JSON as people read it; a text that is none as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Names of flows by id: {}, until they are known. */
export function useFlowNames(scope) {
  const { value } = useLoaded(() => get(`${pathOf(scope)}/flows?limit=10000`), [pathOf(scope)], ['runs'], scope);
  return Object.fromEntries((value?.flows ?? []).map(({ id, name }) => [id, name]));
}

/** What the page has to say: {text, isBad, href, label}, the latest alone. */
const noticeListeners = new Set();
export const notify = (text, more = {}) => noticeListeners.forEach((listener) => listener({ text, ...more }));

/** Does something, and says what came of it; a text, or a function from the result to a notice. */
export async function act(work, said) {
  try {
    const result = await work();
    const { text, ...more } = typeof said === 'function' ? said(result) : { text: said };
    if (text) notify(text, more);
    return result;
  } catch (error) {
    notify(error.message, { isBad: true });
    return undefined;
  }
}

export function Notices() {
  const [notice, setNotice] = useState(undefined);
  useEffect(() => {
    noticeListeners.add(setNotice);
    return () => noticeListeners.delete(setNotice);
  }, []);
  return html`<div class="notices" role="status" aria-live="polite">
    ${
      notice &&
      html`<div class="notice ${notice.isBad ? 'bad' : ''}">
      <span>${notice.text} ${notice.href && html`<a href=${notice.href}>${notice.label}</a>`}</span>
      ${notice.content && html`<textarea readonly aria-label="Text to copy" rows="6" value=${notice.content}></textarea>`}
      <button type="button" class="plain" aria-label="Close the notice" onClick=${() => setNotice(undefined)}>×</button>
    </div>`
    }
  </div>`;
}

/** Copies a text; where the browser does not let the page do so, shows it to be copied by hand. */
export async function copy(what, text) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`Copied: ${what}.`);
  } catch {
    notify(`The browser does not let this page copy; here is the ${what}.`, { content: text });
  }
}

/** Has the browser save a text as a file. */
export function save(name, type, parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
