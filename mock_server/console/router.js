// Each view has a URL of its own, in the hash: #/s/ORGANISATION/SANDBOX/runs/ID?name=value, #/contract.
import { useEffect, useState } from './vendor/htm-preact.js';
import { queryOf } from './api.js';

/**
 * @typedef {object} Route
 * @property {import('./api.js').Scope} scope
 * @property {string} view empty: none is named
 * @property {string} id of what is shown alone: a run, a request; or empty
 * @property {URLSearchParams} query
 */

/** @returns {Route} */
export function routeOf(hash) {
  const [path, query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const parts = path.split('/').map(decoded);
  const scope = parts[0] === 's' && parts.length > 2 ? { organisation: parts[1], sandbox: parts[2] } : null;
  const [view = '', id = ''] = scope ? parts.slice(3) : parts;
  return { scope, view: scope ? view || 'runs' : view, id, query: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that somebody typed
  }
}

/** The URL of a view, as a hash. */
export function hashOf(scope, view, id = '', query = {}) {
  const parts = [...(scope ? ['s', scope.organisation, scope.sandbox] : []), view, ...(id === '' ? [] : [String(id)])];
  return `#/${parts.map(encodeURIComponent).join('/')}${queryOf(query)}`;
}

const moved = new Set();
addEventListener('hashchange', () => moved.forEach((listener) => listener()));

/** Goes to a URL without an entry in the browser's history: while somebody types a filter, say. */
export function replaceHash(hash) {
  history.replaceState(null, '', hash);
  moved.forEach((listener) => listener());
}

export function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    moved.add(follow);
    follow();
    return () => moved.delete(follow);
  }, []);
  return routeOf(hash);
}
