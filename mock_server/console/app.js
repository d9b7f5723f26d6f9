// The console of flow-mock: one page that shows and does what the control API offers.
import { html, render, useEffect, useErrorBoundary, useRef, useState } from './vendor/htm-preact.js';
import { adminToken, get, onLocked, pathOf } from './api.js';
import { Bar, useClock } from './bar.js';
import { Contract } from './contract.js';
import { Events } from './events.js';
import { Exchange } from './exchange.js';
import { Faults } from './faults.js';
import { JournalView } from './journal.js';
import { connect, useLoaded } from './live.js';
import { ClockOfSandbox, Notices, Problem } from './parts.js';
import { hashOf, replaceHash, useRoute } from './router.js';
import { RunView } from './run.js';
import { Runs } from './runs.js';
import { Sandboxes } from './sandboxes.js';
import { TokenForm } from './token.js';
import { Violations } from './violations.js';

/**
 * The views in the order of their links. of: whether a view is of one sandbox, of the whole mock, or of either; one, showOne:
 * what the URL names beneath it.
 */
const VIEWS = [
  { view: 'sandboxes', title: 'Sandboxes', of: 'mock', show: Sandboxes },
  { view: 'runs', title: 'Runs', of: 'sandbox', show: Runs, one: 'Run', showOne: RunView },
  { view: 'journal', title: 'Journal', of: 'either', show: JournalView, one: 'Request', showOne: Exchange },
  { view: 'violations', title: 'Violations', of: 'either', show: Violations },
  { view: 'faults', title: 'Faults', of: 'either', show: Faults },
  { view: 'events', title: 'Events', of: 'sandbox', show: Events },
  { view: 'contract', title: 'Contract', of: 'mock', show: Contract },
];

const KEPT_SANDBOX = 'flow-mock-sandbox';

/** The sandbox of the bar where the URL names none: the one shown before, or that seen last. */
function remembered(sandboxes) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT_SANDBOX));
    const found = sandboxes.find((one) => one.organisation === kept?.organisation && one.sandbox === kept?.sandbox);
    if (found) return found;
  } catch {
    // not ours
  }
  return seenLast(sandboxes);
}

const seenLast = (sandboxes) =>
  sandboxes.reduce((last, one) => ((one.lastUse ?? 0) >= (last?.lastUse ?? 0) ? one : last), undefined);

function Links({ scope, current }) {
  return html`<nav aria-label="Views">
    <ul>
      ${VIEWS.map(({ view, title, of }) => {
        const its = of === 'mock' ? null : scope;
        return html`<li><a href=${hashOf(its, view)} aria-current=${view === current ? 'page' : undefined}>${title}</a></li>`;
      })}
    </ul>
  </nav>`;
}

/** A view that fails leaves the links and the bar. */
function Guarded({ children }) {
  const [error] = useErrorBoundary((thrown) => console.error(thrown));
  return error
    ? html`<${Problem} error=${new Error(`This view has failed: ${error.message}. It is a defect of the console.`)} />`
    : children;
}

/** The view that the URL names. */
function Shown({ route, known }) {
  const heading = useRef();
  const isFirst = useRef(true);
  const isOne = route.id !== '' && known.showOne;
  const needsSandbox = known.of === 'sandbox' && !route.scope;
  const title = needsSandbox ? 'Sandboxes' : isOne ? known.one : known.title;
  const place = JSON.stringify([route.scope, known.view, isOne && route.id]);
  useEffect(() => {
    document.title = `${title} · ${route.scope ? `${route.scope.sandbox} · ` : ''}flow-mock`;
    if (!isFirst.current) heading.current.focus(); // a screen reader says where its user has come to
    isFirst.current = false;
  }, [place]);
  const View = needsSandbox ? Sandboxes : isOne ? known.showOne : known.show;
  return html`<main>
    <h1 tabindex="-1" ref=${heading}>${title}</h1>
    <${Guarded} key=${place}><${View} route=${route} scope=${route.scope} /><//>
  </main>`;
}

/** To the view, past links and bar; the hash stays the view's. */
function skip(event) {
  event.preventDefault();
  document.querySelector('main h1').focus();
}

function Console({ connected }) {
  const route = useRoute();
  const { value, error } = useLoaded(() => get('/sandboxes?limit=10000'), [], ['sandboxes'], null);
  const sandboxes = value?.sandboxes ?? [];
  const found = remembered(sandboxes);
  const scope = route.scope ?? (found ? { organisation: found.organisation, sandbox: found.sandbox } : null);
  const clock = useClock(scope);

  useEffect(() => {
    if (route.scope) sessionStorage.setItem(KEPT_SANDBOX, JSON.stringify(route.scope));
  }, [pathOf(route.scope)]);
  useEffect(() => {
    if (route.view !== '' || !value) return;
    const last = seenLast(sandboxes);
    replaceHash(last ? hashOf(last, 'runs') : hashOf(null, 'sandboxes'));
  }, [route.view, value]);

  const known = VIEWS.find(({ view }) => view === (route.view || 'sandboxes'));
  return html`<${ClockOfSandbox.Provider} value=${clock}>
    <a class="skip" href="#main" onClick=${skip}>Skip to the view</a>
    <header>
      <${Links} scope=${scope} current=${known?.view} />
      <${Bar} key=${pathOf(scope)} sandboxes=${sandboxes} scope=${scope} clock=${clock} connected=${connected} />
    </header>
    ${
      known && value
        ? html`<${Shown} route=${route} known=${known} />`
        : html`<main>
          <h1 tabindex="-1">flow-mock</h1>
          ${!known && html`<p>There is no such view; the links above lead to those there are.</p>`}
          <${Problem} error=${error} />
        </main>`
    }
  <//>`;
}

function App() {
  const [lock, setLock] = useState(undefined); // {wasWrong}: the mock asks for its token
  const [connected, setConnected] = useState(undefined); // undefined: not tried yet
  useEffect(() => {
    onLocked((wasSent) => {
      adminToken.forget();
      setLock((before) => ({ wasWrong: wasSent || before?.wasWrong === true }));
    });
    connect(setConnected);
  }, []);
  const unlocked = () => {
    setLock(undefined);
    connect(setConnected);
  };
  // Lists are loaded once the stream stands, so that no change comes between.
  return html`
    ${lock && html`<${TokenForm} wasWrong=${lock.wasWrong} onToken=${unlocked} />`}
    ${!lock && connected !== undefined && html`<${Console} connected=${connected} />`}
    <${Notices} />
  `;
}

render(html`<${App} />`, document.getElementById('console'));
