/**
 * Knows whether this thread is at work or only waits for a timer. While it waits, simulated time may pass: a retry's backoff
 * then takes simulated seconds, not real ones. A thread that waits for something else as well (a file, a cipher) may be taken
 * for one that waits for its timer only; time then passes at most until that timer.
 */
import { subscribe } from 'node:diagnostics_channel';
import { Agent, type ClientRequest, type RequestOptions } from 'node:http';

export interface Activity {
  /** Something happened, or a timer was set: look whether there is more to do. */
  look(): void;
}

/** Turns of the event loop without a request under way after which a thread counts as waiting. */
const IDLE_TURNS = 3;

/** @param onIdle called when no request is under way @param isWaiting whether there is a timer to wait for */
export function watchActivity(isWaiting: () => boolean, onIdle: () => void): Activity {
  let underWay = 0;
  let looking = false;
  const look = () => {
    if (looking) return;
    looking = true;
    let turns = 0;
    const turn = () => {
      turns = underWay === 0 ? turns + 1 : 0;
      if (underWay > 0 || !isWaiting()) looking = false;
      else if (turns < IDLE_TURNS) setImmediate(turn);
      else {
        looking = false;
        onIdle();
      }
    };
    setImmediate(turn);
  };
  const begin = () => {
    underWay += 1;
  };
  const end = () => {
    underWay -= 1;
    look();
  };
  watchRequests(begin, end);
  return { look };
}

interface RequestingAgent {
  addRequest(request: ClientRequest, options: RequestOptions, ...rest: unknown[]): void;
}

function watchRequests(begin: () => void, end: () => void): void {
  const agents = Agent.prototype as unknown as RequestingAgent;
  const { addRequest } = agents;
  agents.addRequest = function (request, ...rest) {
    begin();
    request.once('close', end);
    addRequest.call(this, request, ...rest);
  };
  // What `fetch` does, which has no agents.
  subscribe('undici:request:create', begin);
  subscribe('undici:request:trailers', end);
  subscribe('undici:request:error', end);
}
