import { describe, expect, it } from 'vitest';
import { DAY, formatInstant } from '../../../functions/abandonment/time.ts';
import { GENERATORS } from '../../../functions/scanner/generators.ts';
import { loadGivenUp } from '../../../functions/store/given-up.ts';
import { keys } from '../../../functions/store/keys.ts';
import { giveUp } from '../../../functions/work/given-up.ts';
import { failingFleet, T } from './cli-stage.ts';

const stageOf = () => failingFleet(['acmeCo/prod/a']);
type Stage = Awaited<ReturnType<typeof stageOf>>;

const rowsOf = async ({ table }: Stage) => (await table.scan()).rows;

const audited = async ({ table }: Stage) => {
  const { rows } = await table.query({ pk: keys.auditBeside('operators', 0, '', '').pk });
  return rows
    .map(({ act, by, reason }) => [act, by, reason])
    .filter(([act]) => /generator/.test(String(act)));
};
const operatorsOf = async (stage: Stage) =>
  (await stage.taskwarden(['generators', 'show', 'operators', '--json'])).json[0] as Record<string, unknown>;
const turnsOf = async (stage: Stage) => (await operatorsOf(stage)).turns;

const FAILURE = { generator: 'operators', fingerprint: '3f9a1c0b77de' };

async function withMarkers(...items: string[]): Promise<Stage> {
  const stage = await stageOf();
  for (const item of items) await giveUp(stage.system, { ...FAILURE, item }, new Error('it is gone'));
  return stage;
}

describe('generators', () => {
  it('are listed with when they are asked next, and why', async () => {
    const stage = await stageOf();
    await stage.scanOn(1);
    const { json, out } = await stage.taskwarden(['generators', 'list', '--json']);
    expect(out).toContain('"name":"operators"');
    expect(json).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'operators', band: 'urgent', why: 'due', turns: 1, failures: 0 }),
        expect.objectContaining({ name: 'listings', turns: 0, askedAt: null }),
      ]),
    );
    expect((await stage.taskwarden(['generators', 'list'])).out).toMatch(/^operators +urgent /m);
  });

  it('that are stopped by one thing name it', async () => {
    const stage = await stageOf();
    const { query } = stage.table;
    const { pk } = keys.fact('episodes', '2026-01-01', '');
    stage.table.query = (asked) => {
      if (asked.pk === pk) throw new Error('a row of it cannot be read');
      return query.call(stage.table, asked);
    };
    await stage.scanOn(2);
    const { out } = await stage.taskwarden(['generators', 'show', 'facts']);
    expect(out).toMatch(
      /^newest failure [0-9a-f]{12}: Error: a row of it cannot be read \(at episodes of 2026-01-01\)$/m,
    );
    expect(out).toContain('failed 1 time: ');
    const { json } = await stage.taskwarden(['oops', 'list', '--json']);
    expect(json).toMatchObject([{ worker: 'scanner/facts', error: 'Error' }]);
  });

  it('that are paused are asked no more until they are resumed, and the audit has both', async () => {
    const stage = await stageOf();
    await stage.taskwarden(['generators', 'pause', 'operators', '--reason', 'SNS is away']);
    await stage.scanOn(1);
    expect(await operatorsOf(stage)).toMatchObject({
      why: 'paused',
      nextAt: null,
      turns: 0,
      paused: { by: 'olga', reason: 'SNS is away' },
    });
    expect((await stage.taskwarden(['generators', 'run', 'operators'])).out).toContain('paused by olga');
    await stage.scanOn(2);
    expect(await turnsOf(stage)).toBe(0);
    await stage.taskwarden(['generators', 'resume', 'operators']);
    await stage.scanOn(3);
    expect(await turnsOf(stage)).toBe(1);
    expect(await audited(stage)).toEqual(
      expect.arrayContaining([
        ['pause generator operators', 'olga', 'SNS is away'],
        ['run generator operators', 'olga', ''],
        ['resume generator operators', 'olga', ''],
      ]),
    );
  });

  it('that are no generators are refused', async () => {
    const { code, err } = await (await stageOf()).taskwarden(['generators', 'run', 'health']);
    expect(code).toBe(2);
    expect(err).toContain('operators');
  });
});

