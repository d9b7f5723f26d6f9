// The journal as an HTTP Archive (HAR 1.2), which browsers' developer tools and proxies open.
import { get, pathOf, queryOf } from './api.js';
import { save } from './parts.js';

const PAGE = 500;

const headerOf = (headers, name) => headers.find((one) => one.name.toLowerCase() === name)?.value;

/** An exchange of the control API as an entry of a HAR. */
export function harEntry(exchange) {
  const { headers = [], answerHeaders = [], body = '', answerBody = '' } = exchange;
  const time = exchange.durationUs / 1000;
  const host = headerOf(headers, 'host');
  const url = new URL(exchange.target, host ? `${location.protocol}//${host}` : location.origin);
  const message = { httpVersion: 'HTTP/1.1', cookies: [], headersSize: -1 };
  const size = (text) => new TextEncoder().encode(text).length;
  return {
    startedDateTime: new Date(exchange.atMs).toISOString(),
    time,
    request: {
      ...message,
      method: exchange.method,
      url: url.href,
      headers,
      queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
      bodySize: size(body),
      ...(body && { postData: { mimeType: headerOf(headers, 'content-type') ?? '', text: body } }),
    },
    response: {
      ...message,
      status: exchange.status,
      statusText: '',
      headers: answerHeaders,
      content: {
        size: size(answerBody),
        mimeType: headerOf(answerHeaders, 'content-type') ?? 'application/json',
        text: answerBody,
      },
      redirectURL: '',
      bodySize: size(answerBody),
    },
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    _number: exchange.number,
    _clauses: exchange.clauses,
  };
}

export const harOf = (exchanges) => ({
  log: { version: '1.2', creator: { name: 'flow-mock', version: '' }, entries: exchanges.map(harEntry) },
});

/** Has the browser save the exchanges of those entries. Returns {saved}: the mock may have dropped older ones. */
export async function exportHar(scope, entries) {
  const wanted = new Set(entries.map(({ number }) => number));
  const exchanges = [];
  for (let before = entries.at(-1).number + 1; ;) {
    const { requests } = await get(`${pathOf(scope)}/requests${queryOf({ limit: PAGE, before })}`);
    exchanges.unshift(...requests.filter(({ number }) => wanted.has(number)));
    if (requests.length < PAGE || requests[0].number <= entries[0].number) break;
    before = requests[0].number;
  }
  save('flow-mock.har', 'application/json', [JSON.stringify(harOf(exchanges), null, 1)]);
  return { saved: exchanges.length };
}
