import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Clock } from './ports.ts';
import { RealClock } from './real-clock.ts';

/** Well below the idle time after which servers close a connection (5 s by Node's own default, minutes at AWS). */
const LONGEST_IDLE_MS = 2_000;

/** The part of a client of the SDK that is guarded. */
interface Guarded {
  middlewareStack: {
    add(
      middleware: <Next extends (args: never) => unknown>(next: Next) => Next,
      options: { step: 'build'; name: string },
    ): void;
  };
}

/**
 * Connections for a client that asks once (`maxAttempts: 1`). A worker is frozen between two invocations and does not
 * see that the other side closed what it keeps open: its next request on it would fail, and nobody knew whether it was
 * heard. What was not used for two seconds is closed before a request, which then opens its own; requests that
 * follow one another still share one. Clients that ask again need none of this.
 * https://github.com/aws/aws-sdk-js-v3/issues/1196
 */
export class FreshConnections {
  /** For the client's `requestHandler`. */
  readonly agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 50 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 50 }),
  };
  readonly #clock: Clock;
  #usedAt = 0;

  constructor(clock: Clock = new RealClock()) {
    this.#clock = clock;
  }

  /** Lets a client's requests close what was idle too long; gives the client. */
  guard<Client extends Guarded>(client: Client): Client {
    client.middlewareStack.add(
      (next) =>
        (async (args: never) => {
          this.#closeIdle();
          try {
            return await next(args);
          } finally {
            this.#usedAt = this.#clock.now();
          }
        }) as typeof next,
      { step: 'build', name: 'freshConnections' },
    );
    return client;
  }

  #closeIdle(): void {
    if (this.#clock.now() - this.#usedAt <= LONGEST_IDLE_MS) return;
    for (const { freeSockets } of Object.values(this.agents))
      for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
}