describe('a dry run of a generator', () => {
  it('says what its turn would do, and changes, tells and audits nothing', async () => {
    const stage = await withMarkers('a');
    const codes: string[] = [];
    stage.system.operators = { notify: async ({ code }) => void codes.push(code) };
    const before = await rowsOf(stage);
    const { json, code } = await stage.taskwarden(['generators', 'run', 'operators', '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(json[0]).toMatchObject({
      dryRun: 'operators',
      isAsked: true,
      turn: { cursor: null },
      writes: {
        count: 2,
        byKind: { 'put OPERATORS': 2 },
        first: [
          { what: 'OPERATORS work-given-up#operators' },
          { what: 'OPERATORS ~told#work-given-up#operators' },
        ],
      },
      messages: { count: 1, byKind: { 'operator alert work-given-up': 1 } },
    });
    expect(await rowsOf(stage)).toEqual(before);
    expect(codes).toEqual([]);
    await stage.scanOn(1);
    expect(codes).toEqual(['work-given-up']);
  });

  it.each(GENERATORS.map(({ name }) => name))(
    'of %s leaves all rows and queues as they are',
    async (name) => {
      const stage = await withMarkers('a');
      await stage.scanOn(9);
      const before = await rowsOf(stage);
      const later = formatInstant(T + 400 * DAY);
      const { code, out } = await stage.taskwarden(['generators', 'run', name, '--dry-run', '--now', later]);
      expect([code, out.split('\n')[0]]).toEqual([
        0,
        `dry run of ${name} at ${later}: nothing was changed, nothing was sent`,
      ]);
      expect(await rowsOf(stage)).toEqual(before);
      expect(stage.waiting()).toEqual([]);
    },
  );

  it('is as if it were another instant', async () => {
    const stage = await stageOf();
    await stage.scanOn(1);
    const dryRun = async (...more: string[]) =>
      (await stage.taskwarden(['generators', 'run', 'garbage', '--dry-run', '--json', ...more])).json[0];
    // Empty once: it is left alone for twice a day.
    const nextAt = formatInstant(T + 3 * DAY);
    expect(await dryRun()).toMatchObject({ isAsked: false, why: 'waits', nextAt });
    expect(await dryRun('--now', nextAt)).toMatchObject({ now: nextAt, isAsked: true, why: 'due' });
  });

  it('shows the turn of one that is paused, and that it would not be asked', async () => {
    const stage = await stageOf();
    await stage.taskwarden(['generators', 'pause', 'operators', '--reason', 'SNS is away']);
    const { out } = await stage.taskwarden(['generators', 'run', 'operators', '--dry-run']);
    expect(out).toContain('would not be asked: paused by olga: SNS is away\n');
    expect(out).toContain('its turn would come to its end');
  });

  it('says why its turn would fail', async () => {
    const stage = await stageOf();
    const { query } = stage.table;
    stage.table.query = (asked) =>
      asked.pk === 'OPERATORS' ? Promise.reject(new Error('no such index')) : query.call(stage.table, asked);
    const before = await rowsOf(stage);
    const { out } = await stage.taskwarden(['generators', 'run', 'operators', '--dry-run']);
    expect(out).toContain(
      'its turn would fail: Error: no such index, then it would wait until 2026-01-01T00:01:00Z',
    );
    expect(await rowsOf(stage)).toEqual(before);
  });

  it('is what an instant is given for: else it is refused', async () => {
    const stage = await stageOf();
    const before = await rowsOf(stage);
    const { code, err } = await stage.taskwarden(['generators', 'run', 'garbage', '--now', formatInstant(T)]);
    expect([code, err]).toEqual([
      2,
      'error: --now goes with --dry-run alone: a scan asks a generator by its own clock\n',
    ]);
    expect(await rowsOf(stage)).toEqual(before);
  });
});

