// Asked for where the mock was started with --admin-token.
import { html, useEffect, useRef, useState } from './vendor/htm-preact.js';
import { Refused, adminToken, get } from './api.js';

export function TokenForm({ wasWrong, onToken }) {
  const field = useRef();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState(wasWrong ? 'The mock does not accept this token.' : '');
  useEffect(() => {
    document.title = 'Token · flow-mock';
    field.current.focus();
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    adminToken.set(token.trim());
    try {
      await get('/version');
      onToken();
    } catch (error) {
      adminToken.forget();
      const isWrong = error instanceof Refused && error.status === 401;
      setProblem(isWrong ? 'The mock does not accept this token.' : error.message);
      field.current.select();
    }
  };
  return html`<main>
    <h1>flow-mock</h1>
    <form class="card token" onSubmit=${submit} data-testid="token-form">
      <p>This mock was started with <code>--admin-token</code>. The token is kept until this tab is closed.</p>
      <label>
        Admin token
        <input ref=${field} type="password" autocomplete="off" required value=${token} onInput=${({ target }) => setToken(target.value)} />
      </label>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <button>Open the console</button>
    </form>
  </main>`;
}
