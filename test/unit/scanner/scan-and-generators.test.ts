import { afterEach, describe, expect, it, vi } from 'vitest';
import { DAY, formatInstant, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import type { Generator } from '../../../functions/scanner/generator.ts';
import * as registry from '../../../functions/scanner/generators.ts';
import type { Run } from '../../../functions/scanner/run.ts';
import { runScan } from '../../../functions/scanner/scan.ts';
import { keys } from '../../../functions/store/keys.ts';
import { noticeWrite } from '../../../functions/store/notices.ts';
import { loadPauses, pausesWrite } from '../../../functions/store/pauses.ts';
import { loadScans, type ScansRecord, scansWrite } from '../../../functions/store/scans.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { START, workStage } from '../work/stage.ts';
import { NOTHING_PAUSED } from './stored-rows.ts';

const generators = registry.GENERATORS as Generator[];
const own = [...generators];
afterEach(() => void generators.splice(0, generators.length, ...own));

/** A stage whose generators are these alone. */
function stageWith(...only: Generator[]) {
  generators.splice(0, generators.length, ...only);
  const stage = workStage();
  let now = START;
  const timers: (() => void)[] = [];
  const timer = (_after: number, ring: () => void) => {
    timers.push(ring);
    return () => {};
  };
  const clock = { now: () => now, timer };
  const system = { ...stage.system, clock };
  const tick = (at: number, remaining = 800 * SECOND) => {
    now = at;
    return runScan(system, { scheduledAt: at, remainingMs: () => remaining });
  };
  return { ...stage, system, tick, ring: () => timers.splice(0).forEach((ring) => void ring()) };
}

const generator = (run: Generator['run']): Generator => ({
  name: 'other',
  band: 'urgent',
  everySeconds: 0,
  run,
});

it('a scan is completed before any generator is asked, and the next tick does not wait for one that hangs', async () => {
  const completed: unknown[] = [];
  const stage = stageWith(
    generator(async ({ system }) => {
      completed.push((await loadScans(system.table)).completedAt);
      return new Promise(() => {});
    }),
  );
  const first = stage.tick(START);
  await vi.waitFor(() => expect(completed).toEqual([START]));
  expect(await stage.tick(START + 15 * MINUTE)).toMatchObject({ outcome: 'completed' });
  stage.ring();
  expect(await first).toMatchObject({ outcome: 'completed' });
});

it('a scan whose time is over has none left for generators, until scans were broken off for an hour', async () => {
  let turns = 0;
  const stage = stageWith(
    generator(async () => {
      turns += 1;
      return { cursor: null };
    }),
  );
  const { table } = stage;
  await stage.tick(START);
  expect(turns).toBe(1);
  // Ten seconds: less than a scan keeps for itself, and all of what generators keep.
  expect(await stage.tick(START + 15 * MINUTE, 10 * SECOND)).toMatchObject({ outcome: 'interrupted' });
  expect(turns).toBe(1);
  const broken = { ...(await table.get(keys.scans()))!, completedAt: START, leaseUntil: null };
  const rev = Number((broken as { rev?: number }).rev);
  await table.transact([{ put: { ...broken, rev: rev + 1 } }], 'scans that were broken off');
  // The steps keep 15 s and a twentieth, so 15.5 s are over for them, and 5.5 s are there for generators.
  const starved = await stage.tick(START + 120 * MINUTE, 15.5 * SECOND);
  expect([starved.outcome, turns]).toEqual(['interrupted', 2]);
});

/** A stage whose only generator keeps what the scan hands it. */
function seeing() {
  const seen: Run[] = [];
  const stage = stageWith(
    generator(async (run) => {
      seen.push(run);
      run.figures.ofGenerator = 1;
      return { cursor: null };
    }),
  );
  return { ...stage, seen };
}
const scans = (more: Partial<ScansRecord>) =>
  scansWrite({ claimed: null, leaseUntil: null, completedAt: null, gaps: [], rev: 0, ...more });

it('a scan is named after its tick, and hands its view to the generators; what they count is theirs', async () => {
  const stage = seeing();
  const report = await stage.tick(START);
  expect(report).toEqual({ outcome: 'completed', run: formatInstant(START), figures: { ofGenerator: 1 } });
  expect(stage.seen[0]).toMatchObject({ id: formatInstant(START), at: START, now: START, asked: [] });
  expect(await stage.table.get(keys.run(START))).toMatchObject({ figures: {} });
  expect(await stage.tick(START)).toEqual({
    outcome: 'skipped',
    run: formatInstant(START),
    reason: 'an older or repeated tick',
  });
  expect(stage.logged.at(-1)).toEqual({
    message: 'scan skipped',
    properties: { run: formatInstant(START), reason: 'an older or repeated tick' },
  });
  expect(stage.levelOf('scan skipped')).toBe('info');
});

it('a scan reports what its steps did and what its generators did, and stores the former', async () => {
  const stage = seeing();
  const pending = { notice: 'warning', since: 0, notBefore: 0 } as const;
  const notice = { recipient: 'k1', address: 'ana@acme.test', task: 'acmeCo/a', episode: 1, pending };
  await stage.table.transact([noticeWrite(notice)], 'before');
  expect(await stage.tick(START)).toMatchObject({ figures: { recipientsQueued: 1, ofGenerator: 1 } });
  expect((await stage.table.get(keys.run(START)))?.figures).toEqual({ recipientsQueued: 1 });
});

it('a scan reads requests and pauses once where nothing changed with its claim, and sees what was just written', async () => {
  const stage = seeing();
  const query = vi.spyOn(stage.table, 'query');
  const get = vi.spyOn(stage.table, 'get');
  await stage.tick(START);
  const asked = query.mock.calls.map(([what]) => what).filter(({ pk }) => pk === keys.look('').pk);
  // The second is of the step that looks at them: the run may have made some itself.
  expect(asked.map(({ consistent }) => consistent)).toEqual([true, true]);
  expect(get.mock.calls.filter(([key]) => key.sk === keys.pauses().sk)).toHaveLength(1);
});

// The steps keep 15 s: of 15.5 s they can spare some, but no twentieth.
it.each<[string, Partial<ScansRecord>, 'completed' | 'interrupted', number?]>([
  ['it is the first', {}, 'completed'],
  [
    'scans stayed away, and none was broken off',
    { claimed: START - DAY, completedAt: START - DAY },
    'completed',
  ],
  ['one was broken off', { claimed: START - 15 * MINUTE, completedAt: START - 30 * MINUTE }, 'completed'],
  [
    'scans were broken off for an hour',
    { claimed: START - 15 * MINUTE, completedAt: START - 60 * MINUTE },
    'completed',
  ],
  [
    'scans were broken off for longer',
    { claimed: START - 15 * MINUTE, completedAt: START - 60 * MINUTE - 1 },
    'interrupted',
  ],
  ['none ever came to its end', { claimed: START - 15 * MINUTE }, 'interrupted'],
  ['none did, and there is time', { claimed: START - 15 * MINUTE }, 'completed', 16 * SECOND],
])(
  'a scan keeps a twentieth of its time for generators only where none came to its end for long: %s',
  async (_what, before, outcome, remaining = 15.5 * SECOND) => {
    const stage = seeing();
    await stage.table.transact([scans(before)], 'before');
    expect(await stage.tick(START, remaining)).toMatchObject({ outcome });
  },
);

it.each<[string, Partial<ScansRecord>, Partial<Run>]>([
  ['none', {}, {}],
  ['one that came to its end', { claimed: START - 5, completedAt: START - 5 }, { before: START - 5 }],
  [
    'one that did not',
    { claimed: START - 5, completedAt: START - 6 },
    { before: START - 5, doubtfulSince: START - 6 },
  ],
  ['one, and none ever came to its end', { claimed: START - 5 }, { before: START - 5, doubtfulSince: 0 }],
])('a scan knows of the one before it: %s', async (_what, before, expected) => {
  const stage = seeing();
  await stage.table.transact([scans(before)], 'before');
  await stage.tick(START);
  const { before: was, doubtfulSince } = stage.seen[0]!;
  expect({ before: was, doubtfulSince }).toEqual({
    before: undefined,
    doubtfulSince: undefined,
    ...expected,
  });
});

it('a gap that is noted with the claim is known to the scan that notes it', async () => {
  const stage = seeing();
  await stage.table.transact([scans({ claimed: START - DAY, completedAt: START - DAY })], 'before');
  await stage.tick(START);
  expect(stage.seen[0]?.view.scans.gaps).toEqual([{ from: START - DAY + 15 * MINUTE, to: START }]);
});

describe('a pause whose end has come', () => {
  const paused = (until: number) =>
    pausesWrite({
      ...NOTHING_PAUSED,
      notify: START - DAY,
      notes: { notify: { by: 'olga', reason: '', until } },
    });

  it('is over for the scan that notes it, which evaluates all that is open', async () => {
    const stage = seeing();
    await stage.table.transact([paused(START)], 'before');
    await stage.tick(START);
    expect(stage.seen[0]?.view.pauses.notify).toBe(false);
    expect(stage.seen[0]?.asked).toMatchObject([{ sk: 'ALL' }]);
    expect((await loadPauses(stage.table)).notify).toBeNull();
    expect(await stage.table.get(keys.look('ALL'))).toBeUndefined();
  });

  it('lasts until then', async () => {
    const stage = seeing();
    await stage.table.transact([paused(START + 1)], 'before');
    await stage.tick(START);
    expect(stage.seen[0]?.view.pauses.notify).toBe(true);
    expect(stage.seen[0]?.asked).toEqual([]);
  });

  const onBusy = async (answer: Error | null) => {
    const stage = seeing();
    await stage.table.transact([paused(START)], 'before');
    const table = refusing(stage.table, (writes) => puts(writes, 'META', ({ sk }) => sk === 'PAUSES'), {
      times: 100,
      answer: { outcome: 'busy', reason: 'throttled' },
    });
    const { transact } = table;
    if (answer)
      table.transact = async (writes, writer) => {
        if (puts(writes, 'META', ({ sk }) => sk === 'PAUSES')) throw answer;
        return transact(writes, writer);
      };
    stage.system.table = table;
    return stage;
  };

  it('is over all the same where the table is busy, and noted by the next scan', async () => {
    const stage = await onBusy(null);
    expect(await stage.tick(START)).toMatchObject({ outcome: 'completed' });
    expect(stage.seen[0]?.view.pauses.notify).toBe(false);
    expect(stage.levelOf('the end of a pause could not be noted: the table is busy')).toBe('warn');
    expect((await loadPauses(stage.table)).notify).toBe(START - DAY);
  });

  it('stops the scan where the table fails otherwise', async () => {
    const stage = await onBusy(new Error('no such table'));
    await expect(stage.tick(START)).rejects.toThrow('no such table');
  });
});
