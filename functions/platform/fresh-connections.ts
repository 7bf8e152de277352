import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { RealClock } from './real-clock.ts';

/** Well below the idle time after which servers close a connection (5 s by Node's own default, minutes at AWS). */
const LONGEST_IDLE_MS = 2_000;

/** For the `requestHandler` of a client. */
interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

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
 * A client that asks once (`maxAttempts: 1`) on connections of its own. A worker is frozen between two invocations and does
 * not see that the other side closed what it keeps open: its next request on it would fail, and nobody knew whether it was
 * heard. What was not used for two seconds is closed before a request, which then opens its own; requests that
 * follow one another still share one. Clients that ask again need none of this.
 * https://github.com/aws/aws-sdk-js-v3/issues/1196
 *
 * @param create makes the client, which has to use these agents
 */
export function freshlyConnected<Client extends Guarded>(create: (agents: Agents) => Client): Client {
  const agents: Agents = {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 50 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 50 }),
  };
  const clock = new RealClock();
  let usedAt = 0;
  const client = create(agents);
  client.middlewareStack.add(
    (next) =>
      (async (args: never) => {
        if (clock.now() - usedAt > LONGEST_IDLE_MS) closeIdle(agents);
        try {
          return await next(args);
        } finally {
          usedAt = clock.now();
        }
      }) as typeof next,
    { step: 'build', name: 'freshConnections' },
  );
  return client;
}

function closeIdle(agents: Agents): void {
  for (const { freeSockets } of [agents.httpAgent, agents.httpsAgent])
    for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
