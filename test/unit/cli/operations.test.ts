import { describe, expect, it } from 'vitest';
import { runBreaker } from '../../../functions/breaker/run.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import { cliStage, T } from './cli-stage.ts';

async function failing(stage: ReturnType<typeof cliStage>, item: string, attempt = 1): Promise<string> {
  const error = new Error(`could not read ${item} for ana@acme.test`);
  return recordOops(stage.system, { worker: 'notify', item, attempt, cause: 'fault', error });
}

describe('oops', () => {
  it('lists kinds of failure, and shows the attempts of one', async () => {
    const stage = cliStage();
    const fingerprint = await failing(stage, 'one');
    await failing(stage, 'two', 3);
    const { json } = await stage.taskwarden(['oops', 'list', '--json']);
    expect(json).toMatchObject([
      { fingerprint, worker: 'notify', cause: 'bug', count: 2, lastItem: 'two', lastAttempt: 3 },
    ]);
    const shown = await stage.taskwarden(['oops', 'show', fingerprint]);
    expect(shown.out).toContain('2 times from 2026-01-01T00:00:00Z to 2026-01-01T00:00:00Z');
    expect(shown.out).toContain('attempt 3  version 1  two');
    expect(shown.out).not.toContain('ana@acme.test');
  });

  it('lists a resolved kind no more, until it comes back', async () => {
    const stage = cliStage();
    const fingerprint = await failing(stage, 'one');
    expect((await stage.taskwarden(['oops', 'resolve', fingerprint])).out).toBe(
      `${fingerprint} is resolved\n`,
    );
    expect((await stage.taskwarden(['oops', 'list'])).out).toBe('no attempt failed\n');
    expect((await stage.taskwarden(['oops', 'list', '--all', '--json'])).json).toHaveLength(1);
    await failing(stage, 'two');
    expect((await stage.taskwarden(['oops', 'list', '--json'])).json).toMatchObject([
      { count: 2, resolvedAt: null },
    ]);
  });

  it.each(['show', 'resolve'])('%s of an unknown fingerprint is a mistake', async (command) => {
    const ran = await cliStage().taskwarden(['oops', command, 'nonesuch']);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(
      /no failure has the fingerprint "nonesuch" .*; `taskwarden oops list` names them/,
    );
  });
});

describe('queues', () => {
  it('pauses and resumes one, and says who did', async () => {
    const stage = cliStage();
    expect((await stage.taskwarden(['queues', 'pause', 'notify'])).code).toBe(0);
    const { json } = await stage.taskwarden(['queues', 'list', '--json']);
    expect(json).toContainEqual({
      queue: 'notify',
      worked: false,
      paused: { by: 'olga', at: '2026-01-01T00:00:00Z' },
      breaker: 'closed',
      open: null,
    });
    expect((await stage.taskwarden(['queues', 'resume', 'notify'])).out).toBe('notify goes on\n');
    expect((await stage.taskwarden(['queues', 'list', '--json'])).json).toContainEqual(
      expect.objectContaining({ queue: 'notify', worked: true, paused: null }),
    );
  });

  it('does not switch on what the breaker keeps off', async () => {
    const stage = cliStage();
    for (let item = 0; item < 5; item += 1) await failing(stage, `item${item}`);
    await runBreaker(stage.system, { control: stage.workers }, T);
    const resumed = await stage.taskwarden(['queues', 'resume', 'notify']);
    expect(resumed.out).toBe('the breaker keeps notify off until its worker works a message of it\n');
    const { out } = await stage.taskwarden(['queues', 'list']);
    expect(out).toContain('open since 2026-01-01T00:00:00Z by version 1, next probe 2026-01-01T00:05:00Z');
  });

  it('takes no other names', async () => {
    const ran = await cliStage().taskwarden(['queues', 'pause', 'mails']);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('ingest, notify, disable, mail-events');
  });
});
