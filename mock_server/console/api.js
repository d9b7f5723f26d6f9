// Calls of the control API (docs/control-api.md).

/** A sandbox, or null: the whole mock. @typedef {{organisation: string, sandbox: string} | null} Scope */

const KEPT_TOKEN = 'flow-mock-admin-token';

/** A refused call: what is wrong and what to change, as the control API says it. */
export class Refused extends Error {
  constructor(status, errors) {
    const [{ title = `Status ${status}`, detail = '', source } = {}] = errors ?? [];
    super([source?.pointer, detail || title].filter(Boolean).join(': '));
    this.status = status;
  }
}

/** Kept as long as the tab is open. */
export const adminToken = {
  get: () => sessionStorage.getItem(KEPT_TOKEN) ?? '',
  set: (token) => sessionStorage.setItem(KEPT_TOKEN, token),
  forget: () => sessionStorage.removeItem(KEPT_TOKEN),
};

/** Called with whether a token was sent when the mock has asked for one. */
let whenLocked = () => {};
export const onLocked = (listener) => (whenLocked = listener);

/** Where the control API has a scope. @param {Scope} scope */
export function pathOf(scope) {
  return scope ? `/sandboxes/${encodeURIComponent(scope.organisation)}/${encodeURIComponent(scope.sandbox)}` : '';
}

/** The answer to a request below /__admin. Throws Refused, also for statuses above 299. */
export async function ask(method, path, { body, headers = {}, signal } = {}) {
  const token = adminToken.get();
  const answer = await fetch(`/__admin${path}`, {
    method,
    body,
    signal,
    cache: 'no-store',
    headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }) },
  }).catch((error) => {
    if (error.name === 'AbortError') throw error;
    throw new Refused(0, [{ detail: 'The mock does not answer.' }]);
  });
  if (answer.ok) return answer;
  const { errors } = await answer.json().catch(() => ({}));
  if (answer.status === 401) whenLocked(token !== '');
  throw new Refused(answer.status, errors);
}

const call = async (method, path, value) => {
  const body = value === undefined ? undefined : JSON.stringify(value);
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return (await ask(method, path, { body, headers })).json();
};

/** Calls with JSON in and out. */
export const get = (path) => call('GET', path);
export const post = (path, value) => call('POST', path, value);
export const put = (path, value) => call('PUT', path, value);
export const remove = (path) => call('DELETE', path);

/** The query of those parameters that are given; of a list, each value. */
export function queryOf(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== '') query.append(name, one);
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}
