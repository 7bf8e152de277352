import { describe, expect, it } from 'vitest';
import type { Task } from '../../../functions/abandonment/task.ts';
import { HttpControlPlane } from '../../../functions/control-planes/http/http-control-plane.ts';
import { ControlPlaneUnavailable } from '../../../functions/platform/control-plane.port.ts';

const NOW = Date.UTC(2026, 0, 5, 9, 30);
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const TASK = {
  id: 'a/b',
  kind: 'service',
  enabled: true,
  version: '7',
  shards: [{ status: 'FAILED' }],
} as const;

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

type Answer = Response | Error;

const json = (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
const problem = (status: number, code?: string, more: Record<string, unknown> = {}) =>
  new Response(JSON.stringify({ title: 'No', status, code, ...more }), {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
  });
const page = (tasks: unknown[], next: string | null = null) => json({ tasks, next });

/** An adapter whose server says these things, one for each call, the last again and again. */
function asking(...answers: (() => Answer)[]) {
  const sent: Sent[] = [];
  const controls = new HttpControlPlane({
    settings: {
      type: 'http',
      name: 'jobs',
      prefix: 'jobs/',
      dataPlane: 'eu-1',
      url: 'https://jobs.example.com/api/',
      pollEvery: 600_000,
      callsPerSecond: 10,
      timeout: 10_000,
      pageSize: 2,
      signedWith: { parameter: '/signing' },
    },
    fetch: async (url, init) => {
      const { method = '', headers, body } = init ?? {};
      sent.push({
        url: String(url),
        method,
        headers: headers as Record<string, string>,
        body: body ? JSON.parse(String(body)) : {},
      });
      const answer = (answers[sent.length - 1] ?? answers.at(-1)!)();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    credentials: async () => 'Bearer hidden-token',
    secret: async () => SECRET,
    clock: { now: () => NOW },
  });
  const request = {
    task: { id: 'jobs/a/b' } as Task,
    revision: '7',
    requestId: 'jobs/a/b#1',
    reason: 'grace-over',
  };
  return {
    controls,
    sent,
    disable: (more: { isRepeated?: boolean; revision?: string } = {}) =>
      controls.disable({
        ...request,
        isRepeated: false,
        run: '2026-01-05T09:30:00Z',
        episode: 1,
        disableAt: NOW - 60_000,
        ...more,
      }),
    enable: () => controls.enable({ ...request, by: 'olga', reason: 'undo' }),
  };
}

async function faultOf(ask: Promise<unknown>): Promise<ControlPlaneUnavailable> {
  const fault = await ask.catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ControlPlaneUnavailable);
  expect(String(fault)).not.toContain('hidden');
  expect(String(fault)).not.toContain(SECRET);
  return fault as ControlPlaneUnavailable;
}

describe('a page', () => {
  it('is asked for with its size, its cursor and the tag that it had', async () => {
    const { controls, sent } = asking(() => page([]));
    await controls.list('at&b', '"t"');
    expect(sent[0]).toMatchObject({
      url: 'https://jobs.example.com/api/tasks?limit=2&cursor=at%26b',
      headers: { authorization: 'Bearer hidden-token', 'if-none-match': '"t"' },
    });
    expect(sent[0]?.headers['webhook-timestamp']).toBe('1767605400');
  });

  it('keeps what is told of a task, and takes the configured data plane where there is none', async () => {
    const task = {
      ...TASK,
      owners: ['Ana@Acme.test'],
      restarts: 3,
      lastPrimaryAt: '2026-01-01T00:00:00Z',
      team: 'x',
    };
    const { controls } = asking(() => json({ tasks: [task], next: 'n' }, 200, { etag: '"t"' }));
    expect(await controls.list(null)).toEqual({
      tasks: [
        {
          id: 'jobs/a/b',
          kind: 'service',
          enabled: true,
          owners: ['ana@acme.test'],
          dataPlane: 'eu-1',
          shards: [{ status: 'FAILED' }],
          revision: '7',
          restarts: 3,
          lastPrimaryAt: Date.UTC(2026, 0, 1),
        },
      ],
      refused: [],
      cursor: 'n',
      tag: '"t"',
    });
  });

  it('that is as it was has nothing in it', async () => {
    const notModified = () => new Response(null, { status: 304 });
    expect(await asking(notModified).controls.list(null, '"t"')).toBe('notModified');
    await faultOf(asking(notModified).controls.list(null));
  });

  it.each([
    ['a name that no URL has', { ...TASK, id: '..' }, 'no URL can name'],
    ['an invisible character', { ...TASK, id: 'a\u200bb' }, 'invisible'],
    ['seventeen parts with its prefix', { ...TASK, id: Array(16).fill('x').join('/') }, 'has 17 parts'],
    ['a life after now', { ...TASK, lastPrimaryAt: '2026-01-05T09:45:01Z' }, 'lies in the future'],
    ['no version', { ...TASK, version: '' }, 'version'],
    ['a version of 129 characters', { ...TASK, version: 'x'.repeat(129) }, 'version'],
    ['an owner that is none', { ...TASK, owners: ['not an address'] }, 'owners'],
    ['no object', 'a/b', 'an object'],
  ])('leaves out a task with %s, by name', async (_, bad, why) => {
    const listed = await asking(() => page([bad, { ...TASK, id: 'good' }])).controls.list(null);
    if (listed === 'notModified') throw new Error('it was modified');
    expect(listed.tasks.map(({ id }) => id)).toEqual(['jobs/good']);
    expect(listed.refused).toHaveLength(1);
    expect(listed.refused[0]?.task.startsWith('jobs/')).toBe(true);
    expect(listed.refused[0]?.reason).toContain(why);
    expect(listed.refused[0]?.reason).not.toContain('not an address');
  });

  it('takes a life within 15 minutes from now for one until now', async () => {
    const ahead = { ...TASK, lastPrimaryAt: '2026-01-05T09:45:00Z' };
    const listed = await asking(() => page([ahead])).controls.list(null);
    expect(listed).toMatchObject({ tasks: [{ lastPrimaryAt: NOW }], refused: [] });
  });

  it.each<[string, () => Answer, string]>([
    [
      'more tasks than were asked for',
      () => page([{ ...TASK, id: 'a' }, { ...TASK, id: 'b' }, TASK]),
      'lists 3 tasks',
    ],
    ['a task twice', () => page([TASK, TASK]), 'twice'],
    ['itself as the next page', () => page([TASK], 'here'), 'begins where'],
    ['a cursor of 5,000 characters', () => page([TASK], 'x'.repeat(5_000)), 'next'],
    ['no word of the next page', () => json({ tasks: [TASK] }), 'next is missing'],
    ['a login page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'text/html'],
    ['no type', () => new Response(new Uint8Array([123, 125])), 'no content type'],
    [
      'half of JSON',
      () => new Response('{"tasks":[', { headers: { 'content-type': 'application/json' } }),
      'no JSON',
    ],
    ['a redirect', () => Response.redirect('https://elsewhere.example.com/', 302), 'redirects (302)'],
    ['no route', () => new Response('not found', { status: 404 }), 'without problem details'],
    ['that our credentials are wrong', () => problem(401), 'refuses our credentials (401)'],
    ['that we may not', () => problem(403), 'refuses our credentials (403)'],
    ['a fault of its own', () => problem(500), 'fails (500)'],
    ['nine megabytes', () => json('x'.repeat(9 * 1024 * 1024)), 'more than 8,388,608 bytes'],
    [
      'nothing',
      () => new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
      'cannot be reached (ECONNREFUSED)',
    ],
    ['too late', () => new DOMException('late', 'TimeoutError'), 'does not answer within 10s'],
  ])('is not concluded from: it answers %s', async (_, answer, why) => {
    const fault = await faultOf(asking(answer).controls.list('here'));
    expect(fault.message).toContain(why);
    expect(fault.message.length).toBeLessThan(400);
  });

  it.each([
    ['30', 30],
    ['Mon, 05 Jan 2026 09:31:00 GMT', 60],
    ['999999999', 86_400],
    ['soon', undefined],
  ])('is asked for again after Retry-After: %s', async (header, seconds) => {
    const headers = { 'retry-after': header };
    const { controls } = asking(() => new Response(null, { status: 503, headers }));
    expect((await faultOf(controls.list(null))).retryAfterSeconds).toBe(seconds);
  });

  it('with an address in a fault of others tells no address', async () => {
    const { controls } = asking(() => problem(400, undefined, { detail: 'ana@acme.test is not allowed' }));
    const { message } = await faultOf(controls.list(null));
    expect(message).toContain('<address> is not allowed');
    expect(message).not.toContain('acme.test');
  });
});

describe('one task', () => {
  it('is found by its id as one part of a path', async () => {
    const { controls, sent } = asking(() => json(TASK));
    expect(await controls.get('jobs/a/b')).toMatchObject({ id: 'jobs/a/b', revision: '7' });
    expect(sent[0]?.url).toBe('https://jobs.example.com/api/tasks/a%2Fb');
  });

  it('is gone by the code of the contract alone', async () => {
    expect(await asking(() => problem(404, 'no-such-task')).controls.get('jobs/a/b')).toBeUndefined();
    expect(await asking(() => problem(410, 'no-such-task')).controls.get('jobs/a/b')).toBeUndefined();
    await faultOf(asking(() => problem(404)).controls.get('jobs/a/b'));
    await faultOf(asking(() => json({ code: 'no-such-task' }, 404)).controls.get('jobs/a/b'));
  });

  it('is not another one', async () => {
    await faultOf(asking(() => json({ ...TASK, id: 'a/c' })).controls.get('jobs/a/b'));
  });
});

describe('a disabling', () => {
  const disabled = () => json({ ...TASK, enabled: false });

  it('names version, task and action in its signed body, under one key', async () => {
    const { disable, sent } = asking(disabled);
    expect(await disable()).toEqual({ outcome: 'confirmed', at: NOW });
    const [asked] = sent;
    expect(asked).toMatchObject({
      url: 'https://jobs.example.com/api/tasks/a%2Fb/disable',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: {
        action: 'disable',
        task: 'a/b',
        version: '7',
        reason: 'grace-over',
        disableAt: '2026-01-05T09:29:00Z',
      },
    });
    expect(asked?.headers['idempotency-key']).toMatch(/^[\w-]{32}$/);
    expect(asked?.headers['webhook-id']).toBe(asked?.headers['idempotency-key']);
  });

  it('has the same key when it is asked again, and another one in another version', async () => {
    const { disable, sent } = asking(disabled);
    await disable();
    await disable({ isRepeated: true });
    await disable({ revision: '8' });
    const keys = sent
      .filter(({ method }) => method === 'POST')
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it('of what no listing has seen is not asked for', async () => {
    const { controls, sent } = asking(disabled);
    const request = {
      task: { id: 'jobs/a' } as Task,
      isRepeated: false,
      run: null,
      episode: 1,
      disableAt: null,
    };
    expect(await controls.disable({ ...request, requestId: 'r', reason: 'owner' })).toMatchObject({
      outcome: 'changed',
    });
    expect(sent).toEqual([]);
  });

  it('that will be done later is requested, until the task reads so', async () => {
    const accepted = () => new Response(null, { status: 202 });
    expect(await asking(accepted, () => json(TASK)).disable()).toEqual({ outcome: 'requested' });
    expect(await asking(accepted, () => json(TASK)).disable({ isRepeated: true })).toEqual({
      outcome: 'requested',
    });
    expect(await asking(accepted, disabled).disable({ isRepeated: true })).toMatchObject({
      outcome: 'confirmed',
    });
    expect(await asking(accepted, disabled).enable()).toEqual({ outcome: 'requested' });
    expect(await asking(accepted, () => json(TASK)).enable()).toMatchObject({ outcome: 'confirmed' });
  });

  it('is believed once the task reads so', async () => {
    const lying = () => asking(disabled, () => json(TASK));
    expect((await faultOf(lying().disable())).message).toContain('reads enabled');
    // Asked again under its key, it is answered as it was then: somebody enabled it since.
    expect(await lying().disable({ isRepeated: true })).toMatchObject({ outcome: 'changed' });
  });

  it('of what was published right after it is not confirmed', async () => {
    const { disable } = asking(disabled, () => json({ ...TASK, enabled: false, version: '8' }));
    expect(await disable()).toMatchObject({ outcome: 'changed' });
  });

  it('in conflict is compared with what the task reads', async () => {
    const conflict = () => problem(409, 'version-changed', { detail: 'it has version 8' });
    expect(await asking(conflict, () => json({ ...TASK, version: '8' })).disable()).toMatchObject({
      outcome: 'changed',
    });
    expect(await asking(conflict, () => problem(404, 'no-such-task')).disable()).toEqual({ outcome: 'gone' });
    expect(await asking(conflict, disabled).disable()).toEqual({
      outcome: 'changed',
      reason: 'it has version 8',
    });
    expect(await asking(conflict, disabled).disable({ isRepeated: true })).toMatchObject({
      outcome: 'confirmed',
    });
    expect((await faultOf(asking(conflict, () => json(TASK)).disable())).message).toContain('has changed');
  });

  it('is refused for good by the code of the contract alone', async () => {
    const refused = () => problem(422, 'refused', { detail: 'protected' });
    expect(await asking(refused).disable()).toEqual({ outcome: 'refused', reason: 'protected' });
    await faultOf(asking(() => problem(422)).disable());
    await faultOf(asking(() => json({ detail: [] }, 422)).disable());
  });
});

describe('an enabling', () => {
  it('is done where the task is enabled in that version, whoever did it', async () => {
    const conflict = () => problem(409, 'already-enabled');
    expect(await asking(conflict, () => json(TASK)).enable()).toEqual({ outcome: 'confirmed', at: NOW });
    expect(await asking(conflict, () => json({ ...TASK, version: '8' })).enable()).toMatchObject({
      outcome: 'changed',
    });
  });

  it('says who asks, and is not believed while the task reads disabled', async () => {
    const { enable, sent } = asking(
      () => json(TASK),
      () => json({ ...TASK, enabled: false }),
    );
    expect((await faultOf(enable())).message).toContain('reads disabled');
    expect(sent[0]?.body).toMatchObject({ action: 'enable', by: 'olga', reason: 'undo' });
  });
});
