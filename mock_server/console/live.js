// What the page shows follows the mock: lists are loaded again when the stream says that they have changed.
import { useCallback, useEffect, useRef, useState } from './vendor/htm-preact.js';
import { Stream } from './stream.js';

/** The shortest time between two loads of a list. */
const PAUSE_MS = 200;

const listeners = new Set();
let stream;

/**
 * Has a function called with each event of the stream: ('hello', {number, lost}), ('request', entry) and
 * ('change', {organisation, sandbox, what}). Returns what ends that.
 */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Connects, or connects anew: with another token, say. */
export function connect(onConnected) {
  stream?.stop();
  stream = new Stream((name, data) => listeners.forEach((listener) => listener(name, data)), onConnected);
  stream.start();
}

/** Whether a change or an entry of the journal is of that scope; what names no sandbox is of every one. */
export function concerns({ organisation, sandbox }, scope) {
  if (!scope || (organisation === undefined && sandbox === undefined)) return true;
  return organisation === scope.organisation && sandbox === scope.sandbox;
}

/**
 * A function that calls `work` soon: never while it is still at work, and with pauses, so that lists that take long leave
 * the mock and the page time for others.
 */
export function paced(work) {
  let timer;
  let isWorking = false;
  let isWanted = false;
  let notBefore = 0;
  const begin = async () => {
    timer = undefined;
    isWorking = true;
    isWanted = false;
    const start = performance.now();
    try {
      await work();
    } finally {
      isWorking = false;
      const end = performance.now();
      notBefore = end + Math.max(PAUSE_MS, 3 * (end - start));
      if (isWanted) want();
    }
  };
  const want = () => {
    isWanted = true;
    if (isWorking || timer !== undefined) return;
    timer = setTimeout(begin, Math.max(0, notBefore - performance.now()));
  };
  return want;
}

/**
 * A value from the control API, loaded again when the stream says that it changed; the last one stays until then.
 * @param {() => Promise<any>} load
 * @param {any[]} inputs as of useEffect: when one is another, the value is loaded anew
 * @param {string[]} names of changes that it depends on: runs, clock, faults, …; 'request': every request
 * @param {import('./api.js').Scope} scope whose changes
 * @returns {{value: any, error: Error | undefined, reload: () => void}}
 */
export function useLoaded(load, inputs, names, scope) {
  const [state, setState] = useState({});
  const latest = useRef();
  const reload = useCallback(() => latest.current?.(), []);

  useEffect(() => {
    let isOver = false;
    const loadOnce = async () => {
      if (isOver) return;
      const loaded = await load().then(
        (value) => () => ({ value }),
        (error) => (before) => ({ ...before, error }),
      );
      if (!isOver) setState(loaded);
    };
    const want = paced(loadOnce);
    latest.current = want;
    want();
    const end = listen((name, data) => {
      const isOfIt =
        name === 'hello' ||
        (name === 'change' && concerns(data, scope) && data.what.some((one) => names.includes(one))) ||
        (name === 'request' && names.includes('request') && concerns(data, scope));
      if (isOfIt) want();
    });
    return () => {
      isOver = true;
      end();
    };
  }, inputs);

  return { ...state, reload };
}