describe('why a generator is asked when it is', () => {
  it.each([
    [{ cursor: 'x', notBefore: 1 }, 'full page'],
    [{ notBefore: 1, leaseUntil: 2 }, 'died'],
    [{ notBefore: 1 }, 'due'],
  ])('%j: %s', async (record, why) => {
    const stage = await stageOf();
    const row = { ...keys.generator('operators'), ...record, turns: 1, rev: 1 };
    await stage.table.transact([{ put: row }], 'a turn');
    expect(await operatorsOf(stage)).toMatchObject({ why });
  });

  it('is first that it fails, though the scan may know of nothing for it', async () => {
    const stage = await stageOf();
    const failure = { at: T, reason: 'throttled', fingerprint: '3f9a1c0b77de' };
    const row = { ...keys.generator('offices'), notBefore: T + DAY, failures: 2, failure, turns: 2, rev: 1 };
    await stage.table.transact([{ put: row }], 'a turn');
    const { out } = await stage.taskwarden(['generators', 'list']);
    expect(out).toMatch(/^offices .* failed 2 times: throttled /m);
  });

  it('is that the scan knows of nothing for it: then no instant is named', async () => {
    const stage = await stageOf();
    const { json } = await stage.taskwarden(['generators', 'show', 'listings', '--json']);
    expect(json[0]).toMatchObject({ why: 'not wanted', nextAt: null });
  });
});

describe('what a generator has given up', () => {
  it('is shown, raised once for all of it, and made again once it is cleared', async () => {
    const stage = await withMarkers('a', 'b');
    const shown = await stage.taskwarden(['generators', 'markers', 'operators', '--json']);
    expect(shown.json).toEqual([
      expect.objectContaining({ item: 'a', reason: 'Error: it is gone', fingerprint: FAILURE.fingerprint }),
      expect.objectContaining({ item: 'b' }),
    ]);
    const alert = keys.operatorAlert('work-given-up', 'operators');
    expect((await stage.table.get(alert))?.detail).toContain('taskwarden generators clear operators b');
    await stage.taskwarden(['generators', 'clear', 'operators', 'a']);
    expect([...(await loadGivenUp(stage.table, 'operators')).keys()]).toEqual(['b']);
    expect(await stage.table.get(alert)).toBeDefined();
    await stage.taskwarden(['generators', 'clear', 'operators', '--all']);
    expect(await stage.table.get(alert)).toBeUndefined();
    expect(await audited(stage)).toContainEqual(['clear generator operators', 'olga', '']);
  });

  it('is made again where its failure is resolved', async () => {
    const stage = await withMarkers('a', 'b');
    const oops = { ...keys.oops(FAILURE.fingerprint), fingerprint: FAILURE.fingerprint, worker: 'w', rev: 1 };
    await stage.table.transact([{ put: { ...oops, cause: 'permanent', count: 2 } }], 'a failure');
    await stage.scanOn(1);
    const { out } = await stage.taskwarden(['oops', 'resolve', FAILURE.fingerprint]);
    expect(out).toContain('asked again with the next scan: a');
    expect(await loadGivenUp(stage.table, 'operators')).toEqual(new Map());
  });

  it.each([
    [['clear', 'operators'], 'give one item, or --all'],
    [['clear', 'operators', 'x', '--all'], 'give one item, or --all'],
    [['clear', 'operators', 'x'], 'operators has not given up "x"'],
  ])('generators %j is refused with a reason', async (args, problem) => {
    const { code, err } = await (await stageOf()).taskwarden(['generators', ...args]);
    expect([code, err]).toEqual([2, `error: ${problem}\n`]);
  });
});
