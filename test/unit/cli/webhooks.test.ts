import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import type { WebhookAnswer, WebhookCall } from '../../../functions/platform/ports.ts';
import { webhookSecretOf } from '../../../functions/platform/webhook-signature.ts';
import { failingFleet, T } from './cli-stage.ts';

const OWN = webhookSecretOf(Buffer.alloc(24, 1));
const URL = 'https://hooks.acme.test/in?token=hidden';

/** A stage with one failing task, whose webhooks answer as a test says. */
async function hooked(answer: () => WebhookAnswer = () => answered(200)) {
  const calls: WebhookCall[] = [];
  const webhooks = {
    call: async (call: WebhookCall) => {
      calls.push(call);
      return answer();
    },
    secrets: { read: async () => OWN },
  };
  const stage = await failingFleet(['acmeCo/a'], undefined, { disabler: { webhooks } });
  return { ...stage, calls };
}

const answered = (status: number, body = ''): WebhookAnswer => ({
  outcome: 'answered',
  status,
  body,
  retryAfter: null,
});

type Hooked = Awaited<ReturnType<typeof hooked>>;

async function added(stage: Hooked, ...more: string[]): Promise<Record<string, unknown> & { id: string }> {
  const { json, err } = await stage.taskwarden(['webhooks', 'add', URL, '--json', ...more]);
  if (!json[0]) throw new Error(err);
  return json[0] as Record<string, unknown> & { id: string };
}

const audit = async (stage: Hooked) =>
  (await stage.table.query({ pk: 'AUDIT#operators' })).rows
    .filter(({ act }) => String(act).startsWith('webhooks'))
    .map(({ act, by, evidence }) => [act, by, (evidence as { host: string }).host]);

