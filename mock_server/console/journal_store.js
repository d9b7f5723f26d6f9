// The entries of a journal in brief, held by the page so that it can search them as somebody types.
import { useEffect, useReducer } from './vendor/htm-preact.js';
import { get, pathOf, queryOf } from './api.js';
import { concerns, listen } from './live.js';

const FIRST_PAGE = 1000;
const PAGE = 10_000;
/** More than these are let go, the oldest first. */
const MOST = 200_000;
/** ms; how often those who show the journal are told of what has come. */
const PACE_MS = 50;

/**
 * An entry in brief.
 * @typedef {object} Entry
 * @property {number} number counts the exchanges of the mock
 * @property {number} atMs by the sandbox's clock
 * @property {number} durationUs
 * @property {string} [organisation]
 * @property {string} [sandbox]
 * @property {string} method
 * @property {string} target
 * @property {number} status
 * @property {string} [operation]
 * @property {string} [run]
 * @property {string} [madeRun]
 * @property {string} [error]
 * @property {string} [fault]
 * @property {boolean} violated
 */

export class Journal {
  /** @type {Entry[]} the oldest first */
  entries = [];
  /** Counts the changes of `entries` other than at its end. */
  shape = 0;
  /** Whether older ones are still being loaded. */
  isLoading = true;
  error = undefined;
  #scope;
  #loading = 0; // counts the loads: what an older one brings is too late
  #watchers = new Set();
  #timer;
  #ignore;

  constructor(scope) {
    this.#scope = scope;
    this.#ignore = listen((name, data) => this.#follow(name, data));
    this.#load();
  }

  /** Follows the mock no longer. */
  close() {
    this.#ignore();
    this.#loading += 1;
  }

  /** Has a function called when entries have come or gone; returns what ends that. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #follow(name, data) {
    if (name === 'request' && concerns(data, this.#scope) && this.#isOwn(data)) this.#add(data);
    if (name === 'hello' && data.lost) this.#load();
    if (name === 'change' && data.what.includes('requests') && concerns(data, this.#scope)) this.#load();
  }

  /** A request that reached no sandbox is in the mock's journal alone. */
  #isOwn({ sandbox }) {
    return !this.#scope || sandbox !== undefined;
  }

  #tell() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#watchers.forEach((watcher) => watcher());
    }, PACE_MS);
  }

  /** The latest first, and then, page by page, all that there are. */
  async #load() {
    const load = ++this.#loading;
    this.entries = [];
    this.shape += 1;
    this.isLoading = true;
    this.error = undefined;
    this.#tell();
    try {
      for (let limit = FIRST_PAGE, before; ; limit = PAGE) {
        const { requests } = await get(`${pathOf(this.#scope)}/requests${queryOf({ brief: true, limit, before })}`);
        if (load !== this.#loading) return;
        this.#addOlder(requests);
        if (requests.length < limit || this.entries.length >= MOST) break;
        before = requests[0].number;
      }
    } catch (error) {
      if (load !== this.#loading) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#tell();
  }

  #addOlder(requests) {
    if (requests.length === 0) return;
    const last = requests.at(-1).number;
    this.entries = [...requests, ...this.entries.filter(({ number }) => number > last)];
    this.shape += 1;
    this.#tell();
  }

  #add(entry) {
    const { entries } = this;
    let at = entries.length;
    while (at > 0 && entries[at - 1].number > entry.number) --at;
    if (at > 0 && entries[at - 1].number === entry.number) return;
    entries.splice(at, 0, entry);
    if (at < entries.length - 1) this.shape += 1;
    if (entries.length > MOST * 1.1) {
      this.entries = entries.slice(-MOST);
      this.shape += 1;
    }
    this.#tell();
  }

  /** A retry that an application was answered: which run it made from which. @returns {Entry[]} */
  retries() {
    return this.entries.filter(({ run, madeRun }) => run !== undefined && madeRun !== undefined);
  }
}

/** One is held at a time: that of the scope shown last. */
let held = { path: undefined, journal: undefined };

/** The journal of a scope; who uses it is rendered again when it changes. @returns {Journal} */
export function useJournal(scope) {
  const path = pathOf(scope);
  if (held.path !== path) {
    held.journal?.close();
    held = { path, journal: new Journal(scope) };
  }
  const { journal } = held;
  const [, renew] = useReducer((count) => count + 1, 0);
  useEffect(() => journal.watch(renew), [journal]);
  return journal;
}
