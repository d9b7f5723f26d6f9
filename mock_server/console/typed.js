// A text box whose text takes effect a moment after the last key.
import { useEffect, useRef, useState } from './vendor/htm-preact.js';

const PAUSE_MS = 30; // short enough that a filter is in force within 100 ms

/**
 * @param {string} value in force
 * @param {(text: string) => void} onTyped puts another in force
 * @returns {[string, (text: string) => void]} the text of the box, and what sets it
 */
export function useTyped(value, onTyped) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value); // set by something else than the box
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      onTyped(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
