import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { SECOND } from '../../../functions/abandonment/time.ts';
import { guardedFetch } from '../../../functions/control-planes/guarded-fetch.ts';
import { ControlPlaneUnavailable } from '../../../functions/platform/control-plane.port.ts';
import { TokenBucket } from '../../../functions/platform/token-bucket.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Pauses pass at once, and are written down. */
function guarded({ timeout = 5 * SECOND, perSecond = 1_000, burst = 1_000 } = {}) {
  let now = Date.UTC(2026, 0, 5);
  const pauses: number[] = [];
  const clock = {
    now: () => now,
    pause: async (duration: number) => {
      pauses.push(duration);
      now += duration;
    },
  };
  const rate = new TokenBucket({ perSecond, burst, clock, sleep: clock.pause });
  const random = { next: () => 0.5, id: () => 'id' };
  return {
    pauses,
    clock,
    fetch: guardedFetch({ controlPlane: 'kafka', fetch, clock, random, timeout, rate }),
  };
}

/** Answers with these in turn, the last one for ever; `asked` are the requests as they came. */
async function inTurn(...answers: { status: number; headers?: Record<string, string> }[]) {
  const asked: { method: string; url: string; authorization: string | undefined }[] = [];
  const url = await serving((request, response) => {
    asked.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
    });
    const { status, headers = {} } = answers[Math.min(asked.length, answers.length) - 1] ?? { status: 200 };
    response.writeHead(status, headers).end('{}');
  });
  return { url, asked };
}

describe('a call that only reads', () => {
  it('is tried again after pauses with jitter, until it is answered', async () => {
    const { url, asked } = await inTurn({ status: 503 }, { status: 429 }, { status: 200 });
    const { fetch, pauses } = guarded();
    expect((await fetch(url)).status).toBe(200);
    expect(asked).toHaveLength(3);
    // 400 ms and 800 ms, half of each by chance.
    expect(pauses).toEqual([300, 600]);
  });

  it('ends with the third answer, as it is', async () => {
    const { url, asked } = await inTurn({ status: 500 });
    expect((await guarded().fetch(url)).status).toBe(500);
    expect(asked).toHaveLength(3);
  });

  it('waits as long as the answer asks for', async () => {
    const { url } = await inTurn({ status: 429, headers: { 'retry-after': '3' } }, { status: 200 });
    const { fetch, pauses } = guarded();
    await fetch(url);
    expect(pauses).toEqual([3_000]);
  });

  it('is left to whoever asked where the answer asks for more than 5 s', async () => {
    const { url, asked } = await inTurn({ status: 429, headers: { 'retry-after': '6' } });
    expect((await guarded().fetch(url)).status).toBe(429);
    expect(asked).toHaveLength(1);
  });

  it('is not tried again once its time-out has passed', async () => {
    const { url, asked } = await inTurn({ status: 503, headers: { 'retry-after': '2' } });
    await guarded({ timeout: 2 * SECOND }).fetch(url);
    // At 0 s and at 2 s; that one is the last.
    expect(asked).toHaveLength(2);
  });

  it('is not tried again for an answer that no new call changes', async () => {
    const { url, asked } = await inTurn({ status: 404 });
    await guarded().fetch(url);
    expect(asked).toHaveLength(1);
  });

  it('is repeated ten times beyond one in ten, then not at all', async () => {
    const { url, asked } = await inTurn({ status: 500 });
    const { fetch } = guarded();
    for (let call = 0; call < 10; call += 1) await fetch(url);
    expect(asked).toHaveLength(10 + 10);
  });
});

describe('a call that changes something', () => {
  it('is made once', async () => {
    const { url, asked } = await inTurn({ status: 503 }, { status: 204 });
    expect((await guarded().fetch(`${url}/stop`, { method: 'PUT' })).status).toBe(503);
    expect(asked).toHaveLength(1);
  });
});

describe('a control plane that does not answer', () => {
  it('is cut off at the time-out', async () => {
    const url = await serving(() => {});
    const call = guarded({ timeout: 50 }).fetch(url, { method: 'PUT' });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is cut off while its answer trickles', async () => {
    const url = await serving((_, response) => void response.writeHead(200).write('{'));
    const response = await guarded({ timeout: 100 }).fetch(url);
    await expect(response.text()).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is told as what it is where nobody listens', async () => {
    const url = await serving(() => {});
    servers.pop()?.close();
    const call = guarded().fetch(url);
    await expect(call).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

describe('a redirect', () => {
  const WITH = { headers: { authorization: 'Bearer t0ken' } };

  it('to another host is refused: nothing is sent there', async () => {
    const elsewhere = await inTurn({ status: 200 });
    const { url } = await inTurn({ status: 302, headers: { location: `${elsewhere.url}/steal` } });
    const call = guarded().fetch(url, WITH);
    await expect(call).rejects.toThrow(
      `control plane kafka: it redirects to ${elsewhere.url}, and credentials go to no other host`,
    );
    await expect(call).rejects.toBeInstanceOf(ControlPlaneUnavailable);
    expect(elsewhere.asked).toEqual([]);
  });

  it('within the same host is followed', async () => {
    const { url, asked } = await inTurn(
      { status: 307, headers: { location: '/v2/connectors' } },
      { status: 200 },
    );
    expect((await guarded().fetch(`${url}/connectors`, WITH)).status).toBe(200);
    expect(asked.map((call) => [call.url, call.authorization])).toEqual([
      ['/connectors', 'Bearer t0ken'],
      ['/v2/connectors', 'Bearer t0ken'],
    ]);
  });

  it('that would make a GET of a change is refused', async () => {
    const { url, asked } = await inTurn({ status: 302, headers: { location: '/elsewhere' } });
    const call = guarded().fetch(url, { method: 'PUT' });
    await expect(call).rejects.toThrow('it answers a PUT with 302, which would make a GET of it');
    expect(asked).toHaveLength(1);
  });

  it('is the answer of a call that follows none', async () => {
    const { url, asked } = await inTurn({ status: 302, headers: { location: '/elsewhere' } });
    expect((await guarded().fetch(url, { redirect: 'manual' })).status).toBe(302);
    expect(asked).toHaveLength(1);
  });

  it('that never ends is refused', async () => {
    const { url, asked } = await inTurn({ status: 301, headers: { location: '/' } });
    await expect(guarded().fetch(url)).rejects.toThrow('it redirects more than 3 times');
    expect(asked).toHaveLength(4);
  });
});

describe('the rate', () => {
  it('is kept to: calls wait for their turn', async () => {
    const { url } = await inTurn({ status: 200 });
    const { fetch, pauses } = guarded({ perSecond: 2, burst: 1 });
    for (let call = 0; call < 3; call += 1) await fetch(url);
    expect(pauses).toEqual([500, 500]);
  });

  it('sends nothing where the turn would come after the time-out', async () => {
    const { url, asked } = await inTurn({ status: 200 });
    const { fetch } = guarded({ perSecond: 0.1, burst: 1, timeout: 5 * SECOND });
    await fetch(url);
    await expect(fetch(url)).rejects.toMatchObject({ name: 'ControlPlaneUnavailable', isUnasked: true });
    expect(asked).toHaveLength(1);
  });
});
