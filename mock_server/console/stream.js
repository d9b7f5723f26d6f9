// Server-sent events of /__admin/stream, read with fetch: an EventSource cannot send the token in a header.
import { Refused, ask } from './api.js';

const RETRY_MS = 1000;
/** The mock says something every 15 s; a connection that is silent for so long is taken for dead. */
const SILENCE_MS = 45_000;

/**
 * Splits a stream's text into events.
 * @param {(event: {name: string, id: string, data: string}) => void} onEvent
 * @returns {(text: string) => void} to be given the text as it comes
 */
export function eventReader(onEvent) {
  let rest = '';
  let event = { name: '', id: '', data: [] };
  const readLine = (line) => {
    if (line === '') {
      if (event.data.length > 0) onEvent({ ...event, data: event.data.join('\n') });
      event = { name: '', id: '', data: [] };
      return;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === 'event') event.name = value;
    if (field === 'id') event.id = value;
    if (field === 'data') event.data.push(value);
  };
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    lines.forEach(readLine);
  };
}

/** Follows the stream until stop() is called, and connects again where it ends. */
export class Stream {
  #stopped = new AbortController();
  #lastId = '';

  /**
   * @param {(name: string, data: object) => void} onEvent hello, request, change
   * @param {(connected: boolean) => void} onConnected
   */
  constructor(onEvent, onConnected) {
    this.onEvent = onEvent;
    this.onConnected = onConnected;
  }

  async start() {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#read();
      } catch (error) {
        if (error instanceof Refused && error.status === 401) return; // started anew when the token is given
      }
      if (signal.aborted) return;
      this.onConnected(false);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  stop() {
    this.#stopped.abort();
  }

  async #read() {
    const connection = new AbortController();
    const end = () => connection.abort();
    this.#stopped.signal.addEventListener('abort', end);
    let silence = setTimeout(end, SILENCE_MS);
    try {
      const headers = { Accept: 'text/event-stream', ...(this.#lastId && { 'Last-Event-ID': this.#lastId }) };
      const answer = await ask('GET', '/stream', { headers, signal: connection.signal });
      const read = eventReader(({ name, id, data }) => {
        if (id) this.#lastId = id;
        if (name === 'hello') this.onConnected(true);
        this.onEvent(name, JSON.parse(data));
      });
      const decoder = new TextDecoder();
      const reader = answer.body.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE_MS);
        read(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(silence);
      this.#stopped.signal.removeEventListener('abort', end);
    }
  }
}
