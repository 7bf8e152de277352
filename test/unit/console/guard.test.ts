import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Guard } from '../../../console/guard.ts';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { failingFleet } from '../cli/cli-stage.ts';
import { consoleOf, type TestConsole } from './console-stage.ts';

const TASK = 'acmeCo/prod/orders';
let console: TestConsole;

beforeAll(async () => {
  console = await consoleOf(await failingFleet([TASK]), { allowsChanges: true });
});
afterAll(() => console.close());

/** Asks with headers that `fetch` does not let be set. */
function rawly(path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const { port } = new URL(console.origin);
  return new Promise((answered, failed) => {
    const asking = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => answered({ status: response.statusCode ?? 0, text }));
    });
    asking.on('error', failed);
    asking.end();
  });
}

describe('a browser', () => {
  it('enters by the start address, and is led to the same page without the token', async () => {
    const [next = ''] = console.announced;
    const entered = await console.stranger.get(next.replace('/?', '/task?id=acmeCo%2Fprod%2Forders&'));
    expect(entered.status).toBe(303);
    expect(entered.headers.get('location')).toBe(`${console.origin}/task?id=acmeCo%2Fprod%2Forders`);
    expect(entered.headers.get('set-cookie')).toMatch(
      /^taskwarden-console-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
  });

  it('enters once: a token that was used lets nobody in, and the next one is announced', async () => {
    const again = await console.stranger.get(console.startUrl);
    expect(again.status).toBe(401);
    expect(again.text).toContain('was used already');
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(new Set([console.startUrl, ...console.announced]).size).toBe(console.announced.length + 1);
  });

  it('enters by the form with the token of the terminal, and goes on to the page that it asked for', async () => {
    const asked = await console.stranger.get('/runs?page=2');
    expect(asked.status).toBe(401);
    expect(asked.text).not.toContain('acmeCo');
    const token = new URL(console.announced.at(-1) ?? '').searchParams.get('token') ?? '';
    const wrong = await console.stranger.post('/enter', { token: `${token}x`, to: `${console.origin}/runs` });
    expect(wrong.status).toBe(401);
    const elsewhere = 'https://evil.test/';
    const entered = await console.stranger.post('/enter', { token, to: elsewhere });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, `${console.origin}/`]);
  });

  it('that never entered is shown nothing of the stage, on any page, and no act', async () => {
    for (const path of ['/', '/tasks', '/console.js', '/act/pause?what=notify', '/nothing']) {
      const { status, text } = await console.stranger.get(path);
      expect(status).toBe(401);
      expect(text).not.toContain('acmeCo');
      expect(text).not.toContain('stage');
    }
    expect((await console.stranger.post('/act/pause', { what: 'notify' })).status).toBe(401);
  });

  it('is told to keep, frame and run nothing of others', async () => {
    const { headers } = await console.browser.get('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'self'; /);
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a page of another origin', () => {
  it('whose name leads to this machine is refused, with the cookie, too', async () => {
    const cookie = `taskwarden-console-1=x`;
    for (const host of ['evil.test', `evil.test:${new URL(console.origin).port}`, '127.0.0.1', 'localhost'])
      expect(await rawly('/', { host, cookie })).toMatchObject({ status: 421 });
  });

  it.each(['cross-site', 'same-site'])('reads nothing by a request (%s)', async (from) => {
    for (const path of ['/', '/console.js']) {
      const read = await console.browser.get(path, { 'sec-fetch-site': from, 'sec-fetch-dest': 'script' });
      expect(read.status).toBe(403);
      expect(read.text).not.toContain('acmeCo');
    }
  });

  it('that leads a person here is answered by a link alone, without anything being read', async () => {
    const led = await console.browser.get(`/task?id=${TASK}`, {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-dest': 'document',
    });
    expect(led.status).toBe(200);
    expect(led.text).toContain(`href="${console.origin}/task?id=acmeCo%2Fprod%2Forders"`);
    expect(led.text).not.toContain('Decision');
  });

  it.each([
    ['https://evil.test', 'cross-site'],
    ['http://127.0.0.1:1', 'same-site'],
    ['null', 'cross-site'],
  ])('sends nothing that acts: %s', async (origin, from) => {
    const { text } = await console.browser.get('/act/pause?what=notify');
    const seal = /name="seal" value="([^"]*)"/.exec(text)?.[1] ?? '';
    const fields = { what: 'notify', reason: '', seal };
    const sent = await console.browser.post('/act/pause', fields, { origin, 'sec-fetch-site': from });
    expect(sent.status).toBe(403);
    expect(sent.text).toContain('another website sent it');
  });

  it('sends nothing without saying where it comes from, and no other form of a body', async () => {
    const unnamed = await console.browser.post('/act/pause', { what: 'notify' }, { origin: '' });
    expect(unnamed.status).toBe(403);
    const text = { 'content-type': 'text/plain' };
    expect((await console.browser.post('/act/pause', { what: 'notify' }, text)).status).toBe(415);
  });
});

describe('a seal', () => {
  const guardAt = (now: () => number) => new Guard({ origin: 'http://127.0.0.1:7727', now });

  it('holds for what was shown, by the same browser, once', () => {
    const guard = guardAt(() => 0);
    const seal = guard.seal('ana', 'approve 50');
    expect(guard.sealProblem('ana', 'approve 51', seal)).toBe('it is not what the confirmation showed');
    expect(guard.sealProblem('bob', 'approve 50', seal)).toBe('it is not what the confirmation showed');
    expect(guard.sealProblem('ana', 'approve 50', '')).toBe('it is not what the confirmation showed');
    expect(guard.sealProblem('ana', 'approve 50', seal)).toBeUndefined();
    expect(guard.sealProblem('ana', 'approve 50', seal)).toBe('it was sent before');
  });

  it('holds for ten minutes', () => {
    let now = 0;
    const guard = guardAt(() => now);
    const [late, inTime] = [guard.seal('ana', 'x'), guard.seal('ana', 'y')];
    now = 10 * MINUTE;
    expect(guard.sealProblem('ana', 'y', inTime)).toBeUndefined();
    now += 1;
    expect(guard.sealProblem('ana', 'x', late)).toBe('its confirmation is older than ten minutes');
  });
});
