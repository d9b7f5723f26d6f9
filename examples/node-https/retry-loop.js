// Retries a failed dataflow run until it succeeds: an application to be tested against flow-mock.
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

const ATTEMPTS = 5; // retries of a run, and times that one request is sent
const POLL_MS = 600_000;
const TIMEOUT_MS = 60_000;
const OVERLOADED = [429, 503]; // nothing has been carried out: the request may be sent again

/** The service does not do what was asked, or what it has done is unknown: sending it again may be wrong. */
export class Refused extends Error {
  name = 'Refused';
}

/** It may still work, but not in so many attempts. */
export class GaveUp extends Error {
  name = 'GaveUp';
}

export class FlowService {
  #url;
  #headers;
  #agent;
  #newToken;
  #sleep;

  /**
   * agent: an https.Agent with the authorities to trust, if not Node's own; newToken(): an access token;
   * sleep(milliseconds): waits.
   */
  constructor(url, headers, { agent, newToken, sleep = delay } = {}) {
    this.#url = `${url}/data/foundation/flowservice`;
    this.#headers = { ...headers, 'Content-Type': 'application/json' };
    this.#agent = agent;
    this.#newToken = newToken;
    this.#sleep = sleep;
  }

  /** The id of the run that succeeded. */
  async retryUntilSuccess(run) {
    for (let retry = 0; retry < ATTEMPTS; retry++) {
      run = (await this.#call('POST', `/runs/${run}/action?op=re-trigger`)).id;
      if ((await this.#outcome(run)) === 'success') return run;
    }
    throw new GaveUp(`run ${run} has failed, too`);
  }

  async #outcome(run) {
    for (;;) {
      const [found] = (await this.#call('GET', `/runs/${run}`)).items;
      const state = found.metrics.statusSummary.status;
      if (state === 'success' || state === 'failed') return state;
      await this.#sleep(POLL_MS);
    }
  }

  async #call(method, path) {
    let renewed = false;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { status, headers, body } = await this.#send(method, path);
      if (status < 300) {
        return JSON.parse(body);
      } else if (status === 401 && this.#newToken && !renewed) {
        renewed = true;
        this.#headers.Authorization = `Bearer ${await this.#newToken()}`;
      } else if (OVERLOADED.includes(status)) {
        await this.#sleep(Number(headers['retry-after'] ?? 2 ** attempt) * 1000);
      } else {
        throw new Refused(`${status}: ${body}`);
      }
    }
    throw new GaveUp(`${method} ${path}: overloaded`);
  }

  async #send(method, path) {
    try {
      return await this.#exchange(method, path);
    } catch (error) {
      throw new Refused(`no answer to ${method} ${path}: ${error.message}`, { cause: error });
    }
  }

  #exchange(method, path) {
    return new Promise((resolve, reject) => {
      const options = { method, headers: this.#headers, agent: this.#agent, signal: AbortSignal.timeout(TIMEOUT_MS) };
      const sent = request(this.#url + path, options, (answer) => {
        const { statusCode: status, headers } = answer;
        text(answer).then((body) => resolve({ status, headers, body }), reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  }
}
