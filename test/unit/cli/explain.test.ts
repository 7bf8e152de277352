import { describe, expect, it } from 'vitest';
import { cliStage, day, failingFleet, fileWith, T, taskLine } from './cli-stage.ts';

interface Explained {
  decision: Record<string, unknown>;
  evidence: Record<string, unknown>;
  counted: { countedMs: number; wallMs: number; unknown: unknown[] };
  deadline: { announced: unknown[] } | null;
  thresholds: { leaf: string; value: unknown; from: string }[];
  holds: unknown[];
  episode: unknown;
  recipients: unknown[];
  mails: Record<string, unknown>[];
  next: { at: string | null; what: string }[];
}

const DAY = 86_400_000;

async function explained(
  stage: Awaited<ReturnType<typeof failingFleet>>,
  ...args: string[]
): Promise<Explained> {
  const ran = await stage.taskwarden(['explain', 'acmeCo/a', '--json', ...args]);
  if (ran.code !== 0) throw new Error(ran.err);
  return ran.json[0] as Explained;
}

describe('explain', () => {
  it('tells what a failing task waits for, and all that follows on which day', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=10d']);
    stage.setNow(T + 4 * DAY);
    const { decision, counted, thresholds, next, recipients, episode } = await explained(stage);
    expect(decision).toEqual({
      answer: 'waiting',
      reason: 'under-threshold',
      nextLookAt: day(10),
      disableAt: null,
    });
    expect(counted).toMatchObject({ countedMs: 4 * DAY, wallMs: 4 * DAY, unknown: [] });
    expect(thresholds).toContainEqual({ leaf: 'warnAfter', value: '10d', from: 'acmeCo/' });
    expect(thresholds).toContainEqual({ leaf: 'disableAfter', value: '7d', from: 'default' });
    expect(recipients).toEqual([
      { address: 'ana@acme.test', as: 'owner', warning: 'none', acceptedAt: null, declined: false },
    ]);
    expect(episode).toBeNull();
    expect(next.map(({ at, what }) => [at, what.split(' (')[0]?.split(',')[0]])).toEqual([
      [day(10), 'an alert fires'],
      [day(10), 'its recipients are warned'],
      [day(14), 'a reminder'],
      [day(16), 'a reminder'],
      [day(17), 'it is disabled'],
    ]);
  });

  it('tells who was warned, by which mail, and when it is disabled', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.scanOn(14);
    await stage.scanOn(18);
    stage.setNow(T + 19 * DAY);
    const { decision, recipients, mails, next, episode } = await explained(stage);
    expect(decision).toMatchObject({ answer: 'waiting', reason: 'grace', disableAt: day(21) });
    expect(episode).toMatchObject({ number: 1, firedAt: day(14), since: day(0), graceStage: 'disable' });
    expect(recipients).toEqual([
      { address: 'ana@acme.test', as: 'owner', warning: 'accepted', acceptedAt: day(14), declined: false },
    ]);
    expect(mails).toMatchObject([
      { to: 'ana@acme.test', notice: 'warning', state: 'sent', sentAt: day(14), disableAt: day(21) },
      { to: 'ana@acme.test', notice: 'reminder', state: 'sent', sentAt: day(18), disableAt: day(21) },
    ]);
    expect(next).toEqual([
      { at: day(20), what: 'a reminder (1d before)' },
      { at: day(21), what: 'it is disabled, unless somebody or something prevents it' },
    ]);
  });

  it('decides for another instant, as if the task stayed as it is', async () => {
    const stage = await failingFleet(['acmeCo/a'], ['stage=disable']);
    stage.setNow(T);
    expect((await explained(stage, '--at', day(14))).decision).toMatchObject({ answer: 'fire' });
    expect((await explained(stage, '--at', '2026-01-14T23:59:59.999Z')).decision).toMatchObject({
      answer: 'waiting',
      reason: 'under-threshold',
    });
  });

  it('counts no time while evidence is too old, and says so', async () => {
    const stage = await failingFleet(['acmeCo/a'], ['stage=disable', 'evidenceMaxAge=1d']);
    stage.setNow(T + 5 * DAY);
    const { decision, counted, holds } = await explained(stage);
    expect(decision).toMatchObject({ answer: 'unknown', reason: 'stale' });
    expect(counted).toMatchObject({
      countedMs: DAY,
      wallMs: 5 * DAY,
      unknown: [{ why: 'stale', from: day(1), to: null }],
    });
    expect(holds).toMatchObject([{ reason: 'unknown (stale)', since: day(1), until: null, command: null }]);
  });

  it('tells of a spell under way, and then how many ended too short', async () => {
    const stage = await failingFleet(['acmeCo/a'], ['stage=disable', 'minHealthy=2h', 'evidenceMaxAge=365d']);
    const see = async (hours: number, status: string) => {
      stage.setNow(T + 20 * DAY + hours * 3_600_000);
      const line = taskLine('acmeCo/a', { shards: [{ id: '0', status }] });
      await stage.taskwarden(['tasks', 'import', fileWith(line)]);
    };
    await see(0, 'PRIMARY');
    stage.setNow(T + 20 * DAY + 3_600_000);
    const lives = await explained(stage);
    expect(lives.decision).toMatchObject({ answer: 'hold', reason: 'recovering' });
    expect(lives.evidence).toMatchObject({
      lastAliveAt: day(0),
      recoversAt: '2026-01-21T02:00:00Z',
      twitchesSinceLoss: 0,
    });
    expect(lives.holds).toMatchObject([
      { reason: 'recovering', since: day(20), until: '2026-01-21T02:00:00Z' },
    ]);
    expect(lives.next).toEqual([
      { at: '2026-01-21T02:00:00Z', what: 'it has recovered, if it stays alive until then' },
    ]);
    await see(1.5, 'FAILED');
    const fails = await explained(stage);
    expect(fails.decision).toMatchObject({ answer: 'fire' });
    expect(fails.evidence).toMatchObject({ lastAliveAt: day(0), recoversAt: null, twitchesSinceLoss: 1 });
  });

  it('names every hold', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden([
      'policy',
      'set',
      'acmeCo/',
      'quietHours={"from":"00:00","to":"06:00","zone":"UTC"}',
    ]);
    await stage.taskwarden(['pause', 'disable']);
    expect((await explained(stage)).holds).toEqual([
      {
        reason: 'paused (disable)',
        since: day(0),
        until: null,
        says: 'nothing is disabled; paused by olga',
        command: 'taskwarden resume disable',
      },
      {
        reason: 'quiet-hours',
        since: null,
        until: '2026-01-01T06:00:00Z',
        says: 'nothing is disabled in quiet hours and on quiet days',
        command: null,
      },
    ]);
  });

  it('announces nothing below mode disable', async () => {
    const stage = await failingFleet(['acmeCo/a'], ['stage=notify', 'evidenceMaxAge=365d']);
    expect((await explained(stage)).next.map(({ what }) => what)).toEqual([
      'an alert fires (after 14d of counted time)',
      'its recipients are warned',
    ]);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'stage=detect']);
    expect((await explained(stage)).next.map(({ what }) => what)).toEqual([
      'an alert fires (after 14d of counted time)',
      'then nothing: mode detect records only',
    ]);
  });

  it('changes nothing', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.scanOn(14);
    const before = JSON.stringify(await stage.table.scan());
    await explained(stage, '--at', day(30));
    await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(JSON.stringify(await stage.table.scan())).toBe(before);
  });

  it('is readable', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.scanOn(14);
    stage.setNow(T + 15 * DAY);
    const { out } = await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(out.startsWith('acmeCo/a: warned\n  It is not disabled yet: ')).toBe(true);
    expect(out).toContain(`  enabled capture on eu-1; decision: waiting (grace) at ${day(15)}\n`);
    expect(out).toContain('  counted                15d of 15d\n');
    expect(out).toMatch(/^ {2}warnAfter +14d +from default$/m);
    expect(out).toContain('\nHolds\n  none\n');
    expect(out).toContain(`  ${day(14)}  ana@acme.test  warning  sent  names ${day(21)}\n`);
    expect(out).toContain(`  ${day(18)}  a reminder (3d before)\n`);
  });

  it('tells of a healthy task that nothing happens', async () => {
    const stage = cliStage();
    await stage.taskwarden(
      ['tasks', 'import', '-'],
      taskLine('acmeCo/a', { shards: [{ id: '0', status: 'PRIMARY' }] }),
    );
    const { out } = await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(out).toContain('acmeCo/a: healthy\n');
    expect(out).toContain('decision: healthy (alive)');
    expect(out).toContain('nothing while it is alive');
  });

  it.each([
    ['2026-01-01T00:00:00', 'an instant without a zone'],
    ['2026-02-30T00:00:00Z', 'a day that the month does not have'],
    ['tomorrow', 'a word'],
  ])('refuses %s (%s) with one line', async (instant) => {
    const ran = await cliStage().taskwarden(['explain', 'acmeCo/a', '--at', instant]);
    expect(ran).toMatchObject({
      code: 2,
      err: `error: option '--at <instant>' argument '${instant}' is invalid. Allowed: RFC 3339 with a zone such as "2026-01-01T00:00:00Z".\n`,
    });
  });

  it('names a task that is not known', async () => {
    expect(await cliStage().taskwarden(['explain', 'acmeCo/a'])).toMatchObject({
      code: 2,
      err: 'error: no task "acmeCo/a" is known in stage local; `taskwarden tasks list --state all` names those there are\n',
    });
  });

  it.each([
    ['acmeCo/orders-captrue', '"acmeCo/orders-capture"'],
    ['acmeCo/orders-capture/', '"acmeCo/orders-capture"'],
    ['orders-capture', '"acmeCo/orders-capture"'],
    ['acmecO/orders-capture', '"acmeCo/orders-capture"'],
  ])('says of %s what may be meant', async (wrong, meant) => {
    const stage = await failingFleet(['acmeCo/orders-capture', 'acmeCo/payments']);
    await stage.scanOn(14);
    const ran = await stage.taskwarden(['explain', wrong]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(`is known in stage local (did you mean ${meant}?);`);
  });

  it('says nothing of ids that are not near', async () => {
    const stage = await failingFleet(['acmeCo/orders-capture']);
    expect((await stage.taskwarden(['explain', 'otherCo/payments'])).err).not.toContain('did you mean');
  });

  it('tells of a disabled task the decision of that day, by rows of this version and of older ones', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=10d']);
    // Warned on day 10, reminded on days 14 and 16, disabled on day 17.
    for (const days of [10, 14, 16, 17]) await stage.scanOn(days);
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=30d']);
    stage.setNow(T + 18 * DAY);
    const { out } = await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(out).toContain(
      `acmeCo/a: disabled-by-us\n  Taskwarden disabled it on ${day(17)}: abandoned; its grace is over. It had not run since ${day(0)}: 17d were counted of warnAfter 10d (from acmeCo/). The announced date was ${day(17)}.\n  To change that: taskwarden undo --task acmeCo/a\n`,
    );
    expect(out).toMatch(
      /^Thresholds on that day\n {2}mode +disable +from global\n {2}warnAfter +10d +from acmeCo\/$/m,
    );
    expect(out).toContain(`Since then\n  ${day(17)}  policy set acmeCo/: warnAfter 10d -> 30d  by olga\n`);
    // As an older version wrote the row: only what the confirmation knew.
    const pk = 'T#acmeCo/a';
    const row = (await stage.table.query({ pk, sk: { prefix: 'L#' } })).rows.find(
      ({ act }) => act === 'disabled',
    );
    const older = {
      notPrimarySince: T,
      counted: 17 * DAY,
      abandonedAt: T + 10 * DAY,
      disableAt: T + 17 * DAY,
      run: day(17),
      confirmedAt: T + 17 * DAY,
    };
    await stage.table.transact([{ put: { ...row!, evidence: older } }], 'older');
    const read = (await explained(stage)) as Explained & { disabling: Record<string, unknown> };
    expect(read.disabling).toMatchObject({
      episode: 1,
      requestedAt: null,
      evidence: { statuses: ['FAILED'] },
      thresholds: [{ leaf: 'warnAfter', value: '10d', from: 'acmeCo/' }],
      mails: [{ notice: 'warning' }, { notice: 'reminder' }, { notice: 'reminder' }, { notice: 'disabled' }],
    });
  });

  it('says that somebody asked for it to be enabled again while its owning system has not done so', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    const row = (await stage.table.get({ pk: 'T#acmeCo/a', sk: 'T' }))!;
    const disabledByUs = { ...(row.disabledByUs as object), undoneAt: T + 22 * DAY };
    const undo = { episode: 1, by: 'olga', at: T + 22 * DAY, state: 'asked' };
    await stage.table.transact([{ put: { ...row, disabledByUs, undo } }], 'asked');
    const { verdict } = (await explained(stage)) as Explained & { verdict: Record<string, unknown> };
    expect(verdict).toMatchObject({
      state: 'undo-asked',
      disabled: true,
      says: `It is disabled, and olga asked on ${day(22)} for it to be enabled again: its owning system has not done so yet.`,
    });
  });

  it('tells when a job is to end and why, who was notified of that, and what follows', async () => {
    const stage = await failingFleet(['acmeCo/b'], ['stage=disable', 'failAfter=3d', 'stopNotice=1d']);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'atDeadline=disable']);
    const job = { kind: 'job', startedAt: day(0), shards: undefined, lastPrimaryAt: undefined };
    await stage.taskwarden(['tasks', 'import', fileWith(taskLine('acmeCo/a', job))]);
    const ahead = await explained(stage);
    expect(ahead.decision).toMatchObject({ answer: 'ignore', reason: 'job' });
    expect(ahead.deadline).toEqual({
      deadline: day(3),
      from: 'failAfter',
      startedAt: day(0),
      endedAt: null,
      announced: [{ address: 'ana@acme.test', deadline: null, acceptedAt: null, declined: false }],
    });
    expect(ahead.thresholds).toContainEqual({ leaf: 'failAfter', value: '3d', from: 'global' });
    expect(ahead.next.slice(0, 2)).toEqual([
      { at: day(2), what: 'its deadline is announced (1d before)' },
      { at: day(3), what: 'its deadline: an alert fires, and it is disabled once its notice is over' },
    ]);
    await stage.scanOn(2);
    const announced = await explained(stage);
    expect(announced.deadline?.announced).toMatchObject([{ deadline: day(3), acceptedAt: day(2) }]);
    expect(announced.next.map(({ at }) => at)).toEqual([day(3), null]);
    const { out } = await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(out).toContain(`announced: ${day(3)}`);
  });

  it('says nothing of deadlines where there is none', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    expect((await explained(stage)).deadline).toBeNull();
    expect((await stage.taskwarden(['explain', 'acmeCo/a'])).out).not.toContain('Deadline');
  });
});