describe('taskwarden webhooks', () => {
  it('add: shows a secret that it made once, and never again; a query of the URL is hidden', async () => {
    const stage = await hooked();
    const { id, secret, url } = await added(stage);
    expect(secret).toBe(webhookSecretOf(Buffer.alloc(32, 7)));
    expect(url).toBe('https://hooks.acme.test/in?…');
    for (const command of [
      ['list'],
      ['show', id],
      ['history', id],
      ['list', '--json'],
      ['show', id, '--json'],
    ]) {
      const { out, code } = await stage.taskwarden(['webhooks', ...command]);
      expect(code).toBe(0);
      expect(out).not.toMatch(/whsec_|hidden/);
    }
    const rows = JSON.stringify((await stage.table.scan()).rows);
    expect(rows).not.toContain('whsec_');
    expect(await audit(stage)).toEqual([['webhooks add', 'olga', 'hooks.acme.test']]);
  });

  it('add: takes a secret from standard input, and shows it to nobody', async () => {
    const stage = await hooked();
    const { out, code } = await stage.taskwarden(['webhooks', 'add', URL, '--secret-stdin'], `${OWN}\n`);
    expect({ code, isShown: out.includes('whsec_') }).toEqual({ code: 0, isShown: false });
    expect([...stage.secrets.values()]).toEqual([[OWN]]);
  });

  it.each([
    [['http://hooks.acme.test/'], '', 'it is not https'],
    [['https://169.254.169.254/'], '', 'its address 169.254.169.254 is refused: it is linkLocal'],
    [['https://[::ffff:127.0.0.1]/'], '', 'is refused: it is ipv4Mapped'],
    [['nowhere'], '', 'it is no URL'],
    [[URL, '--prefix', 'a//'], '', 'prefix "a//"'],
    [[URL, '--types', 'task.broken'], '', 'no event "task.broken"; allowed: task.abandoned'],
    [[URL, '--secret-stdin'], 'secret', 'a secret for signatures is whsec_'],
    [[URL, '--format', 'irc'], '', 'Allowed choices are standard, slack, teams, google-chat'],
  ])('add %j is refused', async (args, input, why) => {
    const stage = await hooked();
    const { code, err } = await stage.taskwarden(['webhooks', 'add', ...args], input);
    expect(code).toBe(2);
    expect(err).toContain(why);
    expect(err).not.toContain('"secret"');
    expect(stage.secrets.size).toBe(0);
  });

  it('lets a URL hear what happens to a task: it fires, and its owner is warned', async () => {
    const stage = await hooked();
    await added(stage, '--prefix', 'acmeCo/');
    for (const day of [14, 14.1, 14.2]) await stage.scanOn(day);
    const heard = stage.calls.map(({ body }) => JSON.parse(body));
    expect(heard.map(({ type, data }) => [type, data.task, data.episode])).toEqual([
      ['task.abandoned', 'acmeCo/a', 1],
      ['task.warned', 'acmeCo/a', 1],
    ]);
    expect(heard[0].data.since).toBe('2026-01-01T00:00:00Z');
    expect(heard[1].data.disableAt).toBe('2026-01-22T00:00:00Z');
    expect(JSON.stringify(heard)).not.toContain('ana@acme.test');
  });

  it('test, history: what came of it, with what was answered made safe for a terminal', async () => {
    const stage = await hooked(() => answered(500, 'broken \u001b[31m<script>'));
    const { id } = await added(stage);
    const tested = await stage.taskwarden(['webhooks', 'test', id, '--json']);
    const { event } = tested.json[0] as { event: string };
    await stage.work();
    const { json, out } = await stage.taskwarden(['webhooks', 'history', id, '--event', event, '--json']);
    expect(json).toMatchObject([
      { event, type: 'webhook.test', state: 'failed', reason: 'server-error', status: 500, attempts: 1 },
    ]);
    expect(out).not.toContain('\u001b');
    const table = await stage.taskwarden(['webhooks', 'history', id]);
    expect(table.out).toContain('failed (server-error)');
    expect(table.out).not.toContain('\u001b');
    expect((await stage.taskwarden(['webhooks', 'list'])).out).toContain('active, failing');
  });

  it('status: which webhooks fail, since when and why, which are paused or gone, and how many events wait', async () => {
    let answer = answered(200);
    const stage = await hooked(() => answer);
    const webhooksIn = async () => {
      const { json } = await stage.taskwarden(['status', '--json']);
      return (json[0] as { webhooks: unknown[] }).webhooks;
    };
    const linesIn = async () => (await stage.taskwarden(['status'])).out.match(/^webhook.*$/gm) ?? [];
    expect([await webhooksIn(), await linesIn()]).toEqual([[], []]);
    const { id } = await added(stage);
    await stage.taskwarden(['webhooks', 'test', id]);
    await stage.work();
    expect(await linesIn()).toEqual([expect.stringMatching(/^webhooks +the one there is is called$/)]);

    answer = answered(503);
    stage.setNow(T + DAY);
    for (const _ of [1, 2]) await stage.taskwarden(['webhooks', 'test', id]);
    await stage.work();
    expect(await webhooksIn()).toMatchObject([
      {
        id,
        state: 'active',
        waiting: 2,
        failures: 1,
        failingSince: '2026-01-02T00:00:00Z',
        why: 'server-error',
      },
    ]);
    const failing = `fails since 2026-01-02T00:00:00Z (1 in a row: server-error); 2 events wait`;
    expect((await linesIn()).join()).toContain(`${id} ${failing}`);

    await stage.taskwarden(['webhooks', 'pause', id]);
    expect((await linesIn()).join()).toContain(`${id} is paused; 2 events wait`);
    answer = answered(410);
    await stage.taskwarden(['webhooks', 'resume', id]);
    await stage.work();
    expect(await webhooksIn()).toMatchObject([{ state: 'gone', waiting: 2 }]);
    expect((await linesIn()).join()).toContain(`${id} answered 410 Gone and is paused; 2 events wait`);
    await stage.taskwarden(['webhooks', 'remove', id]);
    expect(await webhooksIn()).toEqual([]);
  });

  it('status: of a webhook that takes all but some, how many it refuses and when they are tried again', async () => {
    const answers = [422, 200];
    const stage = await hooked(() => answered(answers.shift() ?? 200));
    const { id } = await added(stage);
    await stage.taskwarden(['webhooks', 'pause', id]);
    await stage.scanOn(14);
    await stage.taskwarden(['webhooks', 'test', id]);
    await stage.taskwarden(['webhooks', 'resume', id]);
    await stage.work();
    const line = async () => (await stage.taskwarden(['status'])).out.match(/^webhook.*$/m)?.[0];
    // One minute at most after the first attempt.
    expect(await line()).toMatch(
      new RegExp(
        `${id} refuses what waits for it; 1 event waits, the next is tried from 2026-01-15T00:0[01]:\\S+Z on`,
      ),
    );
    await stage.scanOn(14.1);
    await stage.work();
    expect(await line()).toContain('the one there is is called');
  });

  it('pause, resume, rotate, replay, remove: each says what it did, and is audited', async () => {
    const stage = await hooked();
    const { id } = await added(stage);
    const run = async (...args: string[]) =>
      (await stage.taskwarden(['webhooks', ...args, '--json'])).json[0];
    expect(await run('pause', id)).toEqual({ id, changed: true });
    const { event } = (await run('test', id)) as { event: string };
    expect(stage.waiting()).toEqual([]);
    expect(await run('resume', id)).toEqual({ id, changed: true, due: 1 });
    await stage.work();
    expect(stage.calls.map(({ headers }) => headers['webhook-id'])).toEqual([event]);
    expect(await run('replay', id, event)).toEqual({ id, replayed: 1 });
    await stage.work();
    expect(stage.calls.map(({ headers }) => headers['webhook-id'])).toEqual([event, event]);
    expect(await run('rotate', id, '--overlap', '2h')).toMatchObject({
      id,
      oldSecretUntil: '2026-01-01T02:00:00Z',
      secret: expect.stringMatching(/^whsec_/),
    });
    expect(stage.secrets.get(id)).toHaveLength(2);
    expect(await run('remove', id)).toEqual({ id, removed: true, due: 0 });
    expect(stage.secrets.size).toBe(0);
    const { code, err } = await stage.taskwarden(['webhooks', 'show', id]);
    expect({ code, err }).toEqual({
      code: 2,
      err: `error: no webhook "${id}" in stage local; \`taskwarden webhooks list\` names them\n`,
    });
    const acts = ['add', 'pause', 'remove', 'replay', 'resume', 'rotate', 'test'];
    expect((await audit(stage)).map(([act]) => act).sort()).toEqual(acts.map((act) => `webhooks ${act}`));
  });

  it('replay of many is a bulk command: it asks, the next scan works it, and what it made due is sent', async () => {
    const stage = await hooked();
    const { id } = await added(stage);
    const sent = async () => {
      const { event } = (await stage.taskwarden(['webhooks', 'test', id, '--json'])).json[0] as {
        event: string;
      };
      await stage.work();
      return event;
    };
    const events = [await sent()];
    stage.setNow(T + DAY);
    events.push(await sent(), await sent());
    expect(await stage.taskwarden(['webhooks', 'replay', id, '--all'])).toMatchObject({
      code: 2,
      err: `error: this would send 3 events to webhook ${id} again; --yes lets it\n`,
    });
    stage.calls.length = 0;
    const replayed = await stage.taskwarden(['webhooks', 'replay', id, '--since', '12h', '--yes']);
    expect(replayed).toMatchObject({ code: 0, err: '' });
    expect(replayed.out).toContain(`2 events are to be sent to webhook ${id} again: work `);
    expect((await stage.taskwarden(['work', 'list'])).out).toContain(
      `replay of all events since 2026-01-01T12:00:00Z to webhook ${id}`,
    );
    expect(stage.calls).toEqual([]);
    await stage.scanOn(1.1);
    await stage.work();
    expect(stage.calls.map(({ headers }) => headers['webhook-id'])).toEqual(events.slice(1));
    const { json } = await stage.taskwarden(['work', 'list', '--json']);
    expect(json).toMatchObject([{ kind: 'replay', state: 'done', done: 2, skipped: 0, failed: 0 }]);
  });

  it('replay: --wait makes due at once; one event that is meant goes at once; none is no error', async () => {
    const stage = await hooked();
    const { id } = await added(stage);
    const replay = (...args: string[]) => stage.taskwarden(['webhooks', 'replay', id, ...args, '--json']);
    expect((await replay('--state', 'dead')).json).toEqual([{ id, replayed: 0 }]);
    await stage.taskwarden(['webhooks', 'test', id]);
    await stage.work();
    expect((await replay('--state', 'sent')).json).toEqual([{ id, replayed: 1 }]);
    await stage.taskwarden(['webhooks', 'test', id]);
    await stage.work();
    expect(stage.calls).toHaveLength(3);
    const { json } = await replay('--state', 'sent', '--yes', '--wait', '--reason', 'they lost it');
    expect(json).toMatchObject([{ webhook: id, kind: 'replay', state: 'done', reason: 'they lost it' }]);
    const { json: shown } = await stage.taskwarden(['webhooks', 'show', id, '--json']);
    expect(shown).toMatchObject([{ due: 2 }]);
  });

  it('shows no more than the host of a chat tool’s URL', async () => {
    const stage = await hooked();
    const slack = 'https://hooks.slack.com/services/T0/B0/secret';
    const { json } = await stage.taskwarden(['webhooks', 'add', slack, '--format', 'slack', '--json']);
    expect(json[0]).toMatchObject({ url: 'https://hooks.slack.com/…' });
    expect(JSON.stringify(await audit(stage))).not.toContain('T0');
  });

  it.each([
    [['history', 'wh-none'], 'no webhook "wh-none"'],
    [['replay', 'wh-none'], 'name either an event, or those that are meant by --state, --since or --all'],
    [['replay', 'wh-none', 'evt_1', '--state', 'dead'], 'name either an event, or those'],
    [['replay', 'wh-none', '--all', '--since', '2d'], 'name either an event, or those'],
    [['replay', 'wh-none', '--state', 'due'], 'Allowed choices are sent, dead'],
    [['replay', 'wh-none', '--all'], 'no webhook "wh-none"'],
    [['rotate', 'wh-none', '--overlap', '31d'], 'at most 30d'],
  ])('%j is refused', async (args, why) => {
    const stage = await hooked();
    const { code, err } = await stage.taskwarden(['webhooks', ...args]);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });
});
